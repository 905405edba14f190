namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Removes what expired, into the archive where there is one. Readers take it for gone at once; its rows stay for one more time to live, so that a clock that
/// is wrong for a while costs nothing.
/// </summary>
internal sealed class SqliteSweep(
    SqliteReaders readers, SqliteWriter writer, SqliteErasures erasures, TimeSpan timeToLive, TimeProvider time, ILogger logger, SqliteArchive? archive = null)
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

    /// <summary>When a conversation that cannot be read is tried again, and how long: as the archive beside Redis does it.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromHours(1);
    private static readonly TimeSpan TriedFor = TimeSpan.FromDays(30);

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
        await erasures.FinishAsync(cancellationToken);
        return removed;
    }

    /// <summary>
    /// How far the sweep may come by now. It follows the clock, but no faster than a small part of the time to live at each
    /// sweep: a clock that jumps days ahead is noticed before it removes what is alive by the right one.
    /// </summary>
    private long Advance(SqliteSession session)
    {
        var step = Math.Max(timeToLive.Ticks / 24, LeastStep.Ticks);
        var next = Math.Min(time.GetUtcNow().UtcTicks, session.Mark("swept_to") + step);
        session.SetMark("swept_to", next);
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

    /// <summary>What was found may have been opened again since.</summary>
    private bool Delete(SqliteSession session, long key, long expired)
    {
        if (session.Number("SELECT key FROM conversations WHERE key = $key AND expires_at <= $expired", key, expired) is null)
            return false;
        if (archive?.Keep(session, key) == false && PutOff(session, key, expired))
            return false;
        SqliteErasures.Delete(session, key);
        return true;
    }

    /// <summary>Leaves a conversation that cannot be read for later. To readers it stays expired. False where it has been tried for long enough.</summary>
    private bool PutOff(SqliteSession session, long key, long expired)
    {
        var givenUp = new DateTimeOffset(expired, TimeSpan.Zero) - timeToLive - TriedFor;
        var again = expired + Math.Min(Again.Ticks, timeToLive.Ticks);
        return session.Execute(
            "UPDATE conversations SET expires_at = $again WHERE key = $key AND updated_at > $given_up", again, key, givenUp.ToUnixTimeMilliseconds()) == 1;
    }
}
