using SupportStateMcp.Conversations;
using SupportStateMcp.Records;

namespace SupportStateMcp.Knowledge;

/// <summary>The articles of one status.</summary>
/// <param name="Articles">Newest change first.</param>
/// <param name="IsComplete">False where not all articles were looked at.</param>
public sealed record ListedArticles(IReadOnlyList<Article> Articles, bool IsComplete);

/// <summary>Lists articles that no search finds: drafts, for who publishes them.</summary>
public sealed class ArticleListing(IRecordStore records)
{
    /// <summary>How many articles one call looks at, at most.</summary>
    public const int Looked = 5_000;

    private const int Step = 500;

    /// <summary>The articles of a status, those that changed last first. One that is damaged is left out.</summary>
    /// <param name="status">The status.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<Result<ListedArticles>> ListAsync(ArticleStatus status, int limit, CancellationToken cancellationToken) => StoreException.GuardAsync<ListedArticles>(async () =>
    {
        var found = new Dictionary<string, Article>(StringComparer.Ordinal);
        var (looked, position) = (0, (string?)null);
        while (true)
        {
            var page = await records.ReadChangesAsync(Article.Kind, position, Step, cancellationToken);
            foreach (var change in page.Changes)
            {
                // One that changed meanwhile comes twice: what it is now counts.
                found.Remove(change.Id);
                if (change.Record is { } record && Read(record) is { } article && article.Status == status)
                    found[change.Id] = article;
            }

            (looked, position) = (looked + page.Changes.Count, page.Position);
            if (!page.More || looked >= Looked)
                return new ListedArticles([.. found.Values.OrderByDescending(a => a.UpdatedAt).ThenBy(a => a.ArticleId, StringComparer.Ordinal).Take(limit)], !page.More && found.Count <= limit);
        }
    });

    private static Article? Read(StoredRecord record)
    {
        try
        {
            return ArticleDocument.Read(record);
        }
        catch (RecordDamagedException)
        {
            return null;
        }
    }
}
