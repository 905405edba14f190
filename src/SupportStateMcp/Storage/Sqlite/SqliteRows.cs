using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>Reads what the rows hold.</summary>
internal sealed class SqliteRows(SqliteDatabase database, StoredSchema schema, SnapshotCodec codec, ILogger logger)
{
    /// <summary>The columns of table <c>conversations</c> that <see cref="Snapshot"/> reads, and the parts beside it.</summary>
    public static readonly string Snapshots = string.Concat(
        ["conversations.id, conversations.schema, conversations.snapshot", .. SnapshotCodec.PartNames.Select(n =>
            $", (SELECT part FROM parts WHERE conversation = conversations.key AND name = '{n}')")]);

    private const int FirstPart = 3;

    /// <summary>How many columns <see cref="Snapshots"/> has.</summary>
    public static readonly int SnapshotColumns = FirstPart + SnapshotCodec.PartNames.Count;

    private readonly ConcurrentDictionary<string, byte> _leftOut = new(StringComparer.Ordinal);

    /// <summary>The snapshot of a row that begins with <see cref="Snapshots"/>.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or newer code wrote it.</exception>
    public Conversation Snapshot(SqliteDataReader row)
    {
        var id = row.GetString(0);
        var parts = new byte[]?[SnapshotCodec.PartNames.Count];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = row.IsDBNull(FirstPart + i) ? null : row.GetFieldValue<byte[]>(FirstPart + i);
        var conversation = Read(id, "snapshot", () => codec.Read((int)row.GetInt64(1), row.GetFieldValue<byte[]>(2), parts));
        return conversation.ConversationId == id
            ? conversation
            : throw new InvalidDataException($"{database.Path}: the snapshot of {id} is that of {conversation.ConversationId}.");
    }

    /// <summary>The same for listings: one that is damaged hides no other, and is logged once.</summary>
    public Conversation? SnapshotOrNull(SqliteDataReader row)
    {
        try
        {
            return Snapshot(row);
        }
        catch (InvalidDataException e)
        {
            if (_leftOut.TryAdd(row.GetString(0), 0))
                logger.LeftOut(row.GetString(0), e);
            return null;
        }
    }

    /// <summary>How much of a row a snapshot takes, in bytes: its core, and its parts.</summary>
    public static (int Core, int Parts) SnapshotBytes(SqliteDataReader row) => (
        (int)row.GetBytes(2, 0, null, 0, 0),
        Enumerable.Range(FirstPart, SnapshotCodec.PartNames.Count).Sum(i => row.IsDBNull(i) ? 0 : (int)row.GetBytes(i, 0, null, 0, 0)));

    /// <summary>An event of a row.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or newer code wrote it.</exception>
    public ConversationEvent Event(ConversationId id, long version, byte[] @event) =>
        Read(id.Value, "trail", () => schema.ReadEvent((int)version, @event));

    /// <summary>A message of a row.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public Message Message(ConversationId id, byte[] message) =>
        Read(id.Value, "history", () => JsonSerializer.Deserialize(message, ConversationJson.Readable.Message))!;

    /// <summary>An idempotency record of a row.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public IdempotencyRecord IdempotencyRecord(ConversationId id, byte[] record) =>
        Read(id.Value, "idempotency record", () => JsonSerializer.Deserialize(record, ConversationJson.Readable.IdempotencyRecord))!;

    /// <summary>A time, as columns keep it.</summary>
    public static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    private T Read<T>(string id, string part, Func<T> read)
    {
        try
        {
            return read() ?? throw new JsonException("It is null.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidDataException)
        {
            throw new InvalidDataException($"{database.Path}: the {part} of {id} cannot be read: {e.Message}", e);
        }
    }
}
