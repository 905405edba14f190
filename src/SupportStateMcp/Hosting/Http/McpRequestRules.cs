using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// What a message and the headers around it must be, in the order in which it is checked (MCP 2026-07-28, "Streamable
/// HTTP": protocol version, per-request metadata, standard headers). Each breach is answered with its HTTP status and
/// JSON-RPC error.
/// </summary>
internal static class McpRequestRules
{
    public const string VersionHeader = "MCP-Protocol-Version";
    public const string SessionHeader = "Mcp-Session-Id";

    private static readonly string[] s_removed =
        ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"];

    /// <summary>The first rule that is broken, or null.</summary>
    public static Breach? Check(IHeaderDictionary headers, JsonRpcMessage message, IReadOnlyDictionary<string, Tool> toolsWithHeaders)
    {
        var (method, parameters) = message switch
        {
            JsonRpcRequest request => (request.Method, request.Params as JsonObject),
            JsonRpcNotification notification => (notification.Method, notification.Params as JsonObject),
            _ => (null, null),
        };
        if (method is null)
            return null;

        var header = headers[VersionHeader].ToString();
        if (header.Length > 0 && !ProtocolRevisions.IsKnown(header))
            return UnsupportedVersion(header);

        var meta = parameters?["_meta"] as JsonObject;
        return VersionBreach(header, message, method, parameters, meta)
            ?? (header == ProtocolRevisions.Stateless
                ? StatelessBreach(headers, message, method, parameters, meta, toolsWithHeaders)
                : headers.ContainsKey(SessionHeader) ? Session() : null);
    }

    private static Breach? VersionBreach(string header, JsonRpcMessage message, string method, JsonObject? parameters, JsonObject? meta)
    {
        if (method == "initialize" && header.Length > 0 && Text(parameters, "protocolVersion") is { } asked && asked != header)
            return Mismatch($"The {McpRequestRules.VersionHeader} header says {header}, params.protocolVersion says {asked}.");

        var told = Text(meta, MetaKeys.ProtocolVersion);
        if (header != ProtocolRevisions.Stateless && told != ProtocolRevisions.Stateless)
            return null;
        if (header.Length == 0)
            return Mismatch($"The {VersionHeader} header is missing; _meta says {told}.");
        if (told is null)
            // A notification has nobody to answer to; losing it would be worse.
            return message is JsonRpcRequest ? MissingMeta(MetaKeys.ProtocolVersion) : null;
        return told == header ? null : Mismatch($"The {VersionHeader} header says {header}, _meta says {told}.");
    }

    private static Breach? StatelessBreach(
        IHeaderDictionary headers, JsonRpcMessage message, string method, JsonObject? parameters, JsonObject? meta,
        IReadOnlyDictionary<string, Tool> toolsWithHeaders)
    {
        if (RoutingHeaders.Violation(headers, method, parameters, toolsWithHeaders) is { } violation)
            return Mismatch(violation);
        if (message is JsonRpcRequest && meta?[MetaKeys.ClientCapabilities] is not JsonObject)
            return MissingMeta(MetaKeys.ClientCapabilities);
        return s_removed.Contains(method)
            ? new Breach(StatusCodes.Status404NotFound, McpErrorCode.MethodNotFound, $"Method '{method}' is not part of revision {ProtocolRevisions.Stateless}.")
            : null;
    }

    private static string? Text(JsonObject? parent, string name) =>
        parent?[name] is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 ? text : null;

    private static Breach Mismatch(string sentence) => new(StatusCodes.Status400BadRequest, McpErrorCode.HeaderMismatch, sentence);

    private static Breach MissingMeta(string key) => new(
        StatusCodes.Status400BadRequest, McpErrorCode.InvalidParams, $"A request of revision {ProtocolRevisions.Stateless} carries _meta/{key}.");

    private static Breach Session() => new(
        StatusCodes.Status400BadRequest, McpErrorCode.InvalidRequest, "This server keeps no sessions; send no Mcp-Session-Id header.");

    private static Breach UnsupportedVersion(string version) => new(
        StatusCodes.Status400BadRequest, McpErrorCode.UnsupportedProtocolVersion, "The protocol version is not supported.")
    {
        Data = new JsonObject { ["supported"] = new JsonArray(ProtocolRevisions.Stateless), ["requested"] = version },
    };
}

/// <summary>A rule that a request broke.</summary>
internal sealed record Breach(int Status, McpErrorCode Code, string Sentence)
{
    public JsonNode? Data { get; init; }
}
