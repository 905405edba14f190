using System.Globalization;
using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>Reads snapshots as they are stored.</summary>
internal sealed class RedisSnapshots(RedisConnection connection, RedisKeys keys, SnapshotCodec codec)
{
    /// <summary>The fields of the state hash that make a snapshot, in the order <see cref="Read"/> takes them.</summary>
    public static readonly RedisValue[] Fields = ["schema", "snapshot", "expires_at", .. SnapshotCodec.PartNames.Select(n => RedisKeys.Part(n))];

    private const int FirstPart = 3;

    /// <summary>A snapshot from its stored fields; null where there is none.</summary>
    public Conversation? Read(RedisValue[] fields) => (byte[]?)fields[0] is { } schemaVersion && (byte[]?)fields[1] is { } core
        ? codec.Read(
            int.Parse(schemaVersion, NumberStyles.None, CultureInfo.InvariantCulture), core, [.. fields.Skip(FirstPart).Select(f => (byte[]?)f)])
        : null;

    /// <summary>How large the parts among the fields are, in bytes.</summary>
    public static int PartBytes(RedisValue[] fields) => fields.Skip(FirstPart).Sum(f => (int)f.Length());

    /// <summary>The snapshots of some conversations, in their order.</summary>
    public async ValueTask<IReadOnlyList<Conversation?>> ReadAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return [];
        var stored = await connection.CallAsync(
            db => Task.WhenAll(ids.Select(id => db.HashGetAsync(keys.State(id), Fields, RedisConnection.Master))), cancellationToken);
        return [.. stored.Select(s => Read(s))];
    }
}
