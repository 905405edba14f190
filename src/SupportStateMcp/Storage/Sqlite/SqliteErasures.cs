using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Makes sure that what was erased is gone to the last byte. Deleted rows are overwritten in the same transaction; what is
/// left then are older pages in the log, and copies in the unused parts of pages, where SQLite had moved a row.
/// </summary>
internal sealed class SqliteErasures(
    SqliteDatabase database, SqliteReaders readers, SqliteWriter writer, SqliteStoreOptions options, ILogger logger)
{
    /// <summary>Up to which size the file is rewritten, in bytes: it takes memory and keeps writers waiting, about a second for this much.</summary>
    private const long LargestRewritten = 128 << 20;

    /// <summary>Removes a conversation and all that belongs to it.</summary>
    public static void Delete(SqliteSession session, long key)
    {
        DeleteContent(session, key);
        session.Execute("DELETE FROM pending_approvals WHERE conversation = $conversation", key);
        session.Execute("DELETE FROM ready_steps WHERE conversation = $conversation", key);
        session.Execute("DELETE FROM conversations WHERE key = $key", key);
    }

    /// <summary>Removes history, trail, parts of the snapshot and idempotency records of a conversation.</summary>
    public static void DeleteContent(SqliteSession session, long key)
    {
        session.Execute("DELETE FROM messages WHERE conversation = $conversation", key);
        session.Execute("DELETE FROM events WHERE conversation = $conversation", key);
        session.Execute("DELETE FROM parts WHERE conversation = $conversation", key);
        session.Execute("DELETE FROM idempotency_records WHERE conversation = $conversation", key);
    }

    /// <summary>Cuts the log right after an erasure; false where it could not. The erasure itself is on the disk: the sweep does the rest.</summary>
    public async ValueTask<bool> CutLogAsync()
    {
        try
        {
            if (await writer.AloneAsync((session, _) => SqliteWal.Truncate(session), CancellationToken.None))
                return true;
        }
        catch (StoreUnavailableException)
        {
            // The same: it is not done.
        }

        logger.ErasureUnfinished(database.Path);
        return false;
    }

    /// <summary>Finishes the erasures of all processes, also of those that were killed meanwhile; called by the sweep.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        var (erasures, finished) = readers.Read(session => (session.Mark("erasures"), session.Mark("finished")));
        if (finished == erasures)
            return;
        if (!await writer.AloneAsync(Rewrite, cancellationToken))
            logger.ErasureUnfinished(database.Path);
        else
            await writer.WriteAsync(session => session.SetMark("finished", Math.Max(erasures, session.Mark("finished"))), cancellationToken);
    }

    private bool Rewrite(SqliteSession session, SqliteTurns turns)
    {
        if (new FileInfo(database.Path).Length <= LargestRewritten)
            SqliteBusy.Run(session, "VACUUM", options.LockTimeout, turns);
        else
            logger.TooLargeToRewrite(database.Path);
        return SqliteWal.Truncate(session);
    }
}
