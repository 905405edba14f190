using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>Reads what the rows hold.</summary>
internal sealed class SqliteRows(SqliteDatabase database, StoredSchema schema, ILogger logger)
{
    private readonly ConcurrentDictionary<string, byte> _leftOut = new(StringComparer.Ordinal);

    /// <summary>The snapshot of a row.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or newer code wrote it.</exception>
    public Conversation Snapshot(string id, long version, byte[] snapshot)
    {
        var conversation = Read(id, "snapshot", () => schema.ReadSnapshot((int)version, snapshot));
        return conversation.ConversationId == id
            ? conversation
            : throw new InvalidDataException($"{database.Path}: the snapshot of {id} is that of {conversation.ConversationId}.");
    }

    /// <summary>The same for listings: one that is damaged hides no other, and is logged once.</summary>
    public Conversation? SnapshotOrNull(string id, long version, byte[] snapshot)
    {
        try
        {
            return Snapshot(id, version, snapshot);
        }
        catch (InvalidDataException e)
        {
            if (_leftOut.TryAdd(id, 0))
                logger.LeftOut(id, e);
            return null;
        }
    }

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
