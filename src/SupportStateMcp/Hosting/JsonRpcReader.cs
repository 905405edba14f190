using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Hosting;

/// <summary>
/// Reads one JSON-RPC message off the wire and refuses, before anything else sees it, what is no JSON that this server reads
/// (<see cref="StrictJson"/>), and what is no single message.
/// </summary>
internal static class JsonRpcReader
{
    /// <summary>The most calls of a batch that are answered.</summary>
    private const int MaxBatch = 100;

    private static readonly JsonTypeInfo<JsonRpcMessage> s_typeInfo =
        (JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));

    /// <summary>The message, or the refusal to answer with, under the message's id where it could be read.</summary>
    public static (JsonRpcMessage? Message, JsonRpcRefusal? Refusal) Read(ReadOnlyMemory<byte> utf8)
    {
        utf8 = StrictJson.WithoutMark(utf8);
        try
        {
            if (StrictJson.Read(utf8.Span, "The message", out var root) is { } fault)
                return (null, Refusal(fault.IsJson ? McpErrorCode.InvalidRequest : McpErrorCode.ParseError, fault.Sentence, utf8.Span));
            if (root.ValueKind != JsonValueKind.Object)
                return (null, NotOne(root));
            if (ShapeViolation(root) is { } violation)
                return (null, Refusal(McpErrorCode.InvalidRequest, violation, utf8.Span));

            var message = Called(root, IdOf(root)) ?? JsonSerializer.Deserialize(utf8.Span, s_typeInfo);
            return message is null ? (null, Refusal(McpErrorCode.InvalidRequest, "The message is not one JSON-RPC object.", utf8.Span))
                : message is JsonRpcRequest request && RequestParamsRules.CheckMeta(request) is { } mismatch ? (null, mismatch)
                : (message, null);
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
}
