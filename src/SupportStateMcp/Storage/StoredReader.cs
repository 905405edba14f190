using System.Collections.Concurrent;
using System.Text.Json;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage;

/// <summary>
/// Reads what is stored of conversations. What cannot be read is told apart from everything else that can go wrong, and is
/// logged once for each conversation and part: an operator has to look at it.
/// </summary>
/// <param name="schema">How to read what older versions wrote.</param>
/// <param name="place">Where it lies, for the operator.</param>
/// <param name="logger">Tells the operator.</param>
internal sealed partial class StoredReader(StoredSchema schema, string place, ILogger logger)
{
    private readonly ConcurrentDictionary<(string, string), bool> _logged = new();

    /// <summary>How snapshots are kept.</summary>
    public SnapshotCodec Codec { get; } = new(schema);

    /// <summary>A snapshot.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="version">The schema version its core was written under.</param>
    /// <param name="core">The core.</param>
    /// <param name="parts">The parts in the order of <see cref="SnapshotCodec.PartNames"/>.</param>
    /// <exception cref="StoreDamagedException">It is damaged, or newer code wrote it.</exception>
    public Conversation Snapshot(ConversationId id, Func<int> version, byte[] core, params byte[]?[] parts) => Read(id, "snapshot", () =>
    {
        var conversation = Codec.Read(version(), core, parts);
        return conversation.ConversationId == id.Value
            ? conversation
            : throw new InvalidDataException($"it is that of {conversation.ConversationId}.");
    });

    /// <summary>An event of the trail.</summary>
    /// <exception cref="StoreDamagedException">It is damaged, or newer code wrote it.</exception>
    public ConversationEvent Event(ConversationId id, Func<StoredSchema, ConversationEvent> read) => Read(id, "trail", () => read(schema));

    /// <summary>A message of the history.</summary>
    /// <exception cref="StoreDamagedException">It is damaged.</exception>
    public Message Message(ConversationId id, byte[] message) =>
        Read(id, "history", () => JsonSerializer.Deserialize(StoredBytes.Unpack(message), ConversationJson.Readable.Message));

    /// <summary>An idempotency record.</summary>
    /// <exception cref="StoreDamagedException">It is damaged.</exception>
    public IdempotencyRecord IdempotencyRecord(ConversationId id, byte[] record) =>
        Read(id, "idempotency record", () => JsonSerializer.Deserialize(record, ConversationJson.Readable.IdempotencyRecord));

    /// <summary>A conversation with its whole trail and its whole history.</summary>
    /// <exception cref="StoreDamagedException">Something of it is missing.</exception>
    public ArchivedConversation Whole(ConversationId id, Conversation conversation, IReadOnlyList<ConversationEvent> events, IReadOnlyList<Message> messages) =>
        Read(id, "trail", () => events.Count == conversation.Version && messages.Count == conversation.MessageCount
            ? new ArchivedConversation(conversation, events, messages)
            : throw new InvalidDataException($"there are {events.Count} of {conversation.Version} events, and {messages.Count} of {conversation.MessageCount} messages."));

    /// <summary>Anything else of a conversation.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="part">What it is called to callers and operators.</param>
    /// <param name="read">Reads it; null counts as damage.</param>
    /// <exception cref="StoreDamagedException">It cannot be read.</exception>
    public T Read<T>(ConversationId id, string part, Func<T?> read)
    {
        try
        {
            return read() ?? throw new InvalidDataException("it is null.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidDataException or InvalidOperationException or FormatException or OverflowException)
        {
            var damage = new StoreDamagedException(id, part, place, e);
            if (_logged.TryAdd((id.Value, part), true))
                LogDamaged(damage.Message);
            throw damage;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{Reason} Calls that need it are refused with store_damaged; listings leave it out; everything else goes on. Put a backup in its place, update the server where a newer one wrote it, or let the conversation expire. This is logged once.")]
    private partial void LogDamaged(string reason);
}
