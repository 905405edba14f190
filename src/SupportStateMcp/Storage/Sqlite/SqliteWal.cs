using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// The write-ahead log. SQLite would copy it back into the database within somebody's commit; here it is done between
/// commits, when those who wait have their answer. Then the log starts again, over its old pages: one that grows costs each
/// flush a change of the file's size as well.
/// </summary>
internal sealed class SqliteWal
{
    /// <summary>
    /// After how many pages of 4 KiB what was written is copied back, and from how many on the log is made to start again: by
    /// itself it does so only where no other process writes at that moment.
    /// </summary>
    private const int Pages = 1_000;

    /// <summary>How long to wait for those who write or read.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private int _written;
    private int _most = Pages;

    /// <summary>Keeps SQLite from copying the log back by itself on this connection.</summary>
    public static void TakeOver(SqliteSession session) => session.Execute("PRAGMA wal_autocheckpoint = 0");

    /// <summary>Called after each transaction.</summary>
    /// <param name="session">The writer's.</param>
    /// <param name="turns">Who else waits to write.</param>
    public void Keep(SqliteSession session, SqliteTurns? turns)
    {
        raw.sqlite3_db_status(session.Connection.Handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 1);
        _written += pages;
        if (_written < Pages)
            return;
        _written = 0;
        // Most of the work keeps nobody waiting; what is left then is little.
        raw.sqlite3_wal_checkpoint_v2(session.Connection.Handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out pages, out _);
        if (pages < _most)
            return;
        // Somebody who reads for long would keep all who write waiting each time: it is tried less often then.
        _most = Checkpoint(session, raw.SQLITE_CHECKPOINT_RESTART, turns) ? Pages : 2 * pages;
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
