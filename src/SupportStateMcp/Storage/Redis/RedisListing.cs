using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Reads a page of conversations off an index. Entries are hints: each conversation is loaded and looked at, entries that are wrong are
/// put right on the way.
/// </summary>
internal sealed class RedisListing(
    RedisConnection connection, RedisKeys keys, RedisIndex index, RedisSnapshots snapshots, TimeProvider time)
{
    private const int MaxBatch = 512;

    /// <summary>An entry younger than this may belong to a commit that is still on its way: it stays. By no more does an index lag.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    public async ValueTask<ConversationPage> ReadAsync(
        ConversationFilter filter, ConversationCursor? after, int limit, CancellationToken cancellationToken)
    {
        var set = await ChooseAsync(filter, cancellationToken);
        var start = after is { } cursor
            ? new Place(cursor.UpdatedAt.ToUnixTimeMilliseconds(), cursor.ConversationId)
            : (Place?)null;

        var since = filter.UpdatedSince is { } at ? at.ToUnixTimeMilliseconds() - Grace.TotalMilliseconds : double.NegativeInfinity;
        var found = new List<(Place Place, Conversation Conversation)>();
        Place? reached = null;
        Place? stopped = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var from = start is { } s ? s.Score : double.PositiveInfinity;
        var (batch, looked) = (limit + 1, 0);
        while (true)
        {
            var (max, count) = (from, batch);
            var entries = await connection.CallAsync(
                db => db.SortedSetRangeByScoreWithScoresAsync(
                    set.Key, since, max, Exclude.None, Order.Descending, 0, count, RedisConnection.Master),
                cancellationToken);

            // Entries of one score begin each batch again: ties are never cut apart, whatever moves meanwhile.
            var fresh = entries
                .Select(e => new Place((long)e.Score, e.Element!))
                .Where(p => seen.Add(p.Id) && (start is null || p.CompareTo(start.Value) > 0))
                .ToList();
            if (looked + fresh.Count > Limits.Looked)
            {
                fresh.RemoveRange(Limits.Looked - looked, looked + fresh.Count - Limits.Looked);
                stopped = fresh.Count > 0 ? fresh[^1] : reached;
            }

            looked += fresh.Count;
            reached = fresh.Count > 0 ? fresh[^1] : reached;
            await LookAsync(fresh, set, filter, start, found, cancellationToken);
            if (stopped is not null || entries.Length < batch)
                break;

            var last = new Place((long)entries[^1].Score, entries[^1].Element!);
            if (found.Count(f => f.Place.CompareTo(last) <= 0) > limit)
                break;
            batch = fresh.Count > 0 && last.Score < from ? Math.Min(Math.Max(batch, 32) * 2, MaxBatch) : batch * 2;
            from = last.Score;
        }

        // What lies behind the place where the looking stopped is met again by the next call.
        if (stopped is { } end)
            found.RemoveAll(f => f.Place.CompareTo(end) > 0);
        found.Sort((a, b) => a.Place.CompareTo(b.Place));
        var page = found.Take(limit).ToList();
        Place? next = found.Count > limit ? page[^1].Place : stopped;
        return new ConversationPage(
            [.. page.Select(p => p.Conversation)],
            next is { } place ? new ConversationCursor(DateTimeOffset.FromUnixTimeMilliseconds(place.Score), place.Id) : null);
    }

    private async ValueTask LookAsync(
        List<Place> entries, IndexSet set, ConversationFilter filter, Place? start,
        List<(Place, Conversation)> found, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var settled = (now - Grace).ToUnixTimeMilliseconds();
        var drops = new List<IndexDrop>();
        var moves = new List<(string Member, long Seen, long True)>();
        var conversations = await snapshots.ReadAsync(entries.ConvertAll(e => e.Id), cancellationToken);
        for (var i = 0; i < entries.Count; i++)
        {
            if (conversations[i].Conversation is not { } conversation || !set.Members.Matches(conversation))
            {
                if (entries[i].Score < settled && !conversations[i].IsUnreadable)
                    drops.Add(new IndexDrop(set.Key, entries[i].Id, entries[i].Score + 1));
                continue;
            }

            var place = new Place(conversation.UpdatedAt.ToUnixTimeMilliseconds(), conversation.ConversationId);
            if (place.Score != entries[i].Score)
                moves.Add((entries[i].Id, entries[i].Score, place.Score));
            // A lease that ran out has given it away already, though no index says so until that is recorded.
            var standing = conversation.AsOf(now);
            if (filter.Matches(standing) && (start is null || place.CompareTo(start.Value) > 0))
                found.Add((place, standing));
        }

        await index.DropAsync(drops, cancellationToken);
        await index.RescoreAsync(set.Key, moves, cancellationToken);
    }

    /// <summary>The smallest index that holds all conversations of a filter.</summary>
    private async ValueTask<IndexSet> ChooseAsync(ConversationFilter filter, CancellationToken cancellationToken)
    {
        var sets = new List<IndexSet>();
        if (filter.UserId is { } user)
            sets.Add(new IndexSet(keys.ByUser(user), new ConversationFilter(UserId: user)));
        if (filter.AssignedTo is { } assignee)
            sets.Add(new IndexSet(keys.ByAssignee(assignee), new ConversationFilter(AssignedTo: assignee)));
        if (filter.Owner is { } owner)
            sets.Add(new IndexSet(keys.ByOwner(owner.ToString()), new ConversationFilter(Owner: owner)));
        if (filter.State is { } state)
            sets.Add(new IndexSet(keys.ByState(state), new ConversationFilter(State: state)));
        if (sets.Count < 2)
            return sets.FirstOrDefault(new IndexSet(keys.ByUpdate, new ConversationFilter()));

        var sizes = await connection.CallAsync(
            db => Task.WhenAll(sets.Select(s => db.SortedSetLengthAsync(s.Key, flags: RedisConnection.Master))), cancellationToken);
        return sets[Array.IndexOf(sizes, sizes.Min())];
    }

    /// <summary>An index, and which conversations belong in it.</summary>
    private sealed record IndexSet(RedisKey Key, ConversationFilter Members);

    /// <summary>A place in a listing: newest first, then by id, the highest first.</summary>
    private readonly record struct Place(long Score, string Id) : IComparable<Place>
    {
        public int CompareTo(Place other) => other.Score != Score
            ? other.Score.CompareTo(Score)
            : string.CompareOrdinal(other.Id, Id);
    }
}
