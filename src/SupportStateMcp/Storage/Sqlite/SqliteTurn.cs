using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Waits while another process writes. SQLite's own wait grows to 100 ms a step, so that whoever has waited longest has the
/// worst chance; here all try again after a millisecond or two.
/// </summary>
internal static class SqliteTurn
{
    /// <summary>Runs a statement that another process may keep from running; true where it had to wait.</summary>
    /// <param name="session">Whose turn it is to be.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="patience">How long to wait at most.</param>
    /// <exception cref="SqliteException">The wait was in vain, or the statement fails.</exception>
    public static bool Wait(SqliteSession session, string sql, TimeSpan patience)
    {
        var started = Stopwatch.GetTimestamp();
        for (var waited = false; ; waited = true)
        {
            var code = raw.sqlite3_exec(session.Connection.Handle, sql);
            if (code == raw.SQLITE_OK)
                return waited;
            if ((code & 0xff) != raw.SQLITE_BUSY || Stopwatch.GetElapsedTime(started) >= patience)
                SqliteException.ThrowExceptionForRC(code, session.Connection.Handle);
            Thread.Sleep(Random.Shared.Next(1, 3));
        }
    }
}
