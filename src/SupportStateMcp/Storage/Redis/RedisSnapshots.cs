using System.Globalization;
using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>Reads snapshots as they are stored.</summary>
/// <param name="connection">The Redis that holds them.</param>
/// <param name="keys">Where they are.</param>
/// <param name="reader">Reads them.</param>
/// <param name="archiveClock">The clock that closed conversations expire by, beside an archive, for which they stay in Redis; null where Redis removes what expires.</param>
internal sealed class RedisSnapshots(RedisConnection connection, RedisKeys keys, StoredReader reader, TimeProvider? archiveClock)
{
    /// <summary>The fields of the state hash that make a snapshot, in the order <see cref="Read"/> takes them.</summary>
    public static readonly RedisValue[] Fields = ["schema", "snapshot", "expires_at", .. SnapshotCodec.PartNames.Select(n => RedisKeys.Part(n))];

    private const int FirstPart = 3;

    /// <summary>A snapshot from its stored fields; null where there is none.</summary>
    /// <exception cref="StoreDamagedException">It is damaged, or newer code wrote it.</exception>
    public Conversation? Read(ConversationId id, RedisValue[] fields) => (string?)fields[0] is { } version && (byte[]?)fields[1] is { } core
        ? reader.Snapshot(
            id, () => int.Parse(version, NumberStyles.None, CultureInfo.InvariantCulture), core, [.. fields.Skip(FirstPart).Select(f => (byte[]?)f)])
        : null;

    /// <summary>When a conversation with these fields expires.</summary>
    /// <exception cref="StoreDamagedException">They do not say it.</exception>
    public DateTimeOffset ExpiresAt(ConversationId id, RedisValue[] fields) => reader.Read(id, "snapshot", () => (DateTimeOffset?)DateTimeOffset.FromUnixTimeMilliseconds(
        long.Parse((string)fields[2]!, NumberStyles.None, CultureInfo.InvariantCulture)))!.Value;

    /// <summary>True where a conversation has expired, and stays for the archive alone: to everybody else it is gone.</summary>
    public bool IsOver(Conversation conversation, DateTimeOffset expiresAt) =>
        archiveClock is not null && ArchivedConversation.IsKept(conversation) && expiresAt <= archiveClock.GetUtcNow();

    /// <summary>How large the parts among the fields are, in bytes.</summary>
    public static int PartBytes(RedisValue[] fields) => fields.Skip(FirstPart).Sum(BytesOf);

    /// <summary>How large the core among the fields is, in bytes.</summary>
    public static int CoreBytes(RedisValue[] fields) => BytesOf(fields[1]);

    private static int BytesOf(RedisValue field) => (byte[]?)field is { } stored ? StoredBytes.LengthOf(stored) : 0;

    /// <summary>The snapshots of some conversations for a listing, in their order. One that cannot be read hides no other.</summary>
    public async ValueTask<IReadOnlyList<ListedSnapshot>> ReadAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return [];
        var stored = await connection.CallAsync(
            db => Task.WhenAll(ids.Select(id => db.HashGetAsync(keys.State(id), Fields, RedisConnection.Master))), cancellationToken);
        return [.. ids.Zip(stored, ReadListed)];
    }

    private ListedSnapshot ReadListed(string id, RedisValue[] fields)
    {
        try
        {
            if (ConversationId.TryParse(id) is not { } known || Read(known, fields) is not { } conversation)
                return default;
            return archiveClock is not null && IsOver(conversation, ExpiresAt(known, fields)) ? default : new ListedSnapshot(conversation, IsUnreadable: false);
        }
        catch (StoreDamagedException)
        {
            // The reader has logged it.
            return new ListedSnapshot(null, IsUnreadable: true);
        }
    }
}

/// <summary>A snapshot that an index led to.</summary>
/// <param name="Conversation">The conversation; null where there is none, or none that can be read.</param>
/// <param name="IsUnreadable">True where it is there and cannot be read: its entry in the index stays, for the time when it can be.</param>
internal readonly record struct ListedSnapshot(Conversation? Conversation, bool IsUnreadable);
