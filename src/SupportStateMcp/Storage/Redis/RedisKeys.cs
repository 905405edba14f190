using System.Globalization;
using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

// {prefix}conversation:{cs-TKT-001}:state     hash    version, schema, snapshot (JSON), updated_at, expires_at (Unix ms), life,
//                                                     part:approvals … (parts of the snapshot, each with its schema version)
// {prefix}conversation:{cs-TKT-001}:history   list    messages with their content, JSON, oldest first
// {prefix}conversation:{cs-TKT-001}:events    list    events, JSON with their schema version, oldest first
// {prefix}conversation:{cs-TKT-001}:seen      hash    the caller's key → idempotency record, JSON
// {prefix}conversation:{cs-TKT-001}:session   hash    what is shared for a short time: key → when it expires, life, value
// {prefix}conversation:{cs-TKT-001}:lock      string  the token of its holder
// {prefix}conversation:{cs-TKT-001}:published hash    sink → the version up to which it has the events, sink:failed → how often the next event
//                                                     could not be told, sink:due → when it is tried again (Unix ms)
// {prefix}conversation:{cs-TKT-001}:changed   channel on each change: the version before it and the version after it, as 4:6
// {prefix}configuration                       channel on which clients tell each other of a failover
//
// {prefix}conversations:by-update             sorted set of ids, score = last change (Unix ms)
// {prefix}conversations:by-state:{X}          the same, of those in one state
// {prefix}conversations:by-user:{X}           the same, of one customer
// {prefix}conversations:by-assignee:{X}       the same, of one assignee
// {prefix}conversations:by-owner:{X}          the same, of one owner as text, for example human:alice
// {prefix}conversations:by-queue              sorted set of id:epoch of those that wait for a person,
//                                             score = (3 − priority) · 10^13 + since when (Unix ms)
// {prefix}conversations:by-queue:{X}          the same, of one queue
// {prefix}conversations:by-deadline           sorted set of ids of approvals that wait for a decision, score = deadline (Unix ms)
// {prefix}conversations:by-deadline:{X}       the same as id:epoch, of the approvals that one queue decides
// {prefix}conversations:by-work:{X}           sorted set of id:version of those whose step a worker of one role may take,
//                                             score = from when (Unix ms)
// {prefix}conversations:by-due                sorted set of ids, score = when the next lease or approval runs out (Unix ms)
// {prefix}conversations:by-archive            sorted set of ids of closed ones, score = when they expire (Unix ms); beside an archive alone
// {prefix}events:pending:{X}                  sorted set of id:version of commits that one sink has yet to hear of, score = from when on any
//                                             instance may deliver (Unix ms)
// {prefix}{stream}:{group}:reader             string  which reader of a group takes the entries of a stream now; gone where it does not ask again
// {prefix}conversations:entries               hash    id → which of these sets it is in, JSON
// {prefix}conversations:checked               hash    nothing; a check of the store writes it, gone after a minute
//
// {prefix}rate:{rule}:{X}                     string  what callers and customers have done lately, by the rule of a limit; gone as
//                                             soon as it does not count any more
//
// What outlives a conversation, the records, is in RedisRecordKeys.cs.
//
// The braces around the id are a hash tag: all keys of a conversation are in one slot of a Redis Cluster. The braces
// around prefix and X stand for a value.

/// <summary>The names of everything this server keeps in Redis.</summary>
internal sealed class RedisKeys(string prefix)
{
    /// <summary>The lock's key, with <c>{0}</c> where the id goes.</summary>
    public string LockFormat { get; } = prefix + "conversation:{{{0}}}:lock";

    /// <summary>The channel on which clients tell each other that servers have changed their parts.</summary>
    public string Configuration { get; } = prefix + "configuration";

    public RedisKey ByUpdate { get; } = prefix + "conversations:by-update";

    public RedisKey ByDue { get; } = prefix + "conversations:by-due";

    /// <summary>Closed conversations that go to the archive once they have expired.</summary>
    public RedisKey ByArchive { get; } = prefix + "conversations:by-archive";

    public RedisKey Entries { get; } = prefix + "conversations:entries";

    public RedisKey Checked { get; } = prefix + "conversations:checked";

    /// <summary>The field of the state hash that holds a part of the snapshot.</summary>
    public static string Part(string name) => "part:" + name;

    public RedisKey State(ConversationId id) => State(id.Value);

    public RedisKey State(string id) => string.Concat(prefix, "conversation:{", id, "}:state");

    public RedisKey History(ConversationId id) => string.Concat(prefix, "conversation:{", id.Value, "}:history");

    public RedisKey Events(ConversationId id) => string.Concat(prefix, "conversation:{", id.Value, "}:events");

    public RedisKey Seen(ConversationId id) => string.Concat(prefix, "conversation:{", id.Value, "}:seen");

    public RedisKey Session(ConversationId id) => string.Concat(prefix, "conversation:{", id.Value, "}:session");

    public RedisKey Published(ConversationId id) => string.Concat(prefix, "conversation:{", id.Value, "}:published");

    /// <summary>The commits that a sink has yet to hear of.</summary>
    public RedisKey Pending(string sink) => string.Concat(prefix, "events:pending:", sink);

    /// <summary>The channels of all conversations, as a pattern: in a prefix nothing is a wildcard.</summary>
    public string ChangedPattern { get; } = string.Concat(prefix.Select(c => c is '*' or '?' or '[' or ']' or '\\' ? $"\\{c}" : c.ToString())) + "conversation:{*}:changed";

    /// <summary>The conversation of a channel of <see cref="Changed"/>.</summary>
    public ConversationId? ChangedOf(string channel) => ConversationId.TryParse(channel[(prefix.Length + "conversation:{".Length)..^"}:changed".Length]);

    public string Changed(ConversationId id) => string.Concat(prefix, "conversation:{", id.Value, "}:changed");

    /// <summary>What one has done, by the rule of a limit.</summary>
    public RedisKey Rate(string rule, string key) => string.Concat(prefix, "rate:", rule, ":", key);

    public RedisKey ByState(string state) => prefix + "conversations:by-state:" + state;

    public RedisKey ByUser(string userId) => prefix + "conversations:by-user:" + userId;

    public RedisKey ByAssignee(string assignee) => prefix + "conversations:by-assignee:" + assignee;

    public RedisKey ByOwner(string owner) => prefix + "conversations:by-owner:" + owner;

    /// <summary>Those that wait in a queue; null for all queues.</summary>
    public RedisKey ByQueue(string? queue) => prefix + "conversations:by-queue" + (queue is null ? "" : ":" + queue);

    /// <summary>The steps that workers of a role may take.</summary>
    public RedisKey ByWork(string role) => prefix + "conversations:by-work:" + role;

    /// <summary>The approvals that a queue decides; null for all.</summary>
    public RedisKey ByDeadline(string? queue) => prefix + "conversations:by-deadline" + (queue is null ? "" : ":" + queue);
}

/// <summary>A member that names a stay: what stays, and in which epoch. What has left a stay never comes back to it, so that taking the member away cannot hide a later one; but another conversation of the same ticket may have it.</summary>
internal readonly record struct Stay(string Id, long Epoch)
{
    public static Stay? TryParse(string member) =>
        member.LastIndexOf(':') is var colon and > 0
        && long.TryParse(member.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? new Stay(member[..colon], epoch)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}:{Epoch}");
}
