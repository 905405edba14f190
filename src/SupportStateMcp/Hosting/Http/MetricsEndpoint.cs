using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// The metrics, in the text format of Prometheus, where they are asked for: at <see cref="Path"/> on the address of the server, or on one of
/// their own, which then serves nothing else. Like health they are read without a token: they hold counts and names, never an id or a text.
/// </summary>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";

    public static void Apply(IApplicationBuilder app, TelemetryOptions telemetry)
    {
        if (!telemetry.Prometheus)
            return;
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context => IsAsked(context, telemetry.MetricsUrl));
        if (telemetry.MetricsUrl is { } own)
            app.Use(next => context => context.Connection.LocalPort == own.Port ? NothingElseAsync(context) : next(context));
    }

    private static bool IsAsked(HttpContext context, Uri? own) =>
        context.Request.Path == Path && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && (own is null || context.Connection.LocalPort == own.Port);

    private static Task NothingElseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync($"The metrics are at {Path}; nothing else is here.", context.RequestAborted);
    }
}
