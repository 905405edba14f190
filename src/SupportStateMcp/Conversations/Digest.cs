using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SupportStateMcp.Conversations;

/// <summary>
/// SHA-256 digests of what callers send: a message's content in the trail, a command's arguments under its key.
/// </summary>
public static class Digest
{
    /// <summary>The digest of a text's UTF-8, as <c>sha256:</c> and 64 hexadecimal digits.</summary>
    public static string OfText(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>
    /// The digest of a command's arguments: what a repeat under the same key must match. Who sends it, when, and under
    /// which key does not count; the order of keys in custom facts does not either.
    /// </summary>
    public static string OfArguments(ConversationCommand command)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue(command.Id.Value);
            Write(json, command.ExpectedVersion);
            switch (command)
            {
                case ConversationCommand.AddMessage c:
                    json.WriteStringValue("add_message");
                    json.WriteStringValue(Names.Of(c.Role));
                    json.WriteStringValue(c.Content);
                    Write(json, c.Metadata);
                    break;
                case ConversationCommand.Transition c:
                    json.WriteStringValue("transition_state");
                    json.WriteStringValue(c.NewState);
                    json.WriteStringValue(c.Reason);
                    break;
                case ConversationCommand.UpdateMetadata c:
                    json.WriteStringValue("update_metadata");
                    json.WriteStringValue(c.TicketStatus is { } status ? Names.Of(status) : null);
                    json.WriteStringValue(c.Priority is { } priority ? Names.Of(priority) : null);
                    json.WriteStringValue(c.AssignedTo);
                    Write(json, c.Metadata);
                    break;
                default:
                    throw new InvalidOperationException($"{command.GetType().Name} takes no key.");
            }

            json.WriteEndArray();
        }

        return Of(buffer.WrittenSpan);
    }

    private static string Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return "sha256:" + Convert.ToHexStringLower(hash);
    }

    private static void Write(Utf8JsonWriter json, long? number)
    {
        if (number is { } value)
            json.WriteNumberValue(value);
        else
            json.WriteNullValue();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyDictionary<string, JsonElement>? facts)
    {
        json.WriteStartObject();
        foreach (var (key, value) in (facts ?? Conversation.EmptyMetadata).OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(key);
            WriteSorted(json, value);
        }

        json.WriteEndObject();
    }

    private static void WriteSorted(Utf8JsonWriter json, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(property.Name);
                    WriteSorted(json, property.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    WriteSorted(json, item);
                json.WriteEndArray();
                break;
            default:
                element.WriteTo(json);
                break;
        }
    }
}
