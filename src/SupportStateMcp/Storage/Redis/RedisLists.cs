using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>Reads the trail and the history of a conversation, on the connection for long answers.</summary>
internal sealed class RedisLists(RedisConnection connection, RedisKeys keys, StoredReader reader)
{
    /// <inheritdoc cref="IConversationStore.ReadMessagesAsync"/>
    public async ValueTask<IReadOnlyList<Message>> MessagesAsync(ConversationId id, long before, int limit, long maxBytes, CancellationToken cancellationToken)
    {
        var stored = (RedisValue[]?)await connection.Bulk.CallAsync(
            db => db.ScriptEvaluateAsync(RedisScripts.Messages, [keys.History(id)], [before, limit, maxBytes], RedisConnection.Master), cancellationToken);
        return [.. (stored ?? []).Reverse().Select(m => reader.Message(id, (byte[])m!))];
    }

    /// <inheritdoc cref="IConversationStore.ReadEventsAsync"/>
    public async ValueTask<IReadOnlyList<ConversationEvent>> EventsAsync(ConversationId id, long after, int limit, long maxBytes, CancellationToken cancellationToken)
    {
        var stored = (RedisValue[]?)await connection.Bulk.CallAsync(
            db => db.ScriptEvaluateAsync(RedisScripts.Events, [keys.Events(id)], [after, limit, maxBytes], RedisConnection.Master), cancellationToken);
        return [.. (stored ?? []).Select(e => reader.Event(id, schema => StoredEvent.Read(e!, schema)))];
    }
}
