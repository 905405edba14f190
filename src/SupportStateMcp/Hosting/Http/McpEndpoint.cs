using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// The MCP endpoint: <c>POST /mcp</c>, without sessions. It serves clients of revision 2026-07-28 and of the initialize
/// handshake side by side; any instance answers any request.
/// </summary>
internal sealed class McpEndpoint(SharedServers servers, RebindingGuard guard, BearerGuard bearer, IHostApplicationLifetime lifetime)
{
    /// <summary>How often an open stream is kept alive.</summary>
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(15);

    public void Map(IEndpointRouteBuilder routes, string path = "/mcp")
    {
        routes.MapPost(path, PostAsync);
        routes.MapMethods(path, ["GET", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"], RefuseMethodAsync);
    }

    private Task RefuseMethodAsync(HttpContext context)
    {
        if (!guard.Admits(context.Request))
            return RefuseStrangerAsync(context);
        if (!bearer.Admits(context.Request, out _))
            return RefuseUnknownAsync(context);
        context.Response.Headers.Allow = "POST";
        return RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "There is no stream to open and no session to end: POST is the one method.");
    }

    private async Task PostAsync(HttpContext context)
    {
        if (!guard.Admits(context.Request))
        {
            await RefuseStrangerAsync(context);
            return;
        }

        if (!bearer.Admits(context.Request, out var caller))
        {
            await RefuseUnknownAsync(context);
            return;
        }

        if (!context.Request.HasJsonContentType())
        {
            await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "The Content-Type is not application/json.");
            return;
        }

        if (!Accepts(context.Request, "application/json") || !Accepts(context.Request, "text/event-stream"))
        {
            await RefuseAsync(context, StatusCodes.Status406NotAcceptable, "The Accept header names both application/json and text/event-stream.");
            return;
        }

        if (await ReadAsync(context.Request) is not { } body)
        {
            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, $"A request has at most {Limits.RequestBytes} bytes.");
            return;
        }

        var (message, error) = JsonRpcReader.Read(body);
        if (error is not null)
            await JsonRpcReply.WriteAsync(context.Response, StatusCodes.Status400BadRequest, error);
        else
            await AnswerAsync(context, message!, caller);
    }

    private async Task AnswerAsync(HttpContext context, JsonRpcMessage message, Caller? caller)
    {
        if (McpRequestRules.Check(context.Request.Headers, message, servers.ToolsWithHeaders) is { } breach)
        {
            var id = message is JsonRpcRequest refused ? refused.Id : default;
            var error = JsonRpcReader.Error(breach.Code, breach.Sentence, id);
            error.Error.Data = breach.Data;
            await JsonRpcReply.WriteAsync(context.Response, breach.Status, error);
            return;
        }

        if (message is not JsonRpcRequest request)
        {
            // Nothing outlives a request here, so there is nothing that a notification or a reply could be about.
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            return;
        }

        if (RequestParamsRules.Check(request) is { } mismatch)
        {
            await JsonRpcReply.WriteAsync(context.Response, mismatch);
            return;
        }

        await ServeAsync(context, request, caller);
    }

    private async Task ServeAsync(HttpContext context, JsonRpcRequest request, Caller? caller)
    {
        var header = context.Request.Headers[McpRequestRules.VersionHeader].ToString();
        var version = header.Length > 0 ? header : ProtocolRevisions.WhereNoneIsSaid;
        var server = servers.For(request, version);
        await using var exchange = new HttpExchange(context.Response, request.Id, version == ProtocolRevisions.Stateless, s_keepAlive);
        // A handshake settles its version in its params.
        var id = server.Dispatch(request, exchange, request.Method == RequestMethods.Initialize ? null : version, caller);

        // A stream that would stay open for good ends when the server stops; a call is finished first.
        using var ends = request.Method == RequestMethods.SubscriptionsListen
            ? CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping)
            : null;
        try
        {
            await exchange.WaitAsync(ends?.Token ?? context.RequestAborted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            server.Cancel(id);
        }
    }

    private static Task RefuseStrangerAsync(HttpContext context) =>
        RefuseAsync(context, StatusCodes.Status403Forbidden, "This Host or Origin may not call this server; http.allowedOrigins lists the origins that may.");

    private static Task RefuseUnknownAsync(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = BearerGuard.Challenge(context.Request);
        return RefuseAsync(context, StatusCodes.Status401Unauthorized, "This server serves those whose token it knows: send one in the header \"Authorization: Bearer <token>\". SupportStateMcp token create makes one.");
    }

    private static Task RefuseAsync(HttpContext context, int status, string sentence) =>
        JsonRpcReply.WriteAsync(context.Response, status, JsonRpcReader.Error(McpErrorCode.InvalidRequest, sentence));

    private static bool Accepts(HttpRequest request, string mediaType)
    {
        foreach (var line in request.Headers.Accept)
        {
            if (line is null)
                continue;
            // The header every client sends, without parsing it.
            if (line.Contains(mediaType, StringComparison.OrdinalIgnoreCase))
                return true;
            if (line.Contains("*/*", StringComparison.Ordinal)
                || line.Contains(string.Concat(mediaType.AsSpan(0, mediaType.IndexOf('/', StringComparison.Ordinal)), "/*"), StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>The whole body, or null where it is longer than a request may be.</summary>
    private static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request)
    {
        if (request.ContentLength > Limits.RequestBytes)
            return null;

        while (true)
        {
            var read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
            if (read.Buffer.Length > Limits.RequestBytes)
            {
                // What is left is Kestrel's to throw away.
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return body;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
