using System.Buffers.Text;
using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// An event as it lies in the trail: its JSON with <c>"schema":n</c> as the first member, so that each entry can be read
/// under the version it was written under.
/// </summary>
internal static class StoredEvent
{
    private static ReadOnlySpan<byte> Head => "{\"schema\":"u8;

    public static byte[] Write(ConversationEvent @event, StoredSchema schema)
    {
        var json = Utf8Json.Write(@event, ConversationJson.Default.ConversationEvent);
        Span<byte> version = stackalloc byte[11];
        Utf8Formatter.TryFormat(schema.Version, version, out var digits);

        var stored = new byte[Head.Length + digits + json.Length];
        Head.CopyTo(stored);
        version[..digits].CopyTo(stored.AsSpan(Head.Length));
        json.CopyTo(stored.AsSpan(Head.Length + digits));
        stored[Head.Length + digits] = (byte)',';
        return stored;
    }

    /// <exception cref="InvalidDataException">It is no event, or newer code wrote it.</exception>
    public static ConversationEvent Read(byte[] stored, StoredSchema schema)
    {
        var bytes = stored.AsSpan();
        if (!bytes.StartsWith(Head)
            || !Utf8Parser.TryParse(bytes[Head.Length..], out int version, out var digits)
            || Head.Length + digits >= bytes.Length)
            throw new InvalidDataException("An entry of the trail does not begin with its schema version.");

        var json = bytes[(Head.Length + digits)..];
        json[0] = (byte)'{';
        return schema.ReadEvent(version, json);
    }
}
