using System.Text.Json;
using System.Text.Json.Serialization;
using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>Which indexes a conversation is in, and where: what is kept of it in <c>conversations:facts</c>, and its score.</summary>
internal sealed record IndexEntry(
    [property: JsonIgnore] string Id, string State, string User, string Assignee, [property: JsonIgnore] long Score)
{
    /// <summary>True where it waits for a person.</summary>
    public bool Waiting { get; init; }

    public bool Approvals { get; init; }

    /// <summary>When its next lease or approval runs out, in Unix milliseconds; null where none is running.</summary>
    [JsonIgnore]
    public long? Due { get; init; }

    public static IndexEntry Of(Conversation c) => new(c.ConversationId, c.State, c.UserId, c.AssignedTo, c.UpdatedAt.ToUnixTimeMilliseconds())
    {
        Waiting = c.Queue is not null,
        Approvals = c.HasPendingApprovals,
        Due = DueOf(c),
    };

    /// <summary>When the next lease or approval of a conversation runs out, in whole milliseconds: not before it has.</summary>
    public static long? DueOf(Conversation? c) => c?.DueAt?.AddTicks(TimeSpan.TicksPerMillisecond - 1).ToUnixTimeMilliseconds();

    /// <summary>True where the conversation is in the same sets as this one, and due at the same time.</summary>
    public bool SamePlaces(IndexEntry other) => this with { Score = other.Score } == other;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IndexEntry))]
internal sealed partial class IndexJson : JsonSerializerContext;

/// <summary>
/// The sorted sets that listings read. They lie in other slots than the conversations, so no script can write both. A listing
/// verifies each entry, so that one too many does no harm; one too few would hide a conversation. Hence: entries are added before
/// the commit that needs them, taken away after it, and never taken away once renewed.
/// </summary>
internal sealed class RedisIndex(RedisConnection connection, RedisKeys keys, TimeSpan timeToLive)
{
    // A customer's or an assignee's set goes by itself, some time after the last conversation in it.
    private readonly long _setLifetime = (long)(timeToLive + TimeSpan.FromMinutes(10)).TotalMilliseconds;

    /// <summary>
    /// Adds entries to all their sets and, where that changed, notes which these are (<paramref name="facts"/>). A score
    /// only rises here, so that late writes cannot move a conversation back.
    /// </summary>
    public async ValueTask AddAsync(IReadOnlyCollection<IndexEntry> entries, bool facts, CancellationToken cancellationToken) =>
        await connection.CallAsync(
            async db =>
            {
                var calls = new List<Task>();
                Add(calls, db, keys.ByUpdate, entries);
                foreach (var set in entries.GroupBy(e => e.State))
                    Add(calls, db, keys.ByState(set.Key), [.. set]);
                foreach (var set in entries.GroupBy(e => e.User))
                    AddWithLifetime(calls, db, keys.ByUser(set.Key), [.. set]);
                foreach (var set in entries.GroupBy(e => e.Assignee))
                    AddWithLifetime(calls, db, keys.ByAssignee(set.Key), [.. set]);
                if (entries.Where(e => e.Waiting).ToList() is { Count: > 0 } waiting)
                    Add(calls, db, keys.Waiting, waiting);
                if (entries.Where(e => e.Approvals).ToList() is { Count: > 0 } asking)
                    Add(calls, db, keys.WithApprovals, asking);
                if (facts)
                {
                    // A time may also be put earlier, and a late write must not put it back: only with what changed.
                    if (entries.Where(e => e.Due is not null).ToList() is { Count: > 0 } due)
                        calls.Add(db.SortedSetAddAsync(keys.Due, [.. due.Select(e => new SortedSetEntry(e.Id, e.Due!.Value))]));
                    calls.Add(db.HashSetAsync(keys.Facts, [.. entries.Select(e => new HashEntry(
                        e.Id, JsonSerializer.SerializeToUtf8Bytes(e, IndexJson.Default.IndexEntry)))]));
                }

                await Task.WhenAll(calls);
                return true;
            },
            cancellationToken);

    /// <summary>Takes a conversation out of sets it left, unless an entry has been renewed up to a score.</summary>
    public async ValueTask DropAsync(IReadOnlyCollection<(RedisKey Set, string Id, long Below)> drops, CancellationToken cancellationToken)
    {
        if (drops.Count == 0)
            return;
        await connection.CallAsync(
            async db =>
            {
                await Task.WhenAll(drops.Select(d => db.ScriptEvaluateAsync(RedisScripts.Drop, [d.Set], [d.Id, d.Below])));
                return true;
            },
            cancellationToken);
    }

    /// <summary>Takes conversations out of every set, and forgets which these were.</summary>
    public async ValueTask RemoveAsync(IReadOnlyCollection<IndexEntry> entries, long below, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
            return;
        await DropAsync([.. entries.SelectMany(e => All(e, below)), .. entries.Where(e => e.Due is not null).Select(e => (keys.Due, e.Id, e.Due!.Value + 1))], cancellationToken);
        await connection.CallAsync(
            db => db.HashDeleteAsync(keys.Facts, [.. entries.Select(e => (RedisValue)e.Id)]), cancellationToken);
    }

    /// <summary>Conversations whose time has come, the longest ago first, with the time that is noted of each.</summary>
    public async ValueTask<IReadOnlyList<(string Id, long At)>> FindOverdueAsync(long now, int limit, CancellationToken cancellationToken)
    {
        var entries = await connection.CallAsync(
            db => db.SortedSetRangeByScoreWithScoresAsync(keys.Due, double.NegativeInfinity, now, Exclude.None, Order.Ascending, 0, limit),
            cancellationToken);
        return [.. entries.Select(e => ((string)e.Element!, (long)e.Score))];
    }

    /// <summary>Forgets that a conversation's time has come, unless it has been noted anew meanwhile.</summary>
    public ValueTask ForgetDueAsync(IEnumerable<(string Id, long At)> entries, CancellationToken cancellationToken) =>
        DropAsync([.. entries.Select(e => (keys.Due, e.Id, e.At + 1))], cancellationToken);

    /// <summary>Notes the true time of a conversation that has more time by now, unless it has been noted anew meanwhile.</summary>
    public async ValueTask PostponeAsync(IReadOnlyCollection<(string Id, long At, long Due)> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
            return;
        await connection.CallAsync(
            async db =>
            {
                await Task.WhenAll(entries.Select(e => db.ScriptEvaluateAsync(RedisScripts.Rescore, [keys.Due], [e.Id, e.At, e.Due])));
                return true;
            },
            cancellationToken);
    }

    /// <summary>The sets a conversation was in before a change and is not in after it.</summary>
    public IEnumerable<(RedisKey Set, string Id, long Below)> Left(IndexEntry before, IndexEntry after)
    {
        var now = SetsOf(after).Select(s => s.Set).ToHashSet();
        return SetsOf(before).Where(s => !now.Contains(s.Set)).Select(s => (s.Set, s.Id, after.Score));
    }

    /// <summary>All sets a conversation is in.</summary>
    public IEnumerable<(RedisKey Set, string Id, long Below)> All(IndexEntry entry, long below) =>
        SetsOf(entry).Select(s => (s.Set, s.Id, below));

    private IEnumerable<(RedisKey Set, string Id)> SetsOf(IndexEntry e) =>
    [
        (keys.ByUpdate, e.Id), (keys.ByState(e.State), e.Id), (keys.ByUser(e.User), e.Id), (keys.ByAssignee(e.Assignee), e.Id),
        .. e.Waiting ? new[] { (keys.Waiting, e.Id) } : [],
        .. e.Approvals ? new[] { (keys.WithApprovals, e.Id) } : [],
    ];

    private void AddWithLifetime(List<Task> calls, IDatabase db, RedisKey set, IReadOnlyCollection<IndexEntry> entries)
    {
        Add(calls, db, set, entries);
        calls.Add(db.ExecuteAsync("PEXPIRE", set, _setLifetime));
    }

    private static void Add(List<Task> calls, IDatabase db, RedisKey set, IReadOnlyCollection<IndexEntry> entries)
    {
        var arguments = new object[2 + (2 * entries.Count)];
        (arguments[0], arguments[1]) = (set, "GT");
        var at = 2;
        foreach (var entry in entries)
        {
            arguments[at++] = entry.Score;
            arguments[at++] = entry.Id;
        }

        calls.Add(db.ExecuteAsync("ZADD", arguments));
    }
}
