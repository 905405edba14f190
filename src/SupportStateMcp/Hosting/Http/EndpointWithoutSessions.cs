using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// What an HTTP endpoint without sessions cannot offer to clients of the initialize handshake: it has no way to tell them
/// of a change later on. Clients of revision 2026-07-28 listen over a stream of their own, and lose nothing.
/// </summary>
internal static class EndpointWithoutSessions
{
    public static void Configure(McpServerOptions options)
    {
        options.Filters.Message.OutgoingFilters.Add(PromiseNoSubscriptions);
        options.Handlers.SubscribeToResourcesHandler = Refuse;
        options.Handlers.UnsubscribeFromResourcesHandler = Refuse;
    }

    private static McpMessageHandler PromiseNoSubscriptions(McpMessageHandler next) => (context, cancellationToken) =>
    {
        // Only the answer to initialize has both.
        if (context.JsonRpcMessage is JsonRpcResponse { Result: JsonObject result }
            && result.ContainsKey("protocolVersion") && result["capabilities"]?["resources"] is JsonObject resources)
            resources.Remove("subscribe");

        return next(context, cancellationToken);
    };

    /// <summary>Without a handler the SDK would accept, and the client wait for news that never come.</summary>
    private static ValueTask<EmptyResult> Refuse<T>(RequestContext<T> request, CancellationToken cancellationToken) =>
        throw new McpProtocolException(
            "This endpoint keeps no sessions that a subscription could belong to; http.sessions: handshake has it keep them.", McpErrorCode.MethodNotFound);
}
