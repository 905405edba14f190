using System.IO.Compression;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Storage;

/// <summary>
/// The document of a conversation in an archive, the same in every archive: snapshot, trail and history as JSON, compressed (Brotli, RFC 7932).
/// In this order, numbers and lengths in four bytes, the lowest first:
/// <code>
/// schema version; length and core of the snapshot; number of parts, each: name, length, content;
/// number of events, each: length, JSON; number of messages, each: length, JSON
/// </code>
/// </summary>
/// <param name="reader">Reads what is in it, and tells the operator what cannot be read.</param>
internal sealed class ArchiveCodec(StoredReader reader)
{
    /// <summary>The document of a conversation.</summary>
    public byte[] Write(ArchivedConversation archived)
    {
        var snapshot = reader.Codec.Write(null, archived.Conversation);
        var buffer = new MemoryStream();
        using (var compressed = new BrotliStream(buffer, CompressionLevel.Fastest))
        using (var writer = new BinaryWriter(compressed))
        {
            writer.Write(reader.Codec.SchemaVersion);
            WriteBytes(writer, snapshot.Core);
            writer.Write(snapshot.Parts.Count);
            foreach (var (name, content) in snapshot.Parts)
            {
                writer.Write(name);
                WriteBytes(writer, content ?? []);
            }

            writer.Write(archived.Events.Count);
            foreach (var @event in archived.Events)
                WriteBytes(writer, Utf8Json.Write(@event, ConversationJson.Default.ConversationEvent));
            writer.Write(archived.Messages.Count);
            foreach (var message in archived.Messages)
                WriteBytes(writer, Utf8Json.Write(message, ConversationJson.Default.Message));
        }

        return buffer.ToArray();
    }

    /// <summary>The conversation of a document.</summary>
    /// <exception cref="StoreDamagedException">It is damaged, or newer code wrote it.</exception>
    public ArchivedConversation Read(ConversationId id, byte[] document) => reader.Read(id, "archive", () =>
    {
        try
        {
            using var stored = new BinaryReader(new BrotliStream(new MemoryStream(document), CompressionMode.Decompress));
            return Read(id, stored);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("it ends too early.", e);
        }
    });

    private ArchivedConversation Read(ConversationId id, BinaryReader stored)
    {
        var schema = stored.ReadInt32();
        var core = ReadBytes(stored);
        var parts = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var left = ReadCount(stored); left > 0; left--)
            parts[stored.ReadString()] = ReadBytes(stored);
        var conversation = reader.Snapshot(id, () => schema, core, [.. SnapshotCodec.PartNames.Select(n => parts.GetValueOrDefault(n))]);
        var events = new List<ConversationEvent>();
        for (var left = ReadCount(stored); left > 0; left--)
        {
            var json = ReadBytes(stored);
            events.Add(reader.Event(id, s => s.ReadEvent(schema, json)));
        }

        var messages = new List<Message>();
        for (var left = ReadCount(stored); left > 0; left--)
            messages.Add(reader.Message(id, ReadBytes(stored)));
        return new ArchivedConversation(conversation, events, messages);
    }

    private static void WriteBytes(BinaryWriter writer, byte[] bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    private static int ReadCount(BinaryReader stored) =>
        stored.ReadInt32() is >= 0 and var count ? count : throw new InvalidDataException("it has a count below zero.");

    private static byte[] ReadBytes(BinaryReader stored)
    {
        var length = ReadCount(stored);
        return stored.ReadBytes(length) is var bytes && bytes.Length == length ? bytes : throw new EndOfStreamException();
    }
}
