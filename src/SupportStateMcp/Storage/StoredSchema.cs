using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage;

/// <summary>Turns what schema version <paramref name="From"/> wrote into what the next version would have written.</summary>
/// <param name="From">The schema version it reads.</param>
/// <param name="Snapshot">Changes a snapshot in place; null where that version's snapshots need no change.</param>
/// <param name="Event">Changes an event in place; null where that version's events need no change.</param>
/// <param name="Part">Changes a part of a snapshot in place, by its name; null where that version's parts need no change.</param>
public sealed record Upcaster(
    int From, Action<JsonObject>? Snapshot = null, Action<JsonObject>? Event = null, Action<string, JsonNode>? Part = null);

/// <summary>
/// The version of what is stored, and the way from older ones. It is written beside every snapshot and event;
/// it rises when a change could not be read by the code before it (a new optional member can).
/// </summary>
public sealed class StoredSchema
{
    private readonly Dictionary<int, Upcaster> _upcasters;

    /// <exception cref="ArgumentException">An upcaster is missing between two versions.</exception>
    public StoredSchema(int version, params IReadOnlyList<Upcaster> upcasters)
    {
        Version = version;
        _upcasters = upcasters.ToDictionary(u => u.From);
        for (var from = 1; from < version; from++)
        {
            if (!_upcasters.ContainsKey(from))
                throw new ArgumentException($"No upcaster reads schema version {from}.", nameof(upcasters));
        }
    }

    /// <summary>The schema this code writes. Upcasters from older ones go here. Version 2 compresses what is long (<see cref="StoredBytes"/>); what version 1 wrote needs no change.</summary>
    public static StoredSchema Current { get; } = new(2, new Upcaster(1));

    public int Version { get; }

    /// <summary>Reads a snapshot that was written under a schema version.</summary>
    /// <exception cref="InvalidDataException">It was written by newer code, or is no snapshot.</exception>
    public Conversation ReadSnapshot(int version, ReadOnlySpan<byte> json) => IsSame(version, u => u.Snapshot is null)
        ? JsonSerializer.Deserialize(json, ConversationJson.Readable.Conversation) ?? throw NotJson()
        : Upcast(version, json, u => u.Snapshot is { } change ? node => change(node.AsObject()) : null).Deserialize(ConversationJson.Readable.Conversation) ?? throw NotJson();

    /// <summary>Reads an event that was written under a schema version.</summary>
    /// <exception cref="InvalidDataException">It was written by newer code, or is no event.</exception>
    public ConversationEvent ReadEvent(int version, ReadOnlySpan<byte> json) => IsSame(version, u => u.Event is null)
        ? JsonSerializer.Deserialize(json, ConversationJson.Readable.ConversationEvent) ?? throw NotJson()
        : Upcast(version, json, u => u.Event is { } change ? node => change(node.AsObject()) : null)
            .Deserialize(ConversationJson.Readable.ConversationEvent) ?? throw NotJson();

    /// <summary>Adds a part that was written under a schema version to a snapshot.</summary>
    /// <exception cref="InvalidDataException">It was written by newer code, or is no such part.</exception>
    internal Conversation ReadPart(Conversation conversation, SnapshotPart part, int version, ReadOnlySpan<byte> json) => IsSame(version, u => u.Part is null)
        ? part.With(conversation, json)
        : part.With(conversation, JsonSerializer.SerializeToUtf8Bytes(
            Upcast(version, json, u => u.Part is { } change ? node => change(part.Name, node) : null), ConversationJson.Readable.JsonNode));

    /// <summary>True where what that version wrote needs no change.</summary>
    private bool IsSame(int version, Func<Upcaster, bool> changesNothing) =>
        version == Version || (version >= 1 && version < Version && Enumerable.Range(version, Version - version).All(v => changesNothing(_upcasters[v])));

    private JsonNode Upcast(int version, ReadOnlySpan<byte> json, Func<Upcaster, Action<JsonNode>?> change)
    {
        if (version < 1 || version > Version)
            throw new InvalidDataException(
                $"Schema version {version} is unknown to this server, which reads 1 to {Version}. Update the server.");

        var document = JsonNode.Parse(json) ?? throw NotJson();
        for (var from = version; from < Version; from++)
            change(_upcasters[from])?.Invoke(document);
        return document;
    }

    private static InvalidDataException NotJson() => new("What is stored is not what it should be.");
}
