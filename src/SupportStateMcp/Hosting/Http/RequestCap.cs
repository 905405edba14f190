using Microsoft.AspNetCore.Http;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Bounds how many requests are open at a time, those that stay open among them: streams that listen for changes, calls
/// that wait for a decision. Each takes memory for as long as its client likes.
/// </summary>
/// <param name="most">How many at most, 1 or more.</param>
internal sealed class RequestCap(int most = RequestCap.Most)
{
    /// <summary>How many requests a server has open at most.</summary>
    public const int Most = 2_000;

    /// <summary>How many connections Kestrel takes: room for refusals, and for health checks.</summary>
    public const int Connections = Most + 500;

    private const string RetryAfterSeconds = "5";

    private int _open;

    /// <summary>The cap as a middleware: one too many is refused with 503.</summary>
    public async Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _open) > most)
            {
                context.Response.Headers.RetryAfter = RetryAfterSeconds;
                await HttpRefusal.WriteAsync(
                    context, StatusCodes.Status503ServiceUnavailable, $"This server has {most} requests open, as many as it takes. Nothing was done; try again in {RetryAfterSeconds} seconds, and close streams that nobody reads.");
                return;
            }

            await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
