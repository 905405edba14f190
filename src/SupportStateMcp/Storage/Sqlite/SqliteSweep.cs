namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Removes what expired. Readers take it for gone at once; its rows stay for one more time to live, so that a clock that
/// is wrong for a while costs nothing.
/// </summary>
internal sealed class SqliteSweep(
    SqliteDatabase database, SqliteReaders readers, SqliteWriter writer, TimeSpan timeToLive, TimeProvider time, ILogger logger)
{
    private const int Batch = 100;
    private const int Batches = 10;

    // What changed less than a time to live before cannot have expired: the index is read from its old end only.
    private const string FindExpired = """
        SELECT key, expires_at FROM conversations
        WHERE erased = 0 AND updated_at <= $changed AND expires_at <= $expired ORDER BY updated_at LIMIT $limit
        """;

    private const string FindExpiredTombstones =
        "SELECT key, expires_at FROM conversations WHERE erased = 1 AND expires_at <= $expired ORDER BY expires_at LIMIT $limit";

    private static readonly TimeSpan LeastStep = TimeSpan.FromMinutes(1);

    /// <summary>Removes up to a thousand; says how many it were.</summary>
    public async ValueTask<int> RunAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        var limit = (long?)null;
        for (var batch = 0; batch < Batches && readers.Read(Find) is { Count: > 0 } expired; batch++)
        {
            limit ??= await writer.WriteAsync(Advance, cancellationToken);
            var keys = expired.Where(e => e.ExpiresAt <= limit - timeToLive.Ticks).Select(e => e.Key).ToList();
            if (keys.Count == 0)
                break;
            removed += await writer.WriteAsync(s => keys.Count(key => Delete(s, key, limit.Value - timeToLive.Ticks)), cancellationToken);
        }

        if (removed > 0)
            logger.Swept(removed);
        // The file alone holds everything then; and an erasure that could not cut the log is finished.
        if (new FileInfo(database.Path + "-wal") is { Exists: true, Length: > 0 })
            await writer.AloneAsync(SqliteWal.Truncate, cancellationToken);
        return removed;
    }

    /// <summary>Removes a conversation and all that belongs to it.</summary>
    public static void Delete(SqliteSession session, long key)
    {
        DeleteContent(session, key);
        session.Execute("DELETE FROM pending_approvals WHERE conversation = $conversation", key);
        session.Execute("DELETE FROM conversations WHERE key = $key", key);
    }

    /// <summary>Removes history, trail and idempotency records of a conversation.</summary>
    public static void DeleteContent(SqliteSession session, long key)
    {
        session.Execute("DELETE FROM messages WHERE conversation = $conversation", key);
        session.Execute("DELETE FROM events WHERE conversation = $conversation", key);
        session.Execute("DELETE FROM idempotency_records WHERE conversation = $conversation", key);
    }

    /// <summary>
    /// How far the sweep may come by now. It follows the clock, but no faster than a small part of the time to live at each
    /// sweep: a clock that jumps days ahead is noticed before it removes what is alive by the right one.
    /// </summary>
    private long Advance(SqliteSession session)
    {
        var step = Math.Max(timeToLive.Ticks / 24, LeastStep.Ticks);
        var reached = session.Number("SELECT value FROM marks WHERE name = 'swept_to'") ?? 0;
        var next = Math.Min(time.GetUtcNow().UtcTicks, reached + step);
        session.Execute("UPDATE marks SET value = $value WHERE name = 'swept_to'", next);
        return next;
    }

    private List<(long Key, long ExpiresAt)> Find(SqliteSession session)
    {
        var expired = time.GetUtcNow() - timeToLive;
        var found = new List<(long, long)>();
        using (var rows = session.Query(FindExpired, (expired - timeToLive).ToUnixTimeMilliseconds(), expired.UtcTicks, Batch))
        {
            while (rows.Read())
                found.Add((rows.GetInt64(0), rows.GetInt64(1)));
        }

        using (var rows = session.Query(FindExpiredTombstones, expired.UtcTicks, Batch))
        {
            while (rows.Read())
                found.Add((rows.GetInt64(0), rows.GetInt64(1)));
        }

        return found;
    }

    /// <summary>What was found may have been opened anew since.</summary>
    private static bool Delete(SqliteSession session, long key, long expired)
    {
        if (session.Number("SELECT key FROM conversations WHERE key = $key AND expires_at <= $expired", key, expired) is null)
            return false;
        Delete(session, key);
        return true;
    }
}
