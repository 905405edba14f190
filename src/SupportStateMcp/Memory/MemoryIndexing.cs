using SupportStateMcp.Conversations;
using SupportStateMcp.Records;

namespace SupportStateMcp.Memory;

/// <summary>Keeps the index of the memories at the end of their changes: who recalls waits until it is there, so that a memory is found, or is gone, at once.</summary>
public sealed partial class MemoryIndexing(IRecordStore records, IMemoryIndex index, ILogger<MemoryIndexing> logger) : IAsyncDisposable
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
                _subscription ??= await records.SubscribeAsync(MemoryDocument.RecordKind, Follow, cancellationToken);
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

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        if (_subscription is not null)
            await _subscription.DisposeAsync();
    }

    private async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        var from = index.Position;
        var page = await records.ReadChangesAsync(MemoryDocument.RecordKind, from, index.MostTogether, cancellationToken);
        if (page is { Changes.Count: 0, More: false, StartedAnew: false })
            return false;
        // Where another process was quicker, its place is where the next page begins.
        var taken = await index.ApplyAsync(from, page.Position, page.StartedAnew, [.. page.Changes.Select(ChangeOf)], cancellationToken);
        return page.More || !taken;
    }

    private MemoryChange ChangeOf(RecordChange change)
    {
        try
        {
            return new MemoryChange(change.Id, change.Record is { } record ? EntryOf(record) : null);
        }
        catch (RecordDamagedException e)
        {
            // One that cannot be read keeps nobody from finding the others.
            LogUnreadable(change.Id, e);
            return new MemoryChange(change.Id, null);
        }
    }

    private static MemoryEntry? EntryOf(StoredRecord record)
    {
        var document = MemoryDocument.Read(record);
        if (document.Texts.Count == 0)
            return null;
        var key = document.Kind == MemoryKind.Episode ? null : document.Key;
        return new MemoryEntry(
            MemoryMarks.Of(record.Id, document),
            string.Join(' ', document.Texts[^1].Topics.Prepend(key).OfType<string>()),
            [.. document.Texts.Select(t => t.Text)],
            record.UpdatedAt);
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
            // The next recall tries again, and says what is wrong.
            LogBehind(e);
        }
    });

    [LoggerMessage(LogLevel.Error, "The memory {RecordId} cannot be read, and is not found.")]
    private partial void LogUnreadable(string recordId, Exception exception);

    [LoggerMessage(LogLevel.Debug, "The index of memories could not follow; the next recall tries again.")]
    private partial void LogBehind(Exception exception);
}
