using System.Buffers.Text;
using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Storage;

/// <summary>A snapshot as a commit writes it.</summary>
/// <param name="Core">All of it but its parts, as JSON.</param>
/// <param name="Parts">The parts that this commit changes: what to store, or null to remove.</param>
internal sealed record StoredSnapshot(byte[] Core, IReadOnlyList<(string Name, byte[]? Content)> Parts)
{
    /// <summary>How large its core is in memory, in bytes.</summary>
    public int CoreBytes { get; } = StoredBytes.LengthOf(Core);

    /// <summary>How large its parts are; null where they are as they were.</summary>
    public int? PartBytes { get; } = Parts.Count == 0 ? null : Parts.Sum(p => p.Content is null ? 0 : StoredBytes.LengthOf(p.Content));
}

/// <summary>
/// Snapshots as both stores keep them: a core, and parts beside it. A part has the schema version it was written under before
/// its JSON (<c>1 […]</c>), since it may be older than the core.
/// </summary>
internal sealed class SnapshotCodec(StoredSchema schema)
{
    /// <summary>The names of the parts, in the order that <see cref="Read"/> takes them.</summary>
    public static IReadOnlyList<string> PartNames { get; } = [.. SnapshotPart.All.Select(p => p.Name)];

    public int SchemaVersion => schema.Version;

    public StoredSnapshot Write(Conversation? before, Conversation after)
    {
        var core = after;
        List<(string, byte[]?)>? changed = null;
        foreach (var part in SnapshotPart.All)
        {
            core = part.Without(core);
            if (!part.IsUnchanged(before, after))
                (changed ??= []).Add((part.Name, part.Write(after) is { } json ? StoredBytes.Pack(Versioned(json)) : null));
        }

        return new StoredSnapshot(
            StoredBytes.Pack(Utf8Json.Write(core, ConversationJson.Default.Conversation)), changed ?? (IReadOnlyList<(string, byte[]?)>)[]);
    }

    /// <summary>Puts a snapshot together.</summary>
    /// <param name="version">The schema version the core was written under.</param>
    /// <param name="core">The core.</param>
    /// <param name="parts">The parts in the order of <see cref="PartNames"/>; null or empty where the conversation has no such part.</param>
    /// <exception cref="InvalidDataException">Newer code wrote it, or it is no snapshot.</exception>
    /// <exception cref="JsonException">It is no JSON, or not that of a snapshot.</exception>
    public Conversation Read(int version, byte[] core, params ReadOnlySpan<byte[]?> parts)
    {
        var conversation = schema.ReadSnapshot(version, StoredBytes.Unpack(core));
        for (var i = 0; i < parts.Length; i++)
        {
            var part = SnapshotPart.All[i];
            // It would be lost with the next commit.
            if (!part.IsEmpty(conversation))
                throw new InvalidDataException($"Its {part.Name} are inside the snapshot: a version of this server before its first release wrote it.");
            if (parts[i] is { Length: > 0 } stored)
                conversation = Add(part, StoredBytes.Unpack(stored), conversation);
        }

        return conversation;
    }

    private Conversation Add(SnapshotPart part, ReadOnlySpan<byte> stored, Conversation conversation)
    {
        if (!Utf8Parser.TryParse(stored, out int version, out var digits) || digits >= stored.Length || stored[digits] != ' ')
            throw new InvalidDataException($"The part {part.Name} does not begin with its schema version.");
        return schema.ReadPart(conversation, part, version, stored[(digits + 1)..]);
    }

    private byte[] Versioned(byte[] json)
    {
        Span<byte> version = stackalloc byte[11];
        Utf8Formatter.TryFormat(schema.Version, version, out var digits);
        version[digits++] = (byte)' ';
        return [.. version[..digits], .. json];
    }
}
