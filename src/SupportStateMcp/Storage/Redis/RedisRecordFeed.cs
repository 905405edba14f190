using StackExchange.Redis;
using SupportStateMcp.Records;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// The changes of a kind, read shard by shard: within a shard the number of a change is given in the script that makes it, so that
/// none appears behind a later one.
/// </summary>
internal sealed class RedisRecordFeed(RedisConnection connection, RedisRecordKeys keys, RedisRecordReader reader)
{
    /// <summary>How much content one page of changes holds, in bytes, about; the first record is there whatever its size.</summary>
    private const long PageBytes = 4 << 20;

    /// <summary>How many records are read together at first; then as many as are about <see cref="StepBytes"/>.</summary>
    private const int FirstStep = 8;

    private const int LargestStep = 128;

    /// <summary>How much content one call reads, in bytes, about: a call has a time-out.</summary>
    private const long StepBytes = 512 << 10;

    private static readonly RedisValue[] s_fields = ["life", "sequence"];

    public async ValueTask<RecordChanges> ReadAsync(string kind, string? position, int limit, CancellationToken cancellationToken)
    {
        var known = RedisRecordPosition.TryParse(position);
        var feeds = await connection.CallAsync(
            db => Task.WhenAll(Enumerable.Range(0, RedisRecordKeys.Shards).Select(shard => db.HashGetAsync(keys.Feed(kind, shard), s_fields, RedisConnection.Master))),
            cancellationToken);
        var stands = new RedisRecordPosition([.. feeds.Select(f => new RedisShardPosition((string?)f[0] ?? "", (long)f[1]))]);
        var startedAnew = position is not null && known?.IsBehind(stands) is not true;
        var at = known is null || startedAnew ? stands.Beginning() : known.Within(stands);

        var (ids, more) = await ChangedAsync(kind, at, stands, limit, cancellationToken);
        var (changes, bytes, step) = (new List<RecordChange>(), 0L, FirstStep);
        for (var from = 0; from < ids.Count; from += step)
        {
            if (bytes >= PageBytes)
            {
                more = true;
                break;
            }

            if (from > 0)
                step = (int)Math.Clamp(StepBytes * from / Math.Max(bytes, 1), 1, LargestStep);
            var together = ids.GetRange(from, Math.Min(step, ids.Count - from));
            var fields = await reader.FieldsAsync(kind, together.ConvertAll(c => c.Id), cancellationToken);
            foreach (var ((shard, id, sequence), found) in together.Zip(fields))
            {
                var (record, isUnreadable) = reader.ReadListed(kind, id, found);
                if (!isUnreadable)
                    changes.Add(new RecordChange(id, record));
                bytes += record?.Content.Length ?? 0;
                at = at.At(shard, sequence);
            }
        }

        return new RecordChanges(changes, at.ToString(), more) { StartedAnew = startedAnew };
    }

    /// <summary>What changed after a position, shard by shard, and whether there is more.</summary>
    private async ValueTask<(List<(int Shard, string Id, long Sequence)> Changed, bool More)> ChangedAsync(
        string kind, RedisRecordPosition at, RedisRecordPosition stands, int limit, CancellationToken cancellationToken)
    {
        var behind = Enumerable.Range(0, RedisRecordKeys.Shards).Where(shard => at[shard].Sequence < stands[shard].Sequence).ToList();
        var found = await connection.CallAsync(
            db => Task.WhenAll(behind.Select(shard => db.SortedSetRangeByScoreWithScoresAsync(
                keys.Changes(kind, shard), at[shard].Sequence, double.PositiveInfinity, Exclude.Start, Order.Ascending, 0, (long)limit + 1, RedisConnection.Master))),
            cancellationToken);
        var changed = behind.SelectMany((shard, i) => found[i].Select(c => (shard, (string)c.Element!, (long)c.Score))).ToList();
        return changed.Count > limit ? (changed[..limit], true) : (changed, false);
    }
}
