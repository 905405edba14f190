using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Reads the approvals that wait for a decision off their index, the next deadline first. Entries are hints, as in
/// <see cref="RedisListing"/>; what a deadline has passed is expired, whether that is recorded or not.
/// </summary>
internal sealed class RedisApprovalListing(
    RedisConnection connection, RedisKeys keys, RedisIndex index, RedisSnapshots snapshots, TimeProvider time)
{
    private const int MaxBatch = 512;

    public async ValueTask<PendingApprovals> ReadAsync(string? queue, ApprovalCursor? after, int limit, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var set = keys.ByDeadline(queue);
        var (from, batch, wrong, total, more) = (Math.Max(now.ToUnixTimeMilliseconds(), after?.Deadline.ToUnixTimeMilliseconds() ?? 0), limit + 1, 0, 0L, false);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var found = new Dictionary<string, ApprovalOf>(StringComparer.Ordinal);
        while (true)
        {
            var (least, count) = (from, batch);
            var (size, entries) = await connection.CallAsync(
                async db =>
                {
                    var size = db.SortedSetLengthAsync(set, now.ToUnixTimeMilliseconds(), flags: RedisConnection.Master);
                    var entries = db.SortedSetRangeByScoreWithScoresAsync(
                        set, least, double.PositiveInfinity, Exclude.None, Order.Ascending, 0, count, RedisConnection.Master);
                    return (await size, await entries);
                },
                cancellationToken);

            wrong += await LookAsync(set, [.. entries.Select(e => (string)e.Element!).Where(seen.Add)], queue, now, after, found, cancellationToken);
            total = size - wrong;
            if (entries.Length < batch)
            {
                if (after is null)
                    total = found.Count;
                break;
            }

            // Entries of one score begin each batch again: ties are never cut apart, whatever moves meanwhile.
            var last = (long)entries[^1].Score;
            if (found.Values.Count(a => a.Approval.Deadline.ToUnixTimeMilliseconds() < last) >= limit)
            {
                more = true;
                break;
            }

            batch = last > from ? Math.Min(Math.Max(batch, 32) * 2, MaxBatch) : batch * 2;
            from = last;
        }

        return PendingApprovals.Page(found.Values, limit, (int)Math.Max(total, Math.Min(found.Count, limit)), more);
    }

    /// <returns>How many of these entries were wrong.</returns>
    private async ValueTask<int> LookAsync(
        RedisKey set, List<string> members, string? queue, DateTimeOffset now, ApprovalCursor? after, Dictionary<string, ApprovalOf> found, CancellationToken cancellationToken)
    {
        // In a queue's own set an approval stands with the epoch, in the set of all without.
        var stays = members.ConvertAll(m => Stay.TryParse(m) ?? new Stay(m, 0));
        var ids = stays.Select(s => Approval.ConversationOf(s.Id)?.Value ?? "").Distinct().ToList();
        var read = ids.Zip(await snapshots.ReadAsync(ids, cancellationToken)).ToDictionary();
        var drops = new List<IndexDrop>();
        var wrong = 0;
        for (var i = 0; i < stays.Count; i++)
        {
            var (id, epoch) = (stays[i].Id, stays[i].Epoch);
            var (conversation, isUnreadable) = read[Approval.ConversationOf(id)?.Value ?? ""];
            var approval = conversation?.Approval(id);
            var isHere = queue is null || (conversation?.Epoch == epoch && conversation.ApprovalQueue == queue);
            if (approval is { Status: ApprovalStatus.Pending } && isHere)
            {
                if (approval.Deadline <= now)
                    wrong++;
                else if (after is not { } place || place.IsBefore(approval))
                    found[id] = new ApprovalOf(approval, conversation!.AsOf(now));
                continue;
            }

            wrong++;
            // One that is not there yet, or stands in a later epoch, may belong to a commit that is still on its way: it stays.
            var isOver = (conversation is not { ErasedAt: null } && !isUnreadable)
                || (approval is not null && (approval.Status != ApprovalStatus.Pending || (queue is not null && epoch <= conversation!.Epoch)));
            if (isOver)
                drops.Add(new IndexDrop(set, members[i], null));
        }

        await index.DropAsync(drops, cancellationToken);
        return wrong;
    }
}
