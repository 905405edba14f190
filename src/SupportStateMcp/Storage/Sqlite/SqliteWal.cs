using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// The write-ahead log. SQLite would copy it back within somebody's commit; here it is done between commits, when those
/// who wait have their answer.
/// </summary>
internal sealed class SqliteWal
{
    /// <summary>How many commits may pass until what they wrote is copied into the database.</summary>
    private const int Commits = 400;

    /// <summary>From how many pages of 4 KiB on the log is cut: others that write without a pause can keep it from starting anew.</summary>
    private const int MostPages = 8_192;

    private const int Tries = 50;

    private int _written;

    /// <summary>Keeps SQLite from copying the log back by itself on this connection.</summary>
    public static void TakeOver(SqliteSession session) => session.Execute("PRAGMA wal_autocheckpoint = 0");

    /// <summary>Called after each transaction.</summary>
    /// <param name="session">The writer's.</param>
    /// <param name="commits">How many commits shared it.</param>
    public void Keep(SqliteSession session, int commits)
    {
        _written += commits;
        if (_written < Commits)
            return;
        _written = 0;
        if (Checkpoint(session, raw.SQLITE_CHECKPOINT_PASSIVE) > MostPages)
            Truncate(session);
    }

    /// <summary>Copies all of the log into the database and cuts it to nothing; false where somebody who reads kept it from that.</summary>
    public static bool Truncate(SqliteSession session)
    {
        for (var left = Tries; left > 0; left--)
        {
            if (Checkpoint(session, raw.SQLITE_CHECKPOINT_TRUNCATE) is not null)
                return true;
            Thread.Sleep(Random.Shared.Next(1, 3));
        }

        return false;
    }

    /// <summary>How many pages the log holds; null where somebody was in the way.</summary>
    private static int? Checkpoint(SqliteSession session, int mode)
    {
        var code = raw.sqlite3_wal_checkpoint_v2(session.Connection.Handle, "main", mode, out var pages, out _);
        if ((code & 0xff) == raw.SQLITE_BUSY)
            return null;
        SqliteException.ThrowExceptionForRC(code, session.Connection.Handle);
        return pages;
    }
}
