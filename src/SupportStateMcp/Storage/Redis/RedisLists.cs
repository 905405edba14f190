using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>Reads the trail and the history of a conversation, on the connection for long answers.</summary>
internal sealed class RedisLists(RedisConnection connection, RedisKeys keys, StoredReader reader)
{
    /// <summary>How many are read at once of what is read as a whole: a call has little time.</summary>
    private const int Page = 32;

    /// <inheritdoc cref="IConversationStore.ReadMessagesAsync"/>
    public async ValueTask<IReadOnlyList<Message>> MessagesAsync(ConversationId id, long before, int limit, long maxBytes, CancellationToken cancellationToken)
    {
        var stored = (RedisValue[]?)await connection.Bulk.CallAsync(
            db => db.RunAsync(RedisScripts.Messages, [keys.History(id)], [before, limit, maxBytes]), cancellationToken);
        return [.. (stored ?? []).Reverse().Select(m => reader.Message(id, (byte[])m!))];
    }

    /// <inheritdoc cref="IConversationStore.ReadEventsAsync"/>
    public async ValueTask<IReadOnlyList<ConversationEvent>> EventsAsync(ConversationId id, long after, int limit, long maxBytes, CancellationToken cancellationToken)
    {
        var stored = (RedisValue[]?)await connection.Bulk.CallAsync(
            db => db.RunAsync(RedisScripts.Events, [keys.Events(id)], [after, limit, maxBytes]), cancellationToken);
        return [.. (stored ?? []).Select(e => reader.Event(id, schema => StoredEvent.Read(e!, schema)))];
    }

    /// <summary>The whole history. What changes while it is read may be in it by half: the caller compares the version.</summary>
    public async ValueTask<IReadOnlyList<Message>> AllMessagesAsync(ConversationId id, CancellationToken cancellationToken) =>
        [.. (await AllAsync(keys.History(id), cancellationToken)).Select(m => reader.Message(id, (byte[])m!))];

    /// <summary>The whole trail. What changes while it is read may be in it by half: the caller compares the version.</summary>
    public async ValueTask<IReadOnlyList<ConversationEvent>> AllEventsAsync(ConversationId id, CancellationToken cancellationToken) =>
        [.. (await AllAsync(keys.Events(id), cancellationToken)).Select(e => reader.Event(id, schema => StoredEvent.Read(e!, schema)))];

    private async ValueTask<List<RedisValue>> AllAsync(RedisKey list, CancellationToken cancellationToken)
    {
        var all = new List<RedisValue>();
        while (true)
        {
            var start = all.Count;
            var page = await connection.Bulk.CallAsync(db => db.ListRangeAsync(list, start, start + Page - 1, RedisConnection.Master), cancellationToken);
            all.AddRange(page);
            if (page.Length < Page)
                return all;
        }
    }
}
