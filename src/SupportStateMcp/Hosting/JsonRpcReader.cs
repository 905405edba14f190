using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Hosting;

/// <summary>
/// Reads one JSON-RPC message off the wire and refuses, before anything else sees it, what later stages would stumble
/// over: bytes that are no UTF-8, half surrogate pairs, repeated names, excessive depth, and what is no single message.
/// </summary>
internal static class JsonRpcReader
{
    /// <summary>How deep a message may be nested.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>The most calls of a batch that are answered.</summary>
    private const int MaxBatch = 100;

    private static readonly byte[] s_byteOrderMark = [0xEF, 0xBB, 0xBF];

    private static readonly JsonTypeInfo<JsonRpcMessage> s_typeInfo =
        (JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));

    /// <summary>The message, or the refusal to answer with, under the message's id where it could be read.</summary>
    public static (JsonRpcMessage? Message, JsonRpcRefusal? Refusal) Read(ReadOnlyMemory<byte> utf8)
    {
        // Some programs begin what they write with a byte order mark.
        if (utf8.Span.StartsWith(s_byteOrderMark))
            utf8 = utf8[s_byteOrderMark.Length..];
        if (!Utf8.IsValid(utf8.Span))
            return (null, Refusal(McpErrorCode.ParseError, $"The message is not UTF-8, at byte {InvalidAt(utf8.Span)}.", utf8.Span));

        var isJson = false;
        try
        {
            if (HalfSurrogate(utf8.Span) is { } half)
                return (null, Refusal(McpErrorCode.InvalidRequest, half, utf8.Span));
            var root = JsonElement.Parse(utf8.Span, s_options);
            isJson = true;
            if (root.ValueKind != JsonValueKind.Object)
                return (null, NotOne(root));
            if (ShapeViolation(root) is { } violation)
                return (null, Refusal(McpErrorCode.InvalidRequest, violation, utf8.Span));

            var message = Called(root, IdOf(root)) ?? JsonSerializer.Deserialize(utf8.Span, s_typeInfo);
            return message is null ? (null, Refusal(McpErrorCode.InvalidRequest, "The message is not one JSON-RPC object.", utf8.Span))
                : message is JsonRpcRequest request && RequestParamsRules.CheckMeta(request) is { } mismatch ? (null, mismatch)
                : (message, null);
        }
        catch (JsonException e) when (!isJson)
        {
            return (null, Refusal(McpErrorCode.ParseError, Unreadable(utf8.Span, e), utf8.Span));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or FormatException)
        {
            // The serializer's ways to say that a member has the wrong type or is no text.
            return (null, Refusal(McpErrorCode.InvalidRequest, "The message is not a well-formed JSON-RPC message.", utf8.Span));
        }
    }

    private static JsonRpcRefusal Refusal(McpErrorCode code, string sentence, ReadOnlySpan<byte> message) => new(code, sentence, MessageIdScanner.Find(message));

    /// <summary>What is no object. Each call of a batch waits under an id of its own.</summary>
    private static JsonRpcRefusal NotOne(JsonElement root)
    {
        var ids = root.ValueKind == JsonValueKind.Array
            ? root.EnumerateArray().Where(m => m.ValueKind == JsonValueKind.Object && m.TryGetProperty("method", out _))
                .Select(m => MessageIdScanner.Find(JsonMarshal.GetRawUtf8Value(m))).OfType<string>().Take(MaxBatch).ToList()
            : [];
        return ids.Count == 0
            ? new JsonRpcRefusal(McpErrorCode.InvalidRequest, "The message is not one JSON-RPC object.")
            : new JsonRpcRefusal(McpErrorCode.InvalidRequest, "The message is not one JSON-RPC object: send each call as a message of its own.", ids);
    }

    /// <summary>A request or notification, made of what is parsed already; null for a reply, which is rare.</summary>
    private static JsonRpcMessage? Called(JsonElement message, RequestId id)
    {
        if (!message.TryGetProperty("method", out var method))
            return null;

        // A node over the parsed text: what nobody asks for is never taken apart.
        var parameters = message.TryGetProperty("params", out var value) ? JsonObject.Create(value) : null;
        return id.Id is null
            ? new JsonRpcNotification { Method = method.GetString()!, Params = parameters }
            : new JsonRpcRequest { Id = id, Method = method.GetString()!, Params = parameters };
    }

    private static string? ShapeViolation(JsonElement message)
    {
        if (!message.TryGetProperty("jsonrpc", out var version) || version.ValueKind != JsonValueKind.String || !version.ValueEquals("2.0"))
            return "The message lacks \"jsonrpc\": \"2.0\".";
        if (message.TryGetProperty("method", out var method) && method.ValueKind != JsonValueKind.String)
            return "The method is not a string.";
        if (message.TryGetProperty("params", out var parameters) && parameters.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            return "The params are not an object.";
        if (message.TryGetProperty("id", out var id)
            && !(id.ValueKind == JsonValueKind.String || (id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out _))))
            return "The id is neither a string nor a whole number.";
        return null;
    }

    private static RequestId IdOf(JsonElement message) =>
        !message.TryGetProperty("id", out var id) ? default
        : id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var number) ? new RequestId(number)
        : id.ValueKind == JsonValueKind.String ? new RequestId(id.GetString()!)
        : default;

    /// <summary>Why a message is not JSON that this server reads: the reason, and the place.</summary>
    private static string Unreadable(ReadOnlySpan<byte> utf8, JsonException reason)
    {
        if (reason.LineNumber is not { } line)
            return $"The message is not JSON this server reads: an object has the name {RepeatedName(utf8)} twice; keep one of them.";
        var where = $", at line {line}, byte {reason.BytePositionInLine}";
        return DepthOf(utf8) > MaxDepth
            ? $"The message is nested more than {MaxDepth} deep{where}: send values that are nested less."
            : $"The message is not JSON this server reads{where}.";
    }

    /// <summary>How deep the message is nested where it stops being readable.</summary>
    private static int DepthOf(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth + 1 });
        var depth = 0;
        try
        {
            while (reader.Read())
                depth = Math.Max(depth, reader.CurrentDepth + (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject ? 1 : 0));
        }
        catch (JsonException)
        {
            // As far as it can be read.
        }

        return depth;
    }

    /// <summary>The name that an object has twice, as JSON.</summary>
    private static string RepeatedName(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        var names = new Stack<HashSet<string>>();
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                names.Push([]);
            else if (reader.TokenType == JsonTokenType.EndObject)
                names.Pop();
            else if (reader.TokenType == JsonTokenType.PropertyName && reader.GetString() is { } name && !names.Peek().Add(name))
                return Shown(name);
        }

        return "of a member";
    }

    /// <summary>
    /// An escape such as \ud800 alone is valid JSON, but no text: reading it later would throw anywhere, or put another
    /// character in its place. Says where it stands, or null.
    /// </summary>
    /// <exception cref="JsonException">The message is not JSON.</exception>
    private static string? HalfSurrogate(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IndexOf("\\ud"u8) < 0 && utf8.IndexOf("\\uD"u8) < 0)
            return null;

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        string? name = null;
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
                continue;
            try
            {
                var text = reader.GetString();
                if (reader.TokenType == JsonTokenType.PropertyName)
                    name = text;
            }
            catch (InvalidOperationException)
            {
                var place = reader.TokenType == JsonTokenType.PropertyName ? "A name" : name is null ? "A text" : $"The text of {Shown(name)}";
                return $"{place} holds half of a surrogate pair (an escape such as \\ud83d without its other half), which is no character: "
                    + "send the whole character, or leave it out.";
            }
        }

        return null;
    }

    private static string Shown(string name) => name.Length <= 64 && !name.Any(char.IsControl) ? $"\"{name}\"" : "of a member";

    private static int InvalidAt(ReadOnlySpan<byte> utf8)
    {
        var at = 0;
        while (System.Text.Rune.DecodeFromUtf8(utf8[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
            at += length;
        return at;
    }
}
