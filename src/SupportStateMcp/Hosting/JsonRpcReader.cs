using System.Text;
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

    private static readonly JsonTypeInfo<JsonRpcMessage> s_typeInfo =
        (JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));

    /// <summary>The message, or the error to answer with; the error's id is the message's where it could be read.</summary>
    public static (JsonRpcMessage? Message, JsonRpcError? Error) Read(ReadOnlyMemory<byte> utf8)
    {
        if (!Utf8.IsValid(utf8.Span))
            return (null, Error(McpErrorCode.ParseError, "The message is not UTF-8."));

        RequestId id = default;
        var isJson = false;
        try
        {
            var root = JsonElement.Parse(utf8.Span, s_options);
            isJson = true;
            if (root.ValueKind != JsonValueKind.Object)
                return (null, Error(McpErrorCode.InvalidRequest, "The message is not one JSON-RPC object."));

            id = IdOf(root);
            RefuseHalfSurrogates(utf8.Span);
            if (ShapeViolation(root) is { } violation)
                return (null, Error(McpErrorCode.InvalidRequest, violation, id));

            var message = Called(root, id) ?? JsonSerializer.Deserialize(utf8.Span, s_typeInfo);
            return message is null ? (null, Error(McpErrorCode.InvalidRequest, "The message is not one JSON-RPC object.", id))
                : message is JsonRpcRequest request && RequestParamsRules.CheckMeta(request) is { } mismatch ? (null, mismatch)
                : (message, null);
        }
        catch (JsonException e) when (!isJson)
        {
            var where = e.LineNumber is { } line ? $", at line {line}, byte {e.BytePositionInLine}" : ": an object has the same name twice";
            return (null, Error(McpErrorCode.ParseError, $"The message is not JSON this server reads{where}."));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or FormatException)
        {
            // The serializer's ways to say that a member has the wrong type or is no text.
            return (null, Error(McpErrorCode.InvalidRequest, "The message is not a well-formed JSON-RPC message.", id));
        }
    }

    public static JsonRpcError Error(McpErrorCode code, string message, RequestId id = default) =>
        new() { Id = id, Error = new JsonRpcErrorDetail { Code = (int)code, Message = message } };

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

    /// <summary>An escape such as \ud800 alone is valid JSON, but no text: reading it later would throw anywhere.</summary>
    private static void RefuseHalfSurrogates(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IndexOf("\\ud"u8) < 0 && utf8.IndexOf("\\uD"u8) < 0)
            return;

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                _ = reader.GetString();
        }
    }
}
