using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>Redis Streams. Each entry has the fields <c>id</c>, <c>topic</c> and <c>event</c>, which is JSON.</summary>
/// <param name="connection">The Redis that holds them; stays its owner's to dispose.</param>
/// <param name="options">The key prefix.</param>
public sealed class RedisEventStream(RedisConnection connection, RedisOptions options) : IEventStream
{
    public async ValueTask AppendAsync(string stream, string id, string topic, ReadOnlyMemory<byte> json, int maxLength, CancellationToken cancellationToken) =>
        await connection.CallAsync(
            db => db.StreamAddAsync(
                options.KeyPrefix + stream, [new NameValueEntry("id", id), new NameValueEntry("topic", topic), new NameValueEntry("event", json)],
                messageId: null, maxLength: maxLength, useApproximateMaxLength: true),
            cancellationToken);
}
