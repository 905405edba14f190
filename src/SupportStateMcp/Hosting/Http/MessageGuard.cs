using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Extensions;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Reads a message before the SDK does, as the stdio transport reads its own, and refuses what is too long (413) or no
/// message (400, with the JSON-RPC error). The SDK answers some of it with a bare 500, or an internal error.
/// </summary>
internal static class MessageGuard
{
    /// <summary>
    /// How much Kestrel takes in, in bytes: more than a message may have. What is too long is read on, and thrown away, until
    /// its id is found, so that it can be answered under it, and so that a client that is still sending gets to read the
    /// refusal. Beyond this Kestrel cuts the connection.
    /// </summary>
    public const long KestrelBytes = 64L * Limits.RequestBytes;

    public static async Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await next(context);
            return;
        }

        var (body, refusal) = await ReadAsync(context.Request);
        if (body is null)
        {
            await HttpRefusal.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, refusal!);
            return;
        }

        (var message, refusal) = JsonRpcReader.Read(body);
        if (refusal is not null)
        {
            await HttpRefusal.WriteAsync(context, StatusCodes.Status400BadRequest, refusal);
            return;
        }

        if (message is JsonRpcRequest tasks && TaskMessages.TaskIdOf(tasks) is { } taskId && context.Request.Headers["Mcp-Name"] != taskId)
        {
            // The SDK looks at the names of its own methods alone (SEP-2663, "Streamable HTTP: Routing Headers").
            await HttpRefusal.WriteAsync(context, StatusCodes.Status400BadRequest, new JsonRpcRefusal(
                McpErrorCode.HeaderMismatch, "The header Mcp-Name must be the taskId of the request.", JsonRpcRefusal.IdOf(tasks.Id)));
            return;
        }

        var answers = context.RequestServices.GetRequiredService<LongAnswers>();
        var isLong = answers.IsOne(message);
        if (isLong && !await answers.EnterAsync(context.RequestAborted))
        {
            context.Response.Headers.RetryAfter = "1";
            await HttpRefusal.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, new JsonRpcRefusal(
                McpErrorCode.InternalError, "The server has too many long answers on their way: try again in a moment.", JsonRpcRefusal.IdOf(((JsonRpcRequest)message!).Id)));
            return;
        }

        context.Features.Set(message);
        try
        {
            await next(context);
        }
        catch (Exception) when (!context.Response.HasStarted
            && message is JsonRpcRequest request && RequestParamsRules.Check(request) is { } mismatch)
        {
            // The SDK throws where the params of initialize are not what they should be.
            context.Response.Clear();
            await HttpRefusal.WriteAsync(context, StatusCodes.Status200OK, mismatch);
        }
        finally
        {
            if (isLong)
                answers.Leave();
        }
    }

    /// <summary>The whole body, or the refusal where it is longer than a message may be.</summary>
    private static async ValueTask<(byte[]? Body, JsonRpcRefusal? Refusal)> ReadAsync(HttpRequest request)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
            if (read.Buffer.Length > Limits.RequestBytes)
                return (null, JsonRpcRefusal.TooLong(Limits.RequestBytes, await FindIdAsync(request, read)));

            if (read.IsCompleted)
            {
                // Nothing is consumed: the SDK reads it once more.
                var body = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.Start);
                return (body, null);
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Reads on until the id is found, or the body ends.</summary>
    private static async ValueTask<string?> FindIdAsync(HttpRequest request, ReadResult read)
    {
        var scanner = new MessageIdScanner();
        try
        {
            while (true)
            {
                scanner.Add(read.Buffer);
                request.BodyReader.AdvanceTo(read.Buffer.End);
                if (scanner.Id is not null || read.IsCompleted)
                    return scanner.Id;
                read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
            }
        }
        catch (BadHttpRequestException)
        {
            // It is longer than Kestrel takes in.
            return scanner.Id;
        }
    }
}
