using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>Redis Streams. Nothing waits in Redis for an entry: a call that did would hold up every other on the connection.</summary>
/// <param name="connection">The Redis that holds them; stays its owner's to dispose.</param>
/// <param name="options">The key prefix, which the names of streams get too.</param>
public sealed class RedisEventStream(RedisConnection connection, RedisOptions options) : IEventStream
{
    /// <summary>Before all entries; also what stands for the next one behind the last.</summary>
    private const string Beginning = "0-0";

    private const string NoGroup = "NOGROUP";
    private const string GroupIsThere = "BUSYGROUP";

    public async ValueTask AppendAsync(string stream, IReadOnlyList<EventField> fields, int maxLength, CancellationToken cancellationToken) =>
        await CallAsync(
            db => db.StreamAddAsync(
                Key(stream), [.. fields.Select(f => new NameValueEntry(f.Name, f.Value))], messageId: null, maxLength: maxLength, useApproximateMaxLength: true),
            cancellationToken);

    public async ValueTask<IReadOnlyList<EventEntry>> TakeAsync(
        string stream, string group, string reader, TimeSpan lease, int limit, CancellationToken cancellationToken)
    {
        if (!(bool)await CallAsync(
            db => db.RunAsync(RedisScripts.StreamLease, [Key($"{stream}:{group}:reader")], [reader, (long)lease.TotalMilliseconds]), cancellationToken))
            return [];
        try
        {
            StreamEntry[] taken;
            RedisValue next = Beginning;
            do
            {
                var from = next;
                var left = await CallAsync(db => db.StreamAutoClaimAsync(Key(stream), group, reader, 0, from, limit), cancellationToken);
                // Some servers still name entries that the log does not keep any more: others may be behind them.
                taken = [.. left.ClaimedEntries.Where(e => !e.IsNull)];
                next = left.NextStartId;
            }
            while (taken.Length == 0 && !next.IsNullOrEmpty && next != Beginning);

            if (taken.Length == 0)
                taken = await CallAsync(db => db.StreamReadGroupAsync(Key(stream), group, reader, StreamPosition.NewMessages, limit), cancellationToken);
            return [.. taken.Select(e => new EventEntry(e.Id!, (byte[]?)e["event"]))];
        }
        catch (RedisServerException e) when (Says(e, NoGroup))
        {
            await CreateAsync(stream, group, cancellationToken);
            return [];
        }
    }

    public async ValueTask AcknowledgeAsync(string stream, string group, string entry, CancellationToken cancellationToken) =>
        await CallAsync(db => db.StreamAcknowledgeAsync(Key(stream), group, entry), cancellationToken);

    private async ValueTask CreateAsync(string stream, string group, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync(db => db.StreamCreateConsumerGroupAsync(Key(stream), group, StreamPosition.Beginning), cancellationToken);
        }
        catch (RedisServerException e) when (Says(e, GroupIsThere))
        {
            // Another process was quicker.
        }
    }

    private async ValueTask<T> CallAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.CallAsync(call, cancellationToken);
        }
        catch (RedisServerException e) when (!Says(e, NoGroup) && !Says(e, GroupIsThere))
        {
            // Something else is under the name, or the server has no Streams. Behind a comma it repeats what it was sent.
            throw new StoreUnavailableException($"Redis has no Stream there: {e.Message.Split(',', 2)[0]}", e, passes: false);
        }
    }

    private static bool Says(RedisServerException e, string word) => e.Message.StartsWith(word, StringComparison.Ordinal);

    private RedisKey Key(string stream) => options.KeyPrefix + stream;
}
