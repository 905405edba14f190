using System.Collections.Concurrent;
using SQLitePCL;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Connections that read, one for each caller at a time. A reader sees the last commit before it began and waits for no
/// writer.
/// </summary>
internal sealed class SqliteReaders(SqliteDatabase database, SqliteFaults faults, ILogger logger) : IDisposable
{
    /// <summary>How often a connection looks whether its file is still there, in milliseconds.</summary>
    private const long CheckInterval = 100;

    private static readonly int s_kept = 2 * Environment.ProcessorCount;

    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private volatile bool _disposed;

    /// <summary>Reads on a connection of its own.</summary>
    /// <exception cref="Conversations.StoreUnavailableException">The database cannot be read.</exception>
    public T Read<T>(Func<SqliteSession, T> read)
    {
        SqliteSession? session = null;
        try
        {
            session = Rent();
            var result = read(session);
            Return(session);
            faults.Works();
            return result;
        }
        catch (Exception e)
        {
            if (faults.Unavailable(e) is { } unavailable)
            {
                session?.Dispose();
                throw unavailable;
            }

            if (session is not null)
                Return(session);
            throw;
        }
    }

    /// <summary>The same for several statements: all of them see the same commit.</summary>
    /// <exception cref="Conversations.StoreUnavailableException">The database cannot be read.</exception>
    public T ReadTogether<T>(Func<SqliteSession, T> read) => Read(session =>
    {
        session.Execute("BEGIN");
        T result;
        try
        {
            result = read(session);
        }
        catch
        {
            // Some faults, as of the disk, end the transaction by themselves. The caller is told of the fault, not of that.
            if (raw.sqlite3_get_autocommit(session.Connection.Handle) == 0)
                session.Execute("ROLLBACK");
            throw;
        }

        session.Execute("COMMIT");
        return result;
    });

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var session))
            session.Dispose();
    }

    private SqliteSession Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        while (_idle.TryTake(out var session))
        {
            if (Environment.TickCount64 - session.CheckedAt < CheckInterval)
                return session;
            if (!SqliteDatabase.HasMoved(session))
            {
                session.CheckedAt = Environment.TickCount64;
                return session;
            }

            logger.Moved(database.Path);
            session.Dispose();
        }

        var opened = database.Open();
        opened.Execute("PRAGMA query_only = ON");
        return opened;
    }

    private void Return(SqliteSession session)
    {
        if (_disposed || _idle.Count >= s_kept)
            session.Dispose();
        else
            _idle.Add(session);
    }
}
