using SupportStateMcp.Conversations;
using SupportStateMcp.Records;

namespace SupportStateMcp.Knowledge;

/// <summary>
/// Keeps the index at the end of the changes. Who searches waits until it is there, so that an article is found as soon as it is
/// written, whichever process wrote it. Where the index is this process's own, it is also followed in the background from the
/// first search on, so that no search has to take in what others imported meanwhile.
/// </summary>
public sealed partial class ArticleIndexing(IRecordStore records, IArticleIndex index, ILogger<ArticleIndexing> logger) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _ends = new();
    private IAsyncDisposable? _subscription;

    /// <summary>Takes in what has changed.</summary>
    /// <exception cref="StoreException">The store cannot be read, or the index not be written.</exception>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!index.IsShared)
                _subscription ??= await records.SubscribeAsync(Article.Kind, Follow, cancellationToken);
            while (await TakeAsync(cancellationToken))
            {
                // There is more.
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes in what has changed where all processes share the index, so that the first search after many writes does not wait for it.</summary>
    public async Task ShareAsync(CancellationToken cancellationToken)
    {
        if (!index.IsShared)
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
            await Task.Run(index.Prepare, cancellationToken);
        }
        catch (StoreException e)
        {
            LogBehind(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        if (_subscription is not null)
            await _subscription.DisposeAsync();
    }

    private async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        var from = index.Position;
        var page = await records.ReadChangesAsync(Article.Kind, from, index.MostTogether, cancellationToken);
        if (page is { Changes.Count: 0, More: false, StartedAnew: false })
            return false;
        // Where another process was quicker, its place is where the next page begins.
        var taken = await index.ApplyAsync(from, page.Position, page.StartedAnew, [.. page.Changes.Select(ChangeOf)], cancellationToken);
        return page.More || !taken;
    }

    private IndexChange ChangeOf(RecordChange change)
    {
        try
        {
            return new IndexChange(change.Id, change.Record is { } record && ArticleDocument.Read(record) is { Status: ArticleStatus.Published } article ? article : null);
        }
        catch (RecordDamagedException e)
        {
            // One that cannot be read keeps nobody from finding the others.
            LogUnreadable(change.Id, e);
            return new IndexChange(change.Id, null);
        }
    }

    private void Follow() => _ = Task.Run(async () =>
    {
        try
        {
            await CatchUpAsync(_ends.Token);
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
        catch (Exception e)
        {
            // The next search tries again, and says what is wrong.
            LogBehind(e);
        }
    });

    [LoggerMessage(LogLevel.Error, "The article {ArticleId} cannot be read, and is not found.")]
    private partial void LogUnreadable(string articleId, Exception exception);

    [LoggerMessage(LogLevel.Debug, "The index of articles could not follow; the next search tries again.")]
    private partial void LogBehind(Exception exception);
}
