using Microsoft.AspNetCore.Http;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Rest;

/// <summary>As a middleware before the routes: counts the calls of a caller, and refuses what is too much with 429.</summary>
internal static class RestLimits
{
    /// <summary>Marks the routes whose calls are counted; who comes to one has been let in.</summary>
    public static readonly object Counted = new Mark();

    public static async Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Mark>() is not null
            && await context.RequestServices.GetRequiredService<RateLimits>().CallAsync(RestCaller.Of(context).Actor, context.RequestAborted) is { } error)
            await ProblemReply.Of(error).ExecuteAsync(context);
        else
            await next(context);
    }

    private sealed class Mark;
}
