using System.Buffers;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Reads a message before the SDK does, as the stdio transport reads its own, and refuses what is too long (413) or no
/// message (400, with the JSON-RPC error). The SDK answers some of it with a bare 500, or an internal error.
/// </summary>
internal static class MessageGuard
{
    /// <summary>
    /// How much Kestrel takes in, in bytes: more than a message may have, and throws it away, so that a client that is
    /// still sending gets to read the refusal. Beyond this it cuts the connection.
    /// </summary>
    public const long KestrelBytes = 8L * Limits.RequestBytes;

    public static async Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await next(context);
            return;
        }

        if (await ReadAsync(context.Request) is not { } body)
        {
            await HttpRefusal.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, $"A request has at most {Limits.RequestBytes} bytes.");
            return;
        }

        var (message, error) = JsonRpcReader.Read(body);
        if (error is not null)
        {
            await HttpRefusal.WriteAsync(context, StatusCodes.Status400BadRequest, error);
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
    }

    /// <summary>The whole body, or null where it is longer than a message may be.</summary>
    private static async ValueTask<byte[]?> ReadAsync(HttpRequest request)
    {
        if (request.ContentLength > Limits.RequestBytes)
            return null;

        while (true)
        {
            var read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
            if (read.Buffer.Length > Limits.RequestBytes)
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
            {
                // Nothing is consumed: the SDK reads it once more.
                var body = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.Start);
                return body;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
