using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Reads a page of those who wait for a person off their index, about as many snapshots as the page has. Entries are
/// hints, as in <see cref="RedisListing"/>. A lease that ran out has put its conversation into its queue already, though no
/// index says so until that is recorded: what is overdue is looked at beside the index.
/// </summary>
internal sealed class RedisQueueListing(
    RedisConnection connection, RedisKeys keys, RedisIndex index, RedisSnapshots snapshots, TimeProvider time)
{
    private const int MaxBatch = 512;

    /// <summary>How many overdue conversations are looked at; an instance that runs records them within seconds.</summary>
    private const int MaxOverdue = 1_000;

    public async ValueTask<QueuePage> ReadAsync(string? queue, QueueCursor? after, int limit, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var set = keys.ByQueue(queue);
        var from = after is { } cursor ? RedisIndexPlaces.QueueScore(cursor.Priority, cursor.Since) : 0;
        var batch = limit + 1;
        var (due, size, entries) = await connection.CallAsync(
            async db =>
            {
                // What is overdue before the index: what is recorded in between is found in both, not in neither.
                var due = RedisIndex.FindOverdueAsync(db, keys, now.ToUnixTimeMilliseconds() + 1, 0, MaxOverdue);
                if (connection.MayBeCluster)
                    await due;
                var size = db.SortedSetLengthAsync(set, flags: RedisConnection.Master);
                var entries = RangeAsync(db, set, from, batch);
                return (await due, await size, await entries);
            },
            cancellationToken);

        var seen = new Seen(set);
        await AddOverdueAsync(due, queue, now, seen, cancellationToken);
        while (true)
        {
            await LookAsync([.. entries.Where(e => seen.Members.Add(e.Element!))], queue, now, seen, cancellationToken);
            if (entries.Length < batch)
                break;

            // Entries of one score begin each batch again: ties are never cut apart, whatever moves meanwhile.
            var last = (long)entries[^1].Score;
            if (seen.Found.Values.Count(c => IsAfter(c, after) && ScoreOf(c) < last) > limit)
                break;
            (batch, from) = (last > from ? Math.Min(Math.Max(batch, 32) * 2, MaxBatch) : batch * 2, last);
            var (least, count) = (from, batch);
            entries = await connection.CallAsync(db => RangeAsync(db, set, least, count), cancellationToken);
        }

        var rest = seen.Found.Values.Where(c => IsAfter(c, after)).OrderBy(QueueCursor.Of, QueueCursor.Order).ToList();
        var page = rest.Take(limit).ToList();
        var total = entries.Length < batch && after is null ? seen.Found.Count : (int)size - seen.Wrong + seen.Overdue;
        return new QueuePage(page, Math.Max(total, rest.Count), rest.Count > limit ? QueueCursor.Of(page[^1]) : null);
    }

    private static Task<SortedSetEntry[]> RangeAsync(IDatabase db, RedisKey set, long from, int count) => db.SortedSetRangeByScoreWithScoresAsync(
        set, from, double.PositiveInfinity, Exclude.None, Order.Ascending, 0, count, RedisConnection.Master);

    private async ValueTask AddOverdueAsync(
        IReadOnlyList<(string Id, long At)> due, string? queue, DateTimeOffset now, Seen seen, CancellationToken cancellationToken)
    {
        var overdue = await snapshots.ReadAsync([.. due.Select(d => d.Id)], cancellationToken);
        foreach (var conversation in overdue.Select(o => o.Conversation).OfType<Conversation>().Where(c => c.LeaseUntil <= now).Select(c => c.AsOf(now)).Where(c => Waits(c, queue)))
            seen.Found.Add(conversation.ConversationId, conversation);
        seen.Overdue = seen.Found.Count;
    }

    private async ValueTask LookAsync(
        List<SortedSetEntry> entries, string? queue, DateTimeOffset now, Seen seen, CancellationToken cancellationToken)
    {
        var stays = entries.ConvertAll(e => Stay.TryParse((string)e.Element!) ?? default);
        var drops = new List<IndexDrop>();
        var moves = new List<(string Member, long Seen, long True)>();
        var read = await snapshots.ReadAsync(stays.ConvertAll(s => s.Id ?? ""), cancellationToken);
        for (var i = 0; i < entries.Count; i++)
        {
            string member = entries[i].Element!;
            if (read[i].Conversation is { } conversation && conversation.Epoch == stays[i].Epoch && Waits(conversation, queue))
            {
                if (ScoreOf(conversation) != (long)entries[i].Score)
                    moves.Add((member, (long)entries[i].Score, ScoreOf(conversation)));
                // Its lease was overdue, and that has been recorded meanwhile.
                if (seen.Found.Remove(conversation.ConversationId))
                    seen.Overdue--;
                seen.Found.Add(conversation.ConversationId, conversation.AsOf(now));
                continue;
            }

            seen.Wrong++;
            // A later epoch may belong to a commit that is still on its way: it stays. So does one that is noted again in between: the ticket of a
            // conversation that is gone may be opened again, and wait in the same epoch.
            if (!read[i].IsUnreadable && (read[i].Conversation is not { } other || other.Epoch >= stays[i].Epoch))
                drops.Add(new IndexDrop(seen.Set, member, RedisIndexPlaces.QueueTime(entries[i].Score) + 1));
        }

        await index.DropAsync(drops, cancellationToken);
        await index.RescoreAsync(seen.Set, moves, cancellationToken);
    }

    private static bool Waits(Conversation c, string? queue) => c.Queue is { } own && (queue is null || queue == own);

    private static long ScoreOf(Conversation c) => RedisIndexPlaces.QueueScore(c.Priority, c.QueuedSince);

    private static bool IsAfter(Conversation c, QueueCursor? after) =>
        after is not { } cursor || QueueCursor.Order.Compare(QueueCursor.Of(c), cursor) > 0;

    /// <summary>What a reading has met of an index.</summary>
    private sealed class Seen(RedisKey set)
    {
        public RedisKey Set => set;

        public HashSet<string> Members { get; } = new(StringComparer.Ordinal);

        /// <summary>Those that wait, as they stand now.</summary>
        public Dictionary<string, Conversation> Found { get; } = new(StringComparer.Ordinal);

        /// <summary>How many of them are not in the index.</summary>
        public int Overdue { get; set; }

        /// <summary>How many entries nobody waits behind.</summary>
        public int Wrong { get; set; }
    }
}
