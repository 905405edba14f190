using Microsoft.Data.Sqlite;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Tells anyone who watches a conversation that it changed. Commits of this process say so themselves; for those of others a
/// number that SQLite keeps in memory is looked at some 40 times a second, as long as somebody watches, and only where it
/// changed are the watched conversations looked at.
/// </summary>
internal sealed class SqliteChanges(SqliteDatabase database, SqliteReaders readers, SqliteFaults faults, ILogger logger) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ends = new();
    private bool _polling;

    /// <summary>Watches a conversation, until disposed.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot be read.</exception>
    public IAsyncDisposable Add(ConversationId id, Action changed)
    {
        var stamp = readers.Read(session => StampOf(session, id.Value));
        lock (_gate)
        {
            if (!_watched.TryGetValue(id.Value, out var watched))
                _watched.Add(id.Value, watched = new Watched(stamp));
            var watch = new Watch(this, id.Value, changed);
            watched.Watches.Add(watch);
            if (!_polling)
            {
                _polling = true;
                _ = Task.Run(PollAsync);
            }

            return watch;
        }
    }

    /// <summary>A commit of this process changed a conversation.</summary>
    public void Notify(Conversation after)
    {
        lock (_gate)
        {
            if (_watched.Count == 0)
                return;
        }

        Notify(after.ConversationId, new Stamp(after.Version, after.UpdatedAt.ToUnixTimeMilliseconds()));
    }

    public void Dispose() => _ends.Cancel();

    private void Notify(string id, Stamp stamp)
    {
        Watch[] watches;
        lock (_gate)
        {
            if (!_watched.TryGetValue(id, out var watched) || watched.Known == stamp)
                return;
            watched.Known = stamp;
            watches = [.. watched.Watches];
        }

        foreach (var watch in watches)
        {
            try
            {
                watch.Changed();
            }
#pragma warning disable CA1031 // What a listener throws must not keep the change from the others.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.WatcherFailed(id, e);
            }
        }
    }

    private async Task PollAsync()
    {
        SqliteSession? session = null;
        // Unknown at first: what changed before the first look is found by it.
        long? seen = null;
        while (!_ends.IsCancellationRequested && IsWatched())
        {
            try
            {
                if (session is not null && SqliteDatabase.HasMoved(session))
                    throw new IOException("it was moved or deleted.");
                session ??= database.Open();
                var version = session.Number("PRAGMA data_version");
                if (version != seen)
                    Compare(session);
                seen = version;
                await Task.Delay(Interval, _ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (faults.Unavailable(e) is not null)
            {
                session?.Dispose();
                (session, seen) = (null, null);
                await Task.Delay(Retry, _ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        session?.Dispose();
    }

    private void Compare(SqliteSession session)
    {
        string[] ids;
        lock (_gate)
            ids = [.. _watched.Keys];
        foreach (var id in ids)
            Notify(id, StampOf(session, id));
    }

    private bool IsWatched()
    {
        lock (_gate)
            return _polling = _watched.Count > 0;
    }

    private void Remove(Watch watch)
    {
        lock (_gate)
        {
            if (_watched.TryGetValue(watch.Id, out var watched) && watched.Watches.Remove(watch) && watched.Watches.Count == 0)
                _watched.Remove(watch.Id);
        }
    }

    private static Stamp StampOf(SqliteSession session, string id)
    {
        using var found = session.Query("SELECT version, updated_at FROM conversations WHERE id = $id", id);
        return found.Read() ? new Stamp(found.GetInt64(0), found.GetInt64(1)) : default;
    }

    /// <summary>What tells one state of a conversation from another; one that expired and was opened again has another time.</summary>
    private readonly record struct Stamp(long Version, long UpdatedAt);

    private sealed class Watched(Stamp known)
    {
        public Stamp Known { get; set; } = known;

        public List<Watch> Watches { get; } = [];
    }

    private sealed class Watch(SqliteChanges owner, string id, Action changed) : IAsyncDisposable
    {
        public string Id => id;

        public Action Changed => changed;

        public ValueTask DisposeAsync()
        {
            owner.Remove(this);
            return ValueTask.CompletedTask;
        }
    }
}
