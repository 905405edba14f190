using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Records;

namespace SupportStateMcp.Knowledge;

/// <summary>An article that was read.</summary>
/// <param name="Article">The article.</param>
/// <param name="Section">The text of the section that was asked for; null for all.</param>
public sealed record ReadArticle(Article Article, string? Section);

/// <summary>What came of a write.</summary>
/// <param name="Article">The article as it is now.</param>
/// <param name="Changed">False where it was so before.</param>
public sealed record SavedArticle(Article Article, bool Changed);

/// <summary>What came of an import.</summary>
/// <param name="Written">How many articles are new or other than before.</param>
/// <param name="Unchanged">How many were so before.</param>
public sealed record ImportedArticles(int Written, int Unchanged);

/// <summary>Reads and writes articles.</summary>
public sealed class ArticleService(IRecordStore records, ArticleIndexing indexing, TimeProvider time)
{
    /// <summary>How often a write that met another decides again.</summary>
    private const int Attempts = 10;

    /// <summary>An article, whatever its status.</summary>
    public ValueTask<Result<Article>> GetAsync(string articleId, CancellationToken cancellationToken) => StoreException.GuardAsync<Article>(async () =>
        await FindAsync(articleId, cancellationToken) is { } article ? article : Error.ArticleNotFound(articleId));

    /// <summary>An article, or one section of it.</summary>
    /// <param name="articleId">The article.</param>
    /// <param name="section">The heading of the section, in upper or lower case; null for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<ReadArticle>> ReadAsync(string articleId, string? section, CancellationToken cancellationToken)
    {
        if (!(await GetAsync(articleId, cancellationToken)).TryGet(out var article, out var error))
            return error;
        if (section is null)
            return new ReadArticle(article, null);
        // The headings are not told here: they are somebody else's words, and a refusal is ours.
        return MarkdownSections.Find(article.Content, section) is { } found
            ? new ReadArticle(article, found)
            : Error.InvalidArgument("section", "it must be the heading of one of the article's sections; the whole article lists them");
    }

    /// <summary>How many articles there are, whatever their status.</summary>
    public ValueTask<Result<long>> CountAsync(CancellationToken cancellationToken) => StoreException.GuardAsync<long>(async () => await records.CountAsync(Article.Kind, cancellationToken));

    /// <summary>Writes an article, as far as <see cref="ArticleRules"/> permits.</summary>
    public async ValueTask<Result<SavedArticle>> SaveAsync(SaveArticle command, CancellationToken cancellationToken)
    {
        if (Error.Unauthorized(command.GetType(), command.Actor, command.Roles) is { } refusal)
            return refusal;
        return command.Violation() is { } violation ? violation : await StoreException.GuardAsync(() => WriteAsync(command, cancellationToken));
    }

    /// <summary>Writes many articles. Where the store fails on the way, some are written; the same import again writes the rest.</summary>
    /// <param name="command">The articles.</param>
    /// <param name="progress">Told how many are done, now and then; null for nobody.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    public async ValueTask<Result<ImportedArticles>> ImportAsync(ImportArticles command, Action<int>? progress, CancellationToken cancellationToken)
    {
        if ((Error.Unauthorized(command.GetType(), command.Actor, command.Roles) ?? ArticleRules.Refusal(command) ?? command.Violation()) is { } refusal)
            return refusal;

        return await StoreException.GuardAsync<ImportedArticles>(async () =>
        {
            var (done, written) = (0, 0);
            var now = time.GetUtcNow();
            var last = command.Articles.GroupBy(a => a.ArticleId, StringComparer.Ordinal).Select(g => g.Last()).ToList();
            foreach (var step in last.Chunk(IRecordStore.MostWrites))
            {
                var results = await records.WriteAsync([.. step.Select(a => Write(a, command.Actor, now, null))], cancellationToken);
                written += results.Count(r => r is RecordWriteResult.Written { Changed: true });
                progress?.Invoke(done += step.Length);
            }

            await indexing.ShareAsync(cancellationToken);
            return new ImportedArticles(written, last.Count - written);
        });
    }

    private async ValueTask<Result<SavedArticle>> WriteAsync(SaveArticle command, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var current = await FindAsync(command.Article.ArticleId, cancellationToken);
            if (ArticleRules.Refusal(command, current) is { } refusal)
                return refusal;
            var now = time.GetUtcNow();
            // The version that the rules were applied to: nobody publishes in between.
            var write = Write(command.Article, command.Actor, now, command.ExpectedVersion ?? current?.Version ?? 0);
            switch ((await records.WriteAsync([write], cancellationToken))[0])
            {
                case RecordWriteResult.Written written:
                    return new SavedArticle(ArticleDocument.Read(new StoredRecord
                    {
                        Kind = Article.Kind,
                        Id = write.Id,
                        Version = written.Version,
                        UpdatedAt = written.Changed || current is null ? now : current.UpdatedAt,
                        UpdatedBy = written.Changed || current is null ? write.By : current.UpdatedBy,
                        Content = write.Content,
                    }), written.Changed);

                case RecordWriteResult.Conflict conflict when command.ExpectedVersion is { } expected:
                    return Error.RecordConflict(Article.Kind, write.Id, expected, conflict.Actual);

                case RecordWriteResult.Conflict conflict when attempt + 1 == Attempts:
                    return Error.RecordConflict(Article.Kind, write.Id, current?.Version ?? 0, conflict.Actual);
            }
        }
    }

    /// <summary>An article; null where there is none.</summary>
    /// <exception cref="RecordDamagedException">It cannot be read. An import writes it again: it reads nothing of what was there.</exception>
    private async ValueTask<Article?> FindAsync(string articleId, CancellationToken cancellationToken) =>
        await records.GetAsync(Article.Kind, articleId, cancellationToken) is { } record ? ArticleDocument.Read(record) : null;

    private static RecordWrite Write(ArticleInput article, Actor by, DateTimeOffset now, long? expectedVersion) => new()
    {
        Kind = Article.Kind,
        Id = article.ArticleId,
        ExpectedVersion = expectedVersion,
        By = by.ToString(),
        Now = now,
        Content = ArticleDocument.Write(article),
    };
}
