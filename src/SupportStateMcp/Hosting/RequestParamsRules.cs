using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Hosting;

/// <summary>
/// What the params of a request must be for its method. The SDK answers params of the wrong type with an internal error;
/// they are the caller's mistake, and are said to be. The call that matters, <c>tools/call</c>, is checked without reading
/// its arguments a second time.
/// </summary>
internal static class RequestParamsRules
{
    private static readonly JsonSerializerOptions s_strict = new(McpJsonUtilities.DefaultOptions) { RespectNullableAnnotations = true };

    private static readonly FrozenDictionary<string, JsonTypeInfo> s_types = new Dictionary<string, Type>
    {
        [RequestMethods.Initialize] = typeof(InitializeRequestParams),
        [RequestMethods.ServerDiscover] = typeof(DiscoverRequestParams),
        [RequestMethods.Ping] = typeof(PingRequestParams),
        [RequestMethods.ToolsList] = typeof(ListToolsRequestParams),
        [RequestMethods.ToolsCall] = typeof(CallToolRequestParams),
        [RequestMethods.ResourcesList] = typeof(ListResourcesRequestParams),
        [RequestMethods.ResourcesTemplatesList] = typeof(ListResourceTemplatesRequestParams),
        [RequestMethods.ResourcesRead] = typeof(ReadResourceRequestParams),
        [RequestMethods.ResourcesSubscribe] = typeof(SubscribeRequestParams),
        [RequestMethods.ResourcesUnsubscribe] = typeof(UnsubscribeRequestParams),
        [RequestMethods.PromptsList] = typeof(ListPromptsRequestParams),
        [RequestMethods.PromptsGet] = typeof(GetPromptRequestParams),
        [RequestMethods.CompletionComplete] = typeof(CompleteRequestParams),
#pragma warning disable MCP9005 // Older clients still set the level.
        [RequestMethods.LoggingSetLevel] = typeof(SetLevelRequestParams),
#pragma warning restore MCP9005
        [RequestMethods.SubscriptionsListen] = typeof(SubscriptionsListenRequestParams),
    }.ToFrozenDictionary(t => t.Key, t => s_strict.GetTypeInfo(t.Value), StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, JsonTypeInfo> s_meta = new Dictionary<string, Type>
    {
        [MetaKeys.ClientInfo] = typeof(Implementation),
        [MetaKeys.ClientCapabilities] = typeof(ClientCapabilities),
#pragma warning disable MCP9005
        [MetaKeys.LogLevel] = typeof(LoggingLevel),
#pragma warning restore MCP9005
    }.ToFrozenDictionary(t => t.Key, t => s_strict.GetTypeInfo(t.Value), StringComparer.Ordinal);

    /// <summary>A filter that refuses requests whose params do not fit their method.</summary>
    public static McpMessageHandler Filter(McpMessageHandler next) => (context, cancellationToken) =>
        context.JsonRpcMessage is JsonRpcRequest request && Violation(request) is { } violation
            ? throw new McpProtocolException(violation, McpErrorCode.InvalidParams)
            : next(context, cancellationToken);

    /// <summary>The error to answer a request with whose params do not fit its method, or null.</summary>
    public static JsonRpcRefusal? Check(JsonRpcRequest request) => Refusal(request, Violation(request));

    /// <summary>The same for what the SDK reads of a request's <c>_meta</c> before any filter.</summary>
    public static JsonRpcRefusal? CheckMeta(JsonRpcRequest request) => Refusal(request, MetaViolation(request));

    private static JsonRpcRefusal? Refusal(JsonRpcRequest request, string? violation) =>
        violation is null ? null : new JsonRpcRefusal(McpErrorCode.InvalidParams, violation, JsonRpcRefusal.IdOf(request.Id));

    private static string? Violation(JsonRpcRequest request)
    {
        if (!s_types.TryGetValue(request.Method, out var type))
            return null;

        var parameters = request.Params as JsonObject ?? [];
        return request.Method == RequestMethods.ToolsCall && IsPlainCall(parameters) ? null : Violation(request.Method, "$", parameters, type);
    }

    /// <summary>A name, arguments and metadata, each of its type, and nothing else.</summary>
    private static bool IsPlainCall(JsonObject parameters) =>
        parameters["name"]?.GetValueKind() == JsonValueKind.String
        && parameters.All(p => p.Key == "name" || (p.Key is "arguments" or "_meta" && p.Value is null or JsonObject));

    private static string? MetaViolation(JsonRpcRequest request)
    {
        if (request.Params?["_meta"] is not JsonObject meta)
            return null;

        foreach (var (name, value) in meta)
        {
            if (value is not null
                && s_meta.TryGetValue(name, out var type)
                && !IsPlainMeta(name, value)
                && Violation(request.Method, $"$._meta['{name}']", value, type) is { } violation)
                return violation;
        }

        return null;
    }

    /// <summary>What nearly every client sends: a name and a version, and no capability that is described.</summary>
    private static bool IsPlainMeta(string key, JsonNode value) => value is JsonObject told && key switch
    {
        MetaKeys.ClientCapabilities => told.Count == 0,
        MetaKeys.ClientInfo => told.ContainsKey("name") && told.ContainsKey("version") && told.All(p => p.Value?.GetValueKind() == JsonValueKind.String),
        _ => false,
    };

    private static string? Violation(string method, string path, JsonNode value, JsonTypeInfo type)
    {
        try
        {
            value.Deserialize(type);
            return null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            return $"The params of {method} are not what it takes: see {path}{(e as JsonException)?.Path?.TrimStart('$')}.";
        }
    }
}
