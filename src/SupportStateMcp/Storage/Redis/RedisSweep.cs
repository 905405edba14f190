using System.Text.Json;
using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Takes conversations that have expired out of the indexes. Redis removes a conversation by itself, but not what points to it.
/// </summary>
internal sealed class RedisSweep(RedisConnection connection, RedisKeys keys, RedisIndex index, TimeSpan timeToLive, TimeProvider time)
{
    private const int Batch = 500;
    private const int MaxShared = 100;

    /// <summary>A conversation that was listed before its entry was written.</summary>
    private static readonly StoredIndexEntry Unknown = new("", "", "", 0);

    private readonly HashSet<RedisKey> _shared = [];
    private int _skip;

    /// <summary>Looks at a batch of the conversations that changed longest ago; the next call goes on behind those that still live.</summary>
    /// <returns>How many were removed.</returns>
    public async ValueTask<int> RunAsync(CancellationToken cancellationToken)
    {
        var cutoff = (time.GetUtcNow() - timeToLive).ToUnixTimeMilliseconds();
        var skip = _skip;
        var ids = await connection.CallAsync(
            db => db.SortedSetRangeByScoreAsync(
                keys.ByUpdate, double.NegativeInfinity, cutoff, Exclude.None, Order.Ascending, skip, Batch, RedisConnection.Master),
            cancellationToken);
        if (ids.Length == 0)
        {
            _skip = 0;
            return 0;
        }

        var (updated, kept) = await connection.CallAsync(
            async db =>
            {
                var kept = db.HashGetAsync(keys.Entries, ids, RedisConnection.Master);
                var updated = await Task.WhenAll(ids.Select(id => db.HashGetAsync(keys.State((string)id!), "updated_at", RedisConnection.Master)));
                return (updated, await kept);
            },
            cancellationToken);

        var gone = new List<ConversationIndexEntry>();
        var alive = new List<ConversationIndexEntry>();
        for (var i = 0; i < ids.Length; i++)
        {
            var entry = (kept[i].IsNull ? Unknown : JsonSerializer.Deserialize((byte[])kept[i]!, IndexJson.Default.StoredIndexEntry)!).For(ids[i]!);
            Note(entry);
            if (updated[i].IsNull)
                gone.Add(entry);
            else if (!kept[i].IsNull)
                alive.Add(entry with { UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds((long)updated[i]) });
        }

        // One that comes back meanwhile has a newer score, and stays.
        await index.RemoveAsync(gone, cutoff + 1, cancellationToken);
        await index.DropAsync([.. gone.SelectMany(e => _shared, (e, set) => new IndexDrop(set, e.ConversationId, cutoff + 1))], cancellationToken);
        if (alive.Count > 0)
            await index.AddAsync(alive, places: false, cancellationToken);
        _skip = ids.Length < Batch ? 0 : skip + alive.Count;
        return gone.Count;
    }

    // A conversation that moved on within one millisecond is still in the set it left, and nothing tells which that was: so gone
    // conversations are looked for in all sets that many conversations share. A customer's set goes by itself.
    private void Note(ConversationIndexEntry entry)
    {
        if (_shared.Count < MaxShared && entry.State.Length > 0)
        {
            _shared.Add(keys.ByState(entry.State));
            _shared.Add(keys.ByAssignee(entry.AssignedTo));
            if (entry.Owner is { } owner)
                _shared.Add(keys.ByOwner(owner));
        }
    }
}
