using SupportStateMcp.Records;

namespace SupportStateMcp.Knowledge;

/// <summary>Keeps the index of the published articles at the end of their changes.</summary>
public sealed partial class ArticleIndexing(IRecordStore records, IArticleIndex index, ILogger<ArticleIndexing> logger)
    : RecordIndexing<IndexChange>(records, index, Article.Kind)
{
    private readonly IArticleIndex _index = index;

    protected override void Warm() => _index.Prepare();

    protected override IndexChange ChangeOf(string id, StoredRecord? record) =>
        new(id, record is not null && ArticleDocument.Read(record) is { Status: ArticleStatus.Published } article ? article : null);

    protected override void LogUnreadable(string id, Exception exception) => LogUnreadableArticle(id, exception);

    protected override void LogBehind(Exception exception) => LogArticlesBehind(exception);

    [LoggerMessage(LogLevel.Error, "The article {ArticleId} cannot be read, and is not found.")]
    private partial void LogUnreadableArticle(string articleId, Exception exception);

    [LoggerMessage(LogLevel.Debug, "The index of articles could not follow; the next search tries again.")]
    private partial void LogArticlesBehind(Exception exception);
}
