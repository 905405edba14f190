using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting.Http;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Hosting;

/// <summary>The HTTP server: <c>/mcp</c> and the health of this process. It keeps no sessions.</summary>
public static class HttpHost
{
    /// <summary>How long running calls may take after a SIGTERM before they are cut off.</summary>
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(ServerOptions options, CancellationToken cancellationToken)
    {
        await using var app = Build(options);
        app.Lifetime.ApplicationStarted.Register(() => LogListening(app));
        await app.RunAsync(cancellationToken);
        return 0;
    }

    /// <summary>The application, not yet started.</summary>
    /// <param name="options">How the server is configured.</param>
    /// <param name="configure">Adds to its services, or changes them; for tests and benchmarks.</param>
    /// <param name="extend">What a test puts beside the server's own tools, resources and prompts.</param>
    internal static WebApplication Build(
        ServerOptions options, Action<IServiceCollection>? configure = null, Action<McpServerOptions, ChangeDelivery>? extend = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSupportState(options, LogLevel.Warning);
        if (options.Tokens.Count > 0)
            builder.Services.AddSingleton(new ConnectionCaller(actor: null, roles: null, identifies: true));
        configure?.Invoke(builder.Services);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = s_drain);
        ConfigureKestrel(builder, options.Url);
        builder.Services.AddSingleton(p => new SharedServers(OptionsFor(p), p.GetRequiredService<ILoggerFactory>(), p));
        builder.Services.AddSingleton(new RebindingGuard(options.Url, options.AllowedOrigins));
        builder.Services.AddSingleton(new BearerGuard(options.Tokens));
        builder.Services.AddSingleton<McpEndpoint>();
        builder.Services.AddHostedService<StoreMaintenanceService>();

        var app = builder.Build();
        app.Services.GetRequiredService<McpEndpoint>().Map(app);
        app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<ServerStopping>().Tell);
        app.MapGet("/health/live", () => Results.Text("live"));
        app.MapGet("/health/ready", ReadyAsync);
        return app;

        Func<ChangeDelivery, McpServerOptions> OptionsFor(IServiceProvider services) => delivery =>
        {
            var offered = services.GetRequiredService<McpServerSetup>().OptionsFor(delivery);
            extend?.Invoke(offered, delivery);
            return offered;
        };
    }

    internal static void ConfigureKestrel(WebApplicationBuilder builder, Uri url)
    {
        builder.WebHost.UseUrls(url.GetLeftPart(UriPartial.Authority));
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            // The endpoint refuses what is longer than a request may be. Kestrel takes in more, and throws it away, so that
            // a client that is still sending gets to read the refusal; beyond this it cuts the connection.
            k.Limits.MaxRequestBodySize = 8 * Limits.RequestBytes;
            k.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
    }

    /// <summary>Ready means that the store answers.</summary>
    private static async Task<IResult> ReadyAsync(IConversationStore store, CancellationToken cancellationToken)
    {
        try
        {
            await store.CheckAsync(cancellationToken);
            return Results.Text("ready");
        }
        catch (StoreUnavailableException)
        {
            return Results.Text("the store does not answer", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static void LogListening(WebApplication app) =>
        Console.Error.WriteLine($"SupportStateMcp {McpServerSetup.Version} listens on {string.Join(", ", app.Urls.Select(u => u.TrimEnd('/') + "/mcp"))}");
}
