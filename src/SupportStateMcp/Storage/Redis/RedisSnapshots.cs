using System.Globalization;
using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>Reads snapshots as they are stored.</summary>
internal sealed class RedisSnapshots(RedisConnection connection, RedisKeys keys, StoredSchema schema)
{
    /// <summary>The fields of the state hash that make a snapshot, in the order <see cref="Read"/> takes them.</summary>
    public static readonly RedisValue[] Fields = ["schema", "snapshot", "expires_at"];

    /// <summary>A snapshot from its stored fields; null where there is none.</summary>
    public Conversation? Read(byte[]? schemaVersion, byte[]? snapshot) => schemaVersion is { Length: > 0 } && snapshot is not null
        ? schema.ReadSnapshot(int.Parse(schemaVersion, NumberStyles.None, CultureInfo.InvariantCulture), snapshot)
        : null;

    /// <summary>The snapshots of some conversations, in their order.</summary>
    public async ValueTask<IReadOnlyList<Conversation?>> ReadAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return [];
        var stored = await connection.CallAsync(
            db => Task.WhenAll(ids.Select(id => db.HashGetAsync(keys.State(id), Fields, RedisConnection.Master))), cancellationToken);
        return [.. stored.Select(s => Read(s[0], s[1]))];
    }
}
