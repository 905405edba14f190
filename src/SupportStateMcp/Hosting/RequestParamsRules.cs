using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

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

    /// <summary>A filter that refuses requests whose params do not fit their method.</summary>
    public static McpMessageHandler Filter(McpMessageHandler next) => (context, cancellationToken) =>
        context.JsonRpcMessage is JsonRpcRequest request && Violation(request) is { } violation
            ? throw new McpProtocolException(violation, McpErrorCode.InvalidParams)
            : next(context, cancellationToken);

    /// <summary>What is wrong with the params of a request, or null.</summary>
    internal static string? Violation(JsonRpcRequest request)
    {
        if (!s_types.TryGetValue(request.Method, out var type))
            return null;

        var parameters = request.Params as JsonObject ?? [];
        if (request.Method == RequestMethods.ToolsCall && IsPlainCall(parameters))
            return null;
        try
        {
            parameters.Deserialize(type);
            return null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            return $"The params of {request.Method} are not what it takes: see {(e as JsonException)?.Path ?? "$"}.";
        }
    }

    /// <summary>A name, arguments and metadata, each of its type, and nothing else.</summary>
    private static bool IsPlainCall(JsonObject parameters) =>
        parameters["name"]?.GetValueKind() == JsonValueKind.String
        && parameters.All(p => p.Key == "name" || (p.Key is "arguments" or "_meta" && p.Value is null or JsonObject));
}
