using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// All that this process writes, on one thread and one connection. What waits together shares one transaction and one
/// flush of the disk: under load that costs a fraction of a flush for each.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    /// <summary>How much shares a transaction at most, so that other processes get their turn soon.</summary>
    private const int MostTogether = 64;

    private readonly SqliteDatabase _database;
    private readonly SqliteStoreOptions _options;
    private readonly SqliteFaults _faults;
    private readonly ILogger _logger;
    private readonly BlockingCollection<SqliteWork> _waiting = [];
    private readonly Lazy<Thread> _thread;
    private readonly SqliteWal _wal = new();
    private SqliteSession? _session;
    private SqliteTurns? _turns;

    public SqliteWriter(SqliteDatabase database, SqliteStoreOptions options, SqliteFaults faults, ILogger logger)
    {
        (_database, _options, _faults, _logger) = (database, options, faults, logger);
        _thread = new Lazy<Thread>(() =>
        {
            var thread = new Thread(Run) { IsBackground = true, Name = "SQLite writer" };
            thread.Start();
            return thread;
        });
    }

    /// <summary>
    /// Runs something in a transaction that it may share with others; it is on the disk when the task is done. Where it fails
    /// the others do not.
    /// </summary>
    /// <exception cref="StoreUnavailableException">It was not written, or the disk does not answer.</exception>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> write, CancellationToken cancellationToken) =>
        EnqueueAsync(new SqliteWork<T>(write, alone: false, cancellationToken), cancellationToken);

    /// <summary>Runs something outside of a transaction.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot be used, or the disk does not answer.</exception>
    public Task<T> AloneAsync<T>(Func<SqliteSession, SqliteTurns, T> work, CancellationToken cancellationToken) =>
        EnqueueAsync(new SqliteWork<T>(session => work(session, _turns!), alone: true, cancellationToken), cancellationToken);

    /// <summary>Finishes what waits, and closes.</summary>
    public void Dispose()
    {
        _waiting.CompleteAdding();
        if (_thread.IsValueCreated)
            _thread.Value.Join();
        _waiting.Dispose();
    }

    private async Task<T> EnqueueAsync<T>(SqliteWork<T> work, CancellationToken cancellationToken)
    {
        _ = _thread.Value;
        _waiting.Add(work, cancellationToken);
        try
        {
            return await work.Done.WaitAsync(_options.LockTimeout + TimeSpan.FromSeconds(10), cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw _faults.Unavailable(new StoreUnavailableException($"The disk of {_database.Path} does not answer.", e))!;
        }
    }

    private void Run()
    {
        foreach (var first in _waiting.GetConsumingEnumerable())
        {
            if (first.IsAlone)
                RunAlone(first);
            else
                Write([first], shared: true);
        }

        Close();
    }

    private void RunAlone(SqliteWork work)
    {
        if (!work.WasGivenUp() && Try([work], work.Run))
            work.Complete();
    }

    private void Write(List<SqliteWork> together, bool shared)
    {
        SqliteWork? alone = null;
        var written = Try(together, session =>
        {
            SqliteBusy.Run(session, "BEGIN IMMEDIATE", _options.LockTimeout, _turns);
            // One who came while this process waited for its turn is in it too.
            while (shared && alone is null && together.Count < MostTogether && _waiting.TryTake(out var next))
            {
                if (next.IsAlone)
                    alone = next;
                else
                    together.Add(next);
            }

            together.RemoveAll(w => w.WasGivenUp());
            foreach (var work in together)
                work.Run(session);
            session.Execute("COMMIT");
        });
        if (written)
        {
            foreach (var work in together)
                work.Complete();
            _faults.Works();
            KeepLogShort();
        }

        if (alone is not null)
            RunAlone(alone);
    }

    /// <summary>True where it worked. Where it fails, all are told so; where one alone may be to blame, each gets a try of its own.</summary>
    private bool Try(List<SqliteWork> together, Action<SqliteSession> run)
    {
        try
        {
            run(Open());
            return true;
        }
        catch (Exception e)
        {
            // This rolls back. The next try gets a fresh connection: whatever went wrong is left behind with the old one.
            Close();
            var unavailable = _faults.Unavailable(e);
            foreach (var work in together)
            {
                if (together.Count > 1 && unavailable is null)
                    Write([work], shared: false);
                else
                    work.Fail(unavailable ?? e);
            }

            return false;
        }
    }

    private void KeepLogShort()
    {
        try
        {
            _wal.Keep(_session!, _turns);
        }
        catch (SqliteException e)
        {
            Close();
            _faults.Unavailable(e);
        }
    }

    private SqliteSession Open()
    {
        if (_session is not null && SqliteDatabase.HasMoved(_session))
        {
            _logger.Moved(_database.Path);
            Close();
        }

        if (_session is null)
        {
            _session = _database.Open();
            _turns = SqliteTurns.Open(Path.GetDirectoryName(_database.Path)!);
            SqliteWal.TakeOver(_session);
        }

        return _session;
    }

    private void Close()
    {
        _session?.Dispose();
        _turns?.Dispose();
        (_session, _turns) = (null, null);
    }
}
