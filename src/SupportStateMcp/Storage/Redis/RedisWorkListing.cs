using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Reads the steps that workers may take off their indexes. Entries are hints, as in <see cref="RedisListing"/>; who takes a step finds out
/// whether it is there, so that a listing looks behind the entries only where it is asked to. It then takes out those that lead to nothing.
/// </summary>
internal sealed class RedisWorkListing(RedisConnection connection, RedisKeys keys, RedisIndex index, RedisSnapshots snapshots, TimeProvider time)
{
    private const int MaxBatch = 512;

    /// <summary>How old an entry is before its conversation counts as gone: one that is being opened is in the index before it is there.</summary>
    private static readonly TimeSpan s_opening = TimeSpan.FromMinutes(1);

    public async ValueTask<ReadySteps> ReadAsync(IReadOnlyList<string> roles, int limit, bool verified, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var read = await connection.CallAsync(
            db => Task.WhenAll(roles.Select(async role =>
            {
                var entries = RangeAsync(db, role, now, 0, limit);
                var later = db.SortedSetLengthAsync(keys.ByWork(role), now.ToUnixTimeMilliseconds(), double.PositiveInfinity, Exclude.Start, RedisConnection.Master);
                return (Role: role, Entries: await entries, Later: await later);
            })),
            cancellationToken);
        var steps = new List<ReadyStep>();
        foreach (var (role, entries, _) in read)
        {
            if (verified)
                steps.AddRange(await VerifyAsync(role, entries, limit, now, cancellationToken));
            else
                steps.AddRange(entries.Select(e => StepOf(role, e)).OfType<ReadyStep>());
        }

        return new ReadySteps([.. steps.OrderBy(s => s.ReadyAt).Take(limit)], read.Sum(r => r.Later));
    }

    private Task<SortedSetEntry[]> RangeAsync(IDatabase db, string role, DateTimeOffset now, int skip, int count) => db.SortedSetRangeByScoreWithScoresAsync(
        keys.ByWork(role), double.NegativeInfinity, now.ToUnixTimeMilliseconds(), Exclude.None, Order.Ascending, skip, count, RedisConnection.Master);

    private static ReadyStep? StepOf(string role, SortedSetEntry entry) =>
        Stay.TryParse((string)entry.Element!) is { } stay && ConversationId.TryParse(stay.Id) is { } id
            ? new ReadyStep(id, role, DateTimeOffset.FromUnixTimeMilliseconds((long)entry.Score))
            : null;

    /// <summary>Looks behind the first entries of a role, and behind more of them until the page is full.</summary>
    private async ValueTask<List<ReadyStep>> VerifyAsync(string role, SortedSetEntry[] entries, int limit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (found, batch, skip) = (new List<ReadyStep>(), limit, 0);
        while (true)
        {
            var dropped = await LookAsync(role, entries, now, found, cancellationToken);
            if (entries.Length < batch || found.Count >= limit)
                return found;
            skip += entries.Length - dropped;
            batch = Math.Min(batch * 2, MaxBatch);
            var (start, count) = (skip, batch);
            entries = await connection.CallAsync(db => RangeAsync(db, role, now, start, count), cancellationToken);
        }
    }

    /// <summary>Adds what is found behind the entries, and takes out those behind which nothing is.</summary>
    /// <returns>How many were taken out.</returns>
    private async ValueTask<int> LookAsync(string role, SortedSetEntry[] entries, DateTimeOffset now, List<ReadyStep> found, CancellationToken cancellationToken)
    {
        var stays = Array.ConvertAll(entries, e => Stay.TryParse((string)e.Element!) ?? default);
        var read = await snapshots.ReadAsync(Array.ConvertAll(stays, s => s.Id ?? ""), cancellationToken);
        var drops = new List<IndexDrop>();
        for (var i = 0; i < entries.Length; i++)
        {
            if (read[i].IsUnreadable)
                continue;
            if (read[i].Conversation is not { } c)
            {
                // Its ticket may be opened again by now, and have a step at the same version.
                if (entries[i].Score < (now - s_opening).ToUnixTimeMilliseconds())
                    drops.Add(new IndexDrop(keys.ByWork(role), entries[i].Element!, (long)entries[i].Score + 1));
            }
            else if (WorkPlace.Of(c) is { } place && (place.Role, place.Version) == (role, stays[i].Epoch))
            {
                if (StepOf(role, entries[i]) is { } step)
                    found.Add(step);
            }
            else if (c.Version >= stays[i].Epoch)
            {
                // A later version may belong to a commit that is still on its way: it stays.
                drops.Add(new IndexDrop(keys.ByWork(role), entries[i].Element!, null));
            }
        }

        await index.DropAsync(drops, cancellationToken);
        return drops.Count;
    }
}
