using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Reads the steps that workers may take off their indexes. Entries are hints that nobody looks behind here: a worker that takes a step
/// finds out, and an entry whose conversation is gone goes with the sweep.
/// </summary>
internal sealed class RedisWorkListing(RedisConnection connection, RedisKeys keys, TimeProvider time)
{
    public async ValueTask<ReadySteps> ReadAsync(IReadOnlyList<string> roles, int limit, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var read = await connection.CallAsync(
            db => Task.WhenAll(roles.Select(async role =>
            {
                var entries = db.SortedSetRangeByScoreWithScoresAsync(
                    keys.ByWork(role), double.NegativeInfinity, now, Exclude.None, Order.Ascending, 0, limit, RedisConnection.Master);
                var later = db.SortedSetLengthAsync(keys.ByWork(role), now, double.PositiveInfinity, Exclude.Start, RedisConnection.Master);
                return (Role: role, Entries: await entries, Later: await later);
            })),
            cancellationToken);
        var steps = read
            .SelectMany(r => r.Entries, (r, e) => (Id: Stay.TryParse((string)e.Element!) is { } stay ? ConversationId.TryParse(stay.Id) : null, r.Role, Score: (long)e.Score))
            .Where(s => s.Id is not null)
            .OrderBy(s => s.Score)
            .Take(limit)
            .Select(s => new ReadyStep(s.Id!.Value, s.Role, DateTimeOffset.FromUnixTimeMilliseconds(s.Score)));
        return new ReadySteps([.. steps], read.Sum(r => r.Later));
    }
}
