using System.Text.Json;
using StackExchange.Redis;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Takes conversations that have expired out of the indexes. Redis removes a conversation by itself, but not what points to it.
/// </summary>
internal sealed class RedisSweep(RedisConnection connection, RedisKeys keys, RedisIndex index, TimeSpan timeToLive, TimeProvider time)
{
    private const int Batch = 500;
    private const int MaxShared = 100;

    private readonly HashSet<RedisKey> _shared = [];
    private int _skip;

    /// <summary>Looks at a batch of the conversations that changed longest ago; the next call goes on behind those that still live.</summary>
    /// <returns>How many were removed.</returns>
    public async ValueTask<int> RunAsync(CancellationToken cancellationToken)
    {
        var cutoff = (time.GetUtcNow() - timeToLive).ToUnixTimeMilliseconds();
        var skip = _skip;
        var ids = await connection.CallAsync(
            db => db.SortedSetRangeByScoreAsync(keys.ByUpdate, double.NegativeInfinity, cutoff, Exclude.None, Order.Ascending, skip, Batch),
            cancellationToken);
        if (ids.Length == 0)
        {
            _skip = 0;
            return 0;
        }

        var (updated, facts) = await connection.CallAsync(
            async db =>
            {
                var facts = db.HashGetAsync(keys.Facts, ids);
                var updated = await Task.WhenAll(ids.Select(id => db.HashGetAsync(keys.State((string)id!), "updated_at")));
                return (updated, await facts);
            },
            cancellationToken);

        var gone = new List<IndexEntry>();
        var alive = new List<IndexEntry>();
        for (var i = 0; i < ids.Length; i++)
        {
            var entry = facts[i].IsNull
                ? new IndexEntry(ids[i]!, "", "", "", 0)
                : JsonSerializer.Deserialize((byte[])facts[i]!, IndexJson.Default.IndexEntry)! with { Id = ids[i]! };
            Note(entry);
            if (updated[i].IsNull)
                gone.Add(entry);
            else if (!facts[i].IsNull)
                alive.Add(entry with { Score = (long)updated[i] });
        }

        // Whoever comes back meanwhile has a newer score, and stays.
        await index.RemoveAsync(gone, cutoff + 1, cancellationToken);
        await index.DropAsync([.. gone.SelectMany(e => _shared, (e, set) => (set, e.Id, cutoff + 1))], cancellationToken);
        if (alive.Count > 0)
            await index.AddAsync(alive, facts: false, cancellationToken);
        _skip = ids.Length < Batch ? 0 : skip + alive.Count;
        return gone.Count;
    }

    // A conversation that moved on within one millisecond is still in the set it left, and nothing tells which that was: so gone
    // conversations are looked for in all sets that many conversations share. A customer's set goes by itself.
    private void Note(IndexEntry entry)
    {
        if (_shared.Count < MaxShared && entry.State.Length > 0)
        {
            _shared.Add(keys.ByState(entry.State));
            _shared.Add(keys.ByAssignee(entry.Assignee));
            _shared.Add(keys.Waiting);
            _shared.Add(keys.WithApprovals);
        }
    }
}
