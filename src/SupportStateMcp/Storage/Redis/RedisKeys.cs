using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

// {prefix}conversation:{cs-TKT-001}:state     hash    version, schema, snapshot (JSON), updated_at, expires_at (Unix ms)
// {prefix}conversation:{cs-TKT-001}:history   list    messages with their content, JSON, oldest first
// {prefix}conversation:{cs-TKT-001}:events    list    events, JSON with their schema version, oldest first
// {prefix}conversation:{cs-TKT-001}:seen      hash    the caller's key → receipt, JSON
// {prefix}conversation:{cs-TKT-001}:lock      string  the token of whoever holds the lock
// {prefix}conversation:{cs-TKT-001}:changed   channel the version, on each change
// {prefix}configuration                       channel on which clients tell each other of a failover
// {prefix}conversations:by-update             sorted set of ids, score = last change (Unix ms)
// {prefix}conversations:by-state:{X}          the same, of the conversations in one state
// {prefix}conversations:by-user:{X}           the same, of one customer
// {prefix}conversations:by-assignee:{X}       the same, of one assignee
// {prefix}conversations:waiting               the same, of the conversations that wait for a person
// {prefix}conversations:with-approvals        the same, of the conversations with an approval that waits for a decision
// {prefix}conversations:due                   sorted set of ids, score = when the next lease or approval runs out (Unix ms)
// {prefix}conversations:facts                 hash    id → which of these sets it is in, JSON
//
// The braces around the id are a hash tag: all keys of a conversation are in one slot of a Redis Cluster. The braces
// around prefix and X stand for a value.

/// <summary>The names of everything this server keeps in Redis.</summary>
internal sealed class RedisKeys(string prefix)
{
    /// <summary>The channel on which clients tell each other that servers have changed their parts.</summary>
    public string Configuration { get; } = prefix + "configuration";

    public RedisKey ByUpdate { get; } = prefix + "conversations:by-update";

    public RedisKey Facts { get; } = prefix + "conversations:facts";

    public RedisKey Waiting { get; } = prefix + "conversations:waiting";

    public RedisKey WithApprovals { get; } = prefix + "conversations:with-approvals";

    public RedisKey Due { get; } = prefix + "conversations:due";

    public RedisKey State(ConversationId id) => State(id.Value);

    public RedisKey State(string id) => string.Concat(prefix, "conversation:{", id, "}:state");

    public RedisKey History(ConversationId id) => string.Concat(prefix, "conversation:{", id.Value, "}:history");

    public RedisKey Events(ConversationId id) => string.Concat(prefix, "conversation:{", id.Value, "}:events");

    public RedisKey Seen(ConversationId id) => string.Concat(prefix, "conversation:{", id.Value, "}:seen");

    /// <summary>The lock's key, with <c>{0}</c> where the id goes.</summary>
    public string LockFormat { get; } = prefix + "conversation:{{{0}}}:lock";

    public string Changed(ConversationId id) => string.Concat(prefix, "conversation:{", id.Value, "}:changed");

    public RedisKey ByState(string state) => prefix + "conversations:by-state:" + state;

    public RedisKey ByUser(string userId) => prefix + "conversations:by-user:" + userId;

    public RedisKey ByAssignee(string assignee) => prefix + "conversations:by-assignee:" + assignee;
}
