using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>Redis Streams. Nothing waits in Redis for an entry: a call that did would hold up every other on the connection.</summary>
/// <param name="connection">The Redis that holds them; stays its owner's to dispose.</param>
/// <param name="options">The key prefix, which the names of streams get too.</param>
public sealed class RedisEventStream(RedisConnection connection, RedisOptions options) : IEventStream
{
    public async ValueTask AppendAsync(string stream, IReadOnlyList<EventField> fields, int maxLength, CancellationToken cancellationToken) =>
        await connection.CallAsync(
            db => db.StreamAddAsync(
                Key(stream), [.. fields.Select(f => new NameValueEntry(f.Name, f.Value))], messageId: null, maxLength: maxLength, useApproximateMaxLength: true),
            cancellationToken);

    public async ValueTask<IReadOnlyList<EventEntry>> TakeAsync(
        string stream, string group, string reader, TimeSpan idle, int limit, CancellationToken cancellationToken)
    {
        try
        {
            var left = await connection.CallAsync(
                db => db.StreamAutoClaimAsync(Key(stream), group, reader, (long)idle.TotalMilliseconds, "0-0", limit), cancellationToken);
            var taken = left.ClaimedEntries.Length > 0
                ? left.ClaimedEntries
                : await connection.CallAsync(db => db.StreamReadGroupAsync(Key(stream), group, reader, StreamPosition.NewMessages, limit), cancellationToken);
            return [.. taken.Where(e => !e.IsNull).Select(e => new EventEntry(e.Id!, (byte[]?)e["event"]))];
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOGROUP", StringComparison.Ordinal))
        {
            await CreateAsync(stream, group, cancellationToken);
            return [];
        }
    }

    public async ValueTask AcknowledgeAsync(string stream, string group, string entry, CancellationToken cancellationToken) =>
        await connection.CallAsync(db => db.StreamAcknowledgeAsync(Key(stream), group, entry), cancellationToken);

    private async ValueTask CreateAsync(string stream, string group, CancellationToken cancellationToken)
    {
        try
        {
            await connection.CallAsync(db => db.StreamCreateConsumerGroupAsync(Key(stream), group, StreamPosition.Beginning), cancellationToken);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("BUSYGROUP", StringComparison.Ordinal))
        {
            // Another process was quicker.
        }
    }

    private RedisKey Key(string stream) => options.KeyPrefix + stream;
}
