using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Resources;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// The endpoint of the SDK, with or without sessions for clients of the initialize handshake. Without one there is no way
/// to tell such a client of a change later on, so subscriptions are not promised to it. Clients of revision 2026-07-28
/// have no sessions: they listen over a stream of their own.
/// </summary>
internal static class EndpointSessions
{
    public static IMcpServerBuilder WithEndpoint(this IMcpServerBuilder builder, HttpSessions sessions)
    {
        if (sessions == HttpSessions.None)
        {
            builder.Services.Configure<McpServerOptions>(WithoutSubscriptions);
            return builder.WithHttpTransport(http =>
            {
                http.ConfigureSessionOptions = PresentAsync;
                http.SessionMode = HttpServerSessionMode.Stateless;
            });
        }

        return builder.WithHttpTransport(http =>
        {
            http.ConfigureSessionOptions = PresentAsync;
            http.SessionMode = HttpServerSessionMode.StatefulForInitializeClients;
#pragma warning disable MCPEXP002 // The one way to learn that a session has ended.
            http.RunSessionHandler = RunAsync;
#pragma warning restore MCPEXP002
        });
    }

    /// <summary>Who connects is told of what they have there: token and address say that, with each request.</summary>
    private static Task PresentAsync(HttpContext context, McpServerOptions options, CancellationToken cancellationToken)
    {
        context.RequestServices.GetRequiredService<McpServerSetup>().Present(options, context.User);
        return Task.CompletedTask;
    }

    private static async Task RunAsync(HttpContext context, McpServer server, CancellationToken cancellationToken)
    {
        // Now: the request that began the session may be over when it ends.
        var subscriptions = context.RequestServices.GetRequiredService<ConversationSubscriptions>();
        // A request of revision 2026-07-28 has a server object of its own, and no session.
        var hasSession = server.SessionId is not null;
        if (hasSession)
            subscriptions.BeginSession(server);
        try
        {
            await server.RunAsync(cancellationToken);
        }
        finally
        {
            if (hasSession)
                await subscriptions.EndSessionAsync(server);
        }
    }

    private static void WithoutSubscriptions(McpServerOptions options)
    {
        options.Filters.Message.OutgoingFilters.Add(PromiseNone);
        options.Handlers.SubscribeToResourcesHandler = Refuse;
        options.Handlers.UnsubscribeFromResourcesHandler = Refuse;
    }

    private static McpMessageHandler PromiseNone(McpMessageHandler next) => (context, cancellationToken) =>
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
