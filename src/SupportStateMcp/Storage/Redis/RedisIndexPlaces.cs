using System.Text.Json.Serialization;
using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>A member of an index that is to go.</summary>
/// <param name="Set">The index.</param>
/// <param name="Member">The member.</param>
/// <param name="Below">Only where the time in its score is below this: it has not been renewed. Null for a member that never comes back.</param>
internal readonly record struct IndexDrop(RedisKey Set, string Member, long? Below);

/// <summary>Which sets a conversation is in, and where: the names and scores of its index entry.</summary>
internal static class RedisIndexPlaces
{
    /// <summary>What a more urgent priority is worth: more than any time in Unix milliseconds, and exact in a double.</summary>
    private const long Urgency = 10_000_000_000_000;

    /// <summary>The order by last change.</summary>
    public static long UpdateScore(this ConversationIndexEntry entry) => entry.UpdatedAt.ToUnixTimeMilliseconds();

    /// <summary>When the next lease or approval runs out, in whole milliseconds: not before it has.</summary>
    public static long? DueScore(this ConversationIndexEntry entry) => DueScore(entry.DueAt);

    public static long? DueScore(DateTimeOffset? dueAt) => dueAt?.AddTicks(TimeSpan.TicksPerMillisecond - 1).ToUnixTimeMilliseconds();

    /// <summary>The order of a queue: the most urgent first, then who has waited longest.</summary>
    public static long QueueScore(Priority priority, DateTimeOffset since) =>
        ((Priority.Urgent - priority) * Urgency) + since.ToUnixTimeMilliseconds();

    /// <summary>The time in a score of <see cref="QueueScore"/>.</summary>
    public static long QueueTime(double score) => (long)score % Urgency;

    /// <summary>The sets in which its id stands by the time of its last change.</summary>
    public static RedisKey[] SetsByUpdate(this ConversationIndexEntry e, RedisKeys keys) =>
        [keys.ByUpdate, keys.ByState(e.State), keys.ByUser(e.UserId), keys.ByAssignee(e.AssignedTo), .. e.Owner is { } owner ? (RedisKey[])[keys.ByOwner(owner)] : []];

    /// <summary>The sets in which it stands while a stay in a queue lasts.</summary>
    public static IEnumerable<(RedisKey Set, string Member, long Score)> InQueues(this ConversationIndexEntry e, RedisKeys keys)
    {
        if (e.Place is not { } place)
            yield break;
        var (member, score) = (new Stay(e.ConversationId, e.Epoch).ToString(), QueueScore(place.Priority, place.Since));
        yield return (keys.ByQueue(null), member, score);
        yield return (keys.ByQueue(place.Queue), member, score);
    }

    /// <summary>The sets in which its approvals stand while they wait.</summary>
    public static IEnumerable<(RedisKey Set, string Member, long Score)> InDeadlines(this ConversationIndexEntry e, RedisKeys keys)
    {
        foreach (var approval in e.Approvals)
        {
            var deadline = approval.Deadline.ToUnixTimeMilliseconds();
            yield return (keys.ByDeadline(null), approval.ApprovalId, deadline);
            yield return (keys.ByDeadline(e.ApprovalQueue), new Stay(approval.ApprovalId, e.Epoch).ToString(), deadline);
        }
    }

    /// <summary>The set in which its step stands while a worker may take it.</summary>
    public static IEnumerable<(RedisKey Set, string Member, long Score)> InWork(this ConversationIndexEntry e, RedisKeys keys)
    {
        if (e.Work is { } work)
            yield return (keys.ByWork(work.Role), new Stay(e.ConversationId, work.Version).ToString(), work.ReadyAt.ToUnixTimeMilliseconds());
    }

    public static IEnumerable<(RedisKey Set, string Member, long Score)> Stays(this ConversationIndexEntry e, RedisKeys keys) =>
        e.InQueues(keys).Concat(e.InDeadlines(keys)).Concat(e.InWork(keys));

    /// <summary>Where it stood before a change and does not stand after it.</summary>
    public static IEnumerable<IndexDrop> LeftFor(this ConversationIndexEntry before, ConversationIndexEntry after, RedisKeys keys)
    {
        var stays = after.Stays(keys).Select(s => (s.Set, s.Member)).ToHashSet();
        return before.SetsByUpdate(keys).Except(after.SetsByUpdate(keys))
            .Select(set => new IndexDrop(set, before.ConversationId, after.UpdateScore()))
            .Concat(before.Stays(keys).Where(s => !stays.Contains((s.Set, s.Member))).Select(s => new IndexDrop(s.Set, s.Member, null)));
    }
}

/// <summary>What is kept of an entry in <c>conversations:entries</c>: enough to take a conversation that is gone out of its sets.</summary>
internal sealed record StoredIndexEntry(string State, string User, string Assignee, long Epoch)
{
    public string? Owner { get; init; }

    public string? Queue { get; init; }

    public string? ApprovalQueue { get; init; }

    public IReadOnlyList<string>? Approvals { get; init; }

    /// <summary>The role whose workers may take its step, and the version in which that began, as <c>role:version</c>.</summary>
    public string? Work { get; init; }

    /// <summary>From when they may, in Unix milliseconds; null also where an older version of the server wrote it.</summary>
    public long? WorkFrom { get; init; }

    /// <summary>When the change was that this belongs to, in Unix milliseconds; null also where an older version of the server wrote it.</summary>
    public long? UpdatedAt { get; init; }

    public static StoredIndexEntry Of(ConversationIndexEntry e) => new(e.State, e.UserId, e.AssignedTo, e.Epoch)
    {
        Owner = e.Owner,
        Queue = e.Place?.Queue,
        ApprovalQueue = e.Approvals.Count > 0 ? e.ApprovalQueue : null,
        Approvals = e.Approvals.Count > 0 ? [.. e.Approvals.Select(a => a.ApprovalId)] : null,
        Work = e.Work is { } work ? new Stay(work.Role, work.Version).ToString() : null,
        WorkFrom = e.Work?.ReadyAt.ToUnixTimeMilliseconds(),
        UpdatedAt = e.UpdateScore(),
    };

    /// <summary>The entry again, as far as it says where the conversation is found; of its scores, those of its change and of its step are kept.</summary>
    public ConversationIndexEntry For(string id) => new()
    {
        ConversationId = id,
        State = State,
        UserId = User,
        AssignedTo = Assignee,
        Owner = Owner,
        UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(UpdatedAt ?? 0),
        Epoch = Epoch,
        Place = Queue is null ? null : new QueuePlace(Queue, Priority.Low, DateTimeOffset.UnixEpoch),
        ApprovalQueue = ApprovalQueue ?? Conversations.Owner.DefaultQueue,
        Approvals = [.. (Approvals ?? []).Select(a => new ApprovalDeadline(a, DateTimeOffset.UnixEpoch))],
        Work = Work is not null && Stay.TryParse(Work) is { } stay ? new WorkPlace(stay.Id, DateTimeOffset.FromUnixTimeMilliseconds(WorkFrom ?? 0), stay.Epoch) : null,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredIndexEntry))]
internal sealed partial class IndexJson : JsonSerializerContext;
