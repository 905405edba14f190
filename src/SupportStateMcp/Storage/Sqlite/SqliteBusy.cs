using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Waits while another process writes. SQLite's own wait grows to 100 ms a step; here it is a millisecond or two.
/// </summary>
internal static class SqliteBusy
{
    /// <summary>How often who is not first in line tries all the same: the first may have died.</summary>
    private static readonly TimeSpan Unasked = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs a statement that another process may keep from running.</summary>
    /// <param name="session">Where to run it.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="patience">How long to wait at most.</param>
    /// <param name="turns">Who else waits; null where it does not matter.</param>
    /// <exception cref="SqliteException">The wait was in vain, or the statement fails.</exception>
    public static void Run(SqliteSession session, string sql, TimeSpan patience, SqliteTurns? turns = null) =>
        SqliteException.ThrowExceptionForRC(Wait(() => raw.sqlite3_exec(session.Connection.Handle, sql), patience, turns), session.Connection.Handle);

    /// <summary>Tries until it is not kept from it any more, or patience is at its end; returns SQLite's last result.</summary>
    public static int Wait(Func<int> attempt, TimeSpan patience, SqliteTurns? turns)
    {
        var started = Stopwatch.GetTimestamp();
        var tried = started;
        turns?.Begin();
        try
        {
            while (true)
            {
                if (turns is null || turns.IsFirst() || Stopwatch.GetElapsedTime(tried) >= Unasked)
                {
                    tried = Stopwatch.GetTimestamp();
                    var code = attempt();
                    if ((code & 0xff) != raw.SQLITE_BUSY || Stopwatch.GetElapsedTime(started) >= patience)
                        return code;
                }

                Thread.Sleep(turns is null ? Random.Shared.Next(1, 3) : 1);
            }
        }
        finally
        {
            turns?.End();
        }
    }
}
