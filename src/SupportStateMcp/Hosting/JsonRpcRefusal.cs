using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace SupportStateMcp.Hosting;

/// <summary>
/// The answer to what cannot be served as a message: a JSON-RPC error for each call that waits for one. Ids are kept as
/// the JSON they came as, so that each goes back exactly as its sender knows it, also one that this server would not take.
/// </summary>
/// <param name="Code">The JSON-RPC error code.</param>
/// <param name="Sentence">What is wrong, and how to mend it.</param>
/// <param name="Ids">The ids to answer under, as JSON; one null where none could be read.</param>
internal sealed record JsonRpcRefusal(McpErrorCode Code, string Sentence, IReadOnlyList<string?> Ids)
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="code">The JSON-RPC error code.</param>
    /// <param name="sentence">What is wrong, and how to mend it.</param>
    /// <param name="id">The id to answer under, as JSON; null where none could be read.</param>
    public JsonRpcRefusal(McpErrorCode code, string sentence, string? id = null) : this(code, sentence, [id]) { }

    /// <summary>The refusal of a message that is too long.</summary>
    /// <param name="bytes">How many bytes it may have.</param>
    /// <param name="id">Its id, as JSON; null where none could be read.</param>
    public static JsonRpcRefusal TooLong(int bytes, string? id) => new(
        McpErrorCode.InvalidRequest, $"A message has at most {bytes} bytes, this one is longer: send less at once, for instance a long text in several messages.", id);

    /// <summary>The id of a request as JSON.</summary>
    public static string? IdOf(RequestId id) => id.Id switch
    {
        long number => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        string text => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping) is var encoded ? $"\"{encoded}\"" : null,
        _ => null,
    };

    /// <summary>The errors, one for each id, as JSON.</summary>
    public IEnumerable<byte[]> Errors() => Ids.Select(Write);

    /// <summary>The errors as one JSON document: an array where there are several.</summary>
    public byte[] ToDocument() => Ids.Count == 1
        ? Write(Ids[0])
        : [(byte)'[', .. Errors().SelectMany((error, i) => i == 0 ? error : [(byte)',', .. error]), (byte)']'];

    private byte[] Write(string? id)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_options))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc"u8, "2.0"u8);
            writer.WritePropertyName("id"u8);
            writer.WriteRawValue(id ?? "null", skipInputValidation: true);
            writer.WriteStartObject("error"u8);
            writer.WriteNumber("code"u8, (int)Code);
            writer.WriteString("message"u8, Sentence);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
