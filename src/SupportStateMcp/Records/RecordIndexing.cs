using SupportStateMcp.Conversations;

namespace SupportStateMcp.Records;

/// <summary>
/// Keeps an index at the end of the changes. Who searches waits until it is there, so that a record is found, or is gone, as soon as
/// that is written, whichever process wrote it. Where the index is this process's own, it is also followed in the background from
/// the first search on, so that no search has to take in what others wrote in the meantime.
/// </summary>
/// <param name="records">Holds the records.</param>
/// <param name="index">The index.</param>
/// <param name="kind">The kind of the records.</param>
public abstract class RecordIndexing<TChange>(IRecordStore records, IRecordIndex<TChange> index, string kind) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _ends = new();
    private IAsyncDisposable? _subscription;

    /// <summary>True while following waits for its turn: it takes in whatever changes until then.</summary>
    private bool _isFollowing;

    /// <summary>Takes in what has changed.</summary>
    /// <exception cref="StoreException">The store cannot be read, or the index not be written.</exception>
    public Task CatchUpAsync(CancellationToken cancellationToken) => CatchUpAsync(follows: false, cancellationToken);

    private async Task CatchUpAsync(bool follows, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // Before the first look: what changes after it is followed again.
            if (follows)
                Interlocked.Exchange(ref _isFollowing, false);
            if (!index.IsShared)
                _subscription ??= await records.SubscribeAsync(kind, Follow, cancellationToken);
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
    public Task ShareAsync(CancellationToken cancellationToken) => index.IsShared ? TryAsync(() => CatchUpAsync(cancellationToken)) : Task.CompletedTask;

    /// <summary>Takes in what has changed, and reads what the first searches would wait for.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) => TryAsync(async () =>
    {
        await CatchUpAsync(cancellationToken);
        await Task.Run(Warm, cancellationToken);
    });

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        if (_subscription is not null)
            await _subscription.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A change as the index takes it.</summary>
    /// <param name="id">The record.</param>
    /// <param name="record">The record as it is now; null where it is gone, or cannot be read.</param>
    /// <exception cref="RecordDamagedException">It cannot be read.</exception>
    protected abstract TChange ChangeOf(string id, StoredRecord? record);

    /// <summary>Reads what the first searches would wait for.</summary>
    /// <exception cref="StoreException">The index cannot be read.</exception>
    protected virtual void Warm()
    {
    }

    /// <summary>Tells the operator of a record that cannot be read, and is not found.</summary>
    protected abstract void LogUnreadable(string id, Exception exception);

    /// <summary>Notes that the index could not follow; the next search tries again, and says what is wrong.</summary>
    protected abstract void LogBehind(Exception exception);

    /// <summary>Does what the next search does in any case.</summary>
    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (StoreException e)
        {
            // What was written is written; the next search tries again.
            LogBehind(e);
        }
    }

    private async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        var from = index.Position;
        var page = await records.ReadChangesAsync(kind, from, index.MostTogether, cancellationToken);
        if (page is { Changes.Count: 0, More: false, StartedAnew: false })
            return false;
        // Where another process was quicker, its place is where the next page begins.
        var taken = await index.ApplyAsync(from, page.Position, page.StartedAnew, [.. page.Changes.Select(Read)], cancellationToken);
        return page.More || !taken;
    }

    private TChange Read(RecordChange change)
    {
        try
        {
            return ChangeOf(change.Id, change.Record);
        }
        catch (RecordDamagedException e)
        {
            // One that cannot be read keeps nobody from finding the others.
            LogUnreadable(change.Id, e);
            return ChangeOf(change.Id, null);
        }
    }

    /// <summary>Takes in a change in the background. At most one such call waits for its turn, so that many changes at once do not keep a search waiting behind them.</summary>
    private void Follow()
    {
        if (!Interlocked.Exchange(ref _isFollowing, true))
            _ = Task.Run(FollowAsync);
    }

    private async Task FollowAsync()
    {
        try
        {
            await CatchUpAsync(follows: true, _ends.Token);
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
        catch (Exception e)
        {
            LogBehind(e);
        }
    }
}
