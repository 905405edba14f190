using SupportStateMcp.Conversations;
using SupportStateMcp.Records;

namespace SupportStateMcp.Knowledge;

/// <summary>The articles of one status.</summary>
/// <param name="Articles">Newest change first.</param>
/// <param name="IsComplete">False where there are more of them.</param>
public sealed record ListedArticles(IReadOnlyList<Article> Articles, bool IsComplete);

/// <summary>Lists articles that no search finds: drafts, for who publishes them.</summary>
public sealed class ArticleListing
{
    private readonly IRecordStore _records;
    private readonly FollowedRecords<Unpublished> _unpublished;

    /// <param name="records">Holds the articles.</param>
    public ArticleListing(IRecordStore records)
    {
        _records = records;
        // Without their texts: there may be many.
        _unpublished = new FollowedRecords<Unpublished>(
            records, Article.Kind, r => Read(r) is { Status: not ArticleStatus.Published } article ? new Unpublished(article.ArticleId, article.Status, article.UpdatedAt) : null);
    }

    /// <summary>The articles of a status that is not <see cref="ArticleStatus.Published"/>, those that changed last first. One that is damaged is left out.</summary>
    /// <param name="status">The status.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<Result<ListedArticles>> ListAsync(ArticleStatus status, int limit, CancellationToken cancellationToken) => StoreException.GuardAsync<ListedArticles>(async () =>
    {
        var found = (await _unpublished.ReadAsync(cancellationToken)).Where(u => u.Status == status).ToList();
        var articles = new List<Article>();
        foreach (var newest in found.OrderByDescending(u => u.UpdatedAt).ThenBy(u => u.ArticleId, StringComparer.Ordinal).Take(limit))
        {
            // One that has changed since is shown as it is now, or not at all.
            if (await FindAsync(newest.ArticleId, cancellationToken) is { } article && article.Status == status)
                articles.Add(article);
        }

        return new ListedArticles([.. articles.OrderByDescending(a => a.UpdatedAt).ThenBy(a => a.ArticleId, StringComparer.Ordinal)], found.Count <= limit);
    });

    private async ValueTask<Article?> FindAsync(string articleId, CancellationToken cancellationToken)
    {
        try
        {
            return await _records.GetAsync(Article.Kind, articleId, cancellationToken) is { } record ? Read(record) : null;
        }
        catch (RecordDamagedException)
        {
            return null;
        }
    }

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

    private sealed record Unpublished(string ArticleId, ArticleStatus Status, DateTimeOffset UpdatedAt);
}
