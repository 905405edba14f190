using Microsoft.Data.Sqlite;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Tells anyone who watches something, a conversation or the records of a kind, that it changed. Commits of this process say so
/// themselves; for those of others a number that SQLite keeps in memory is looked at some 40 times a second, as long as somebody
/// watches, and only where it changed is what is watched looked at.
/// </summary>
internal sealed class SqliteChanges(SqliteDatabase database, SqliteReaders readers, SqliteFaults faults, ILogger logger) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ends = new();
    private bool _polling;

    /// <summary>Watches something, until disposed.</summary>
    /// <param name="name">What it is called; nothing else has the same name.</param>
    /// <param name="look">Tells one state of it from another.</param>
    /// <param name="changed">Called on each change.</param>
    /// <exception cref="StoreUnavailableException">The database cannot be read.</exception>
    public IAsyncDisposable Add(string name, Func<SqliteSession, SqliteStamp> look, Action changed)
    {
        var stamp = readers.Read(look);
        lock (_gate)
        {
            if (!_watched.TryGetValue(name, out var watched))
                _watched.Add(name, watched = new Watched(look, stamp));
            var watch = new Watch(this, name, changed);
            watched.Watches.Add(watch);
            if (!_polling)
            {
                _polling = true;
                _ = Task.Run(PollAsync);
            }

            return watch;
        }
    }

    /// <summary>A commit of this process changed something; it has this stamp now.</summary>
    public void Notify(string name, SqliteStamp stamp)
    {
        Watch[] watches;
        lock (_gate)
        {
            if (!_watched.TryGetValue(name, out var watched) || watched.Known == stamp)
                return;
            watched.Known = stamp;
            watches = [.. watched.Watches];
        }

        Call(name, watches);
    }

    /// <summary>A commit of this process changed something; who watches it looks for itself.</summary>
    public void Notify(string name)
    {
        Watch[] watches;
        lock (_gate)
            watches = _watched.TryGetValue(name, out var watched) ? [.. watched.Watches] : [];
        Call(name, watches);
    }

    private void Call(string name, Watch[] watches)
    {
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
                logger.WatcherFailed(name, e);
            }
        }
    }

    public void Dispose() => _ends.Cancel();

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
        (string Name, Func<SqliteSession, SqliteStamp> Look)[] watched;
        lock (_gate)
            watched = [.. _watched.Select(w => (w.Key, w.Value.Look))];
        foreach (var (name, look) in watched)
            Notify(name, look(session));
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
            if (_watched.TryGetValue(watch.Name, out var watched) && watched.Watches.Remove(watch) && watched.Watches.Count == 0)
                _watched.Remove(watch.Name);
        }
    }

    private sealed class Watched(Func<SqliteSession, SqliteStamp> look, SqliteStamp known)
    {
        public Func<SqliteSession, SqliteStamp> Look => look;

        public SqliteStamp Known { get; set; } = known;

        public List<Watch> Watches { get; } = [];
    }

    private sealed class Watch(SqliteChanges owner, string name, Action changed) : IAsyncDisposable
    {
        public string Name => name;

        public Action Changed => changed;

        public ValueTask DisposeAsync()
        {
            owner.Remove(this);
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>What tells one state of what is watched from another.</summary>
/// <param name="Version">Its version, or how far it has come.</param>
/// <param name="Life">What else differs where the same version comes again: the time of a conversation that was opened again, the database of records.</param>
internal readonly record struct SqliteStamp(long Version, long Life);
