using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// The write-ahead log. SQLite would copy it back into the database within somebody's commit; here it is done between
/// commits, when those who wait have their answer. Then the log starts anew, over its old pages: one that grows costs each
/// flush a change of the file's size as well.
/// </summary>
internal sealed class SqliteWal
{
    /// <summary>How many commits may pass until what they wrote is copied back.</summary>
    private const int Commits = 400;

    /// <summary>How many pages of 4 KiB the log may hold when others write into it so busily that it does not start anew by itself.</summary>
    private const int MostPages = 1_000;

    /// <summary>How long to wait for those who write or read.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private int _written;

    /// <summary>Keeps SQLite from copying the log back by itself on this connection.</summary>
    public static void TakeOver(SqliteSession session) => session.Execute("PRAGMA wal_autocheckpoint = 0");

    /// <summary>Called after each transaction.</summary>
    /// <param name="session">The writer's.</param>
    /// <param name="turns">Who else waits to write.</param>
    /// <param name="commits">How many commits shared the transaction.</param>
    public void Keep(SqliteSession session, SqliteTurns? turns, int commits)
    {
        _written += commits;
        if (_written < Commits)
            return;
        _written = 0;
        // Most of the work keeps nobody waiting; what is left then is little.
        raw.sqlite3_wal_checkpoint_v2(session.Connection.Handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out var pages, out var copied);
        if (pages > MostPages && copied < pages)
            Checkpoint(session, raw.SQLITE_CHECKPOINT_RESTART, turns);
    }

    /// <summary>Copies all of the log back and cuts it to nothing; false where somebody who reads kept it from that.</summary>
    public static bool Truncate(SqliteSession session) => Checkpoint(session, raw.SQLITE_CHECKPOINT_TRUNCATE, null);

    private static bool Checkpoint(SqliteSession session, int mode, SqliteTurns? turns)
    {
        var code = SqliteBusy.Wait(
            () => raw.sqlite3_wal_checkpoint_v2(session.Connection.Handle, "main", mode, out _, out _), Patience, turns);
        if ((code & 0xff) == raw.SQLITE_BUSY)
            return false;
        SqliteException.ThrowExceptionForRC(code, session.Connection.Handle);
        return true;
    }
}
