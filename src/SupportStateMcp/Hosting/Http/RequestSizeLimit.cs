using System.Buffers;
using Microsoft.AspNetCore.Http;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Refuses a request that is longer than one may be with 413 and a sentence. Kestrel's own limit cuts the connection,
/// often before the client has read why; so Kestrel lets more in, and throws it away.
/// </summary>
internal static class RequestSizeLimit
{
    /// <summary>How much Kestrel takes in, in bytes. A client that sends more than that loses its connection.</summary>
    public const long KestrelBytes = 8L * Limits.RequestBytes;

    public static async Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (request.ContentLength > Limits.RequestBytes || (request.ContentLength is null && !await TryBufferAsync(request)))
            await HttpRefusal.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, $"A request has at most {Limits.RequestBytes} bytes.");
        else
            await next(context);
    }

    /// <summary>Reads a body that does not say how long it is; false where it is too long.</summary>
    private static async ValueTask<bool> TryBufferAsync(HttpRequest request)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
            if (read.Buffer.Length > Limits.RequestBytes)
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return false;
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                request.Body = new MemoryStream(body);
                return true;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
