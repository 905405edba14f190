using SupportStateMcp.Conversations;
using SupportStateMcp.Records;

namespace SupportStateMcp.Knowledge;

/// <summary>Keeps the index of the published articles at the end of their changes.</summary>
public sealed partial class ArticleIndexing(IRecordStore records, IArticleIndex index, ILogger<ArticleIndexing> logger)
    : RecordIndexing<IndexChange>(records, index, Article.Kind)
{
    private readonly IArticleIndex _index = index;

    /// <summary>Takes in what has changed where all processes share the index, so that the first search after many writes does not wait for it.</summary>
    public async Task ShareAsync(CancellationToken cancellationToken)
    {
        if (!_index.IsShared)
            return;
        try
        {
            await CatchUpAsync(cancellationToken);
        }
        catch (StoreException e)
        {
            // What was written is written; the next search tries again.
            LogBehind(e);
        }
    }

    /// <summary>Takes in what has changed, and reads what the first searches would wait for.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CatchUpAsync(cancellationToken);
            await Task.Run(_index.Prepare, cancellationToken);
        }
        catch (StoreException e)
        {
            LogBehind(e);
        }
    }

    protected override IndexChange ChangeOf(string id, StoredRecord? record) =>
        new(id, record is not null && ArticleDocument.Read(record) is { Status: ArticleStatus.Published } article ? article : null);

    protected override void LogUnreadable(string id, Exception exception) => LogUnreadableArticle(id, exception);

    protected override void LogBehind(Exception exception) => LogArticlesBehind(exception);

    [LoggerMessage(LogLevel.Error, "The article {ArticleId} cannot be read, and is not found.")]
    private partial void LogUnreadableArticle(string articleId, Exception exception);

    [LoggerMessage(LogLevel.Debug, "The index of articles could not follow; the next search tries again.")]
    private partial void LogArticlesBehind(Exception exception);
}
