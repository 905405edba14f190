using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Rest;

/// <summary>As a middleware around the routes: counts their calls, by the code of the refusal, and measures how long they take. What is no route counts as <c>other</c>.</summary>
internal static class RestTelemetry
{
    private static readonly object s_code = new();

    /// <summary>Notes why a call was refused.</summary>
    public static void Refused(HttpContext context, string code) => context.Items[s_code] = code;

    public static async Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        var started = Stopwatch.GetTimestamp();
        var code = "failed";
        try
        {
            await next(context);
            code = context.Items.TryGetValue(s_code, out var noted) ? (string)noted!
                : context.Response.StatusCode < StatusCodes.Status400BadRequest ? "ok"
                : context.Response.StatusCode.ToString(CultureInfo.InvariantCulture);
        }
        finally
        {
            CallTelemetry.Called("rest", NameOf(context), code, Stopwatch.GetElapsedTime(started));
        }
    }

    private static string NameOf(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } pattern } ? $"{context.Request.Method} {pattern}" : "other";
}
