using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting.Http;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Hosting;

/// <summary>The HTTP server: <c>/mcp</c> and the health of this process.</summary>
public static class HttpHost
{
    private const string McpPath = "/mcp";
    private const string HealthPath = "/health";

    private static readonly string[] s_methods = ["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"];

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
    internal static WebApplication Build(ServerOptions options, Action<IServiceCollection>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSupportState(options, LogLevel.Warning).WithEndpoint(options.Sessions);
        if (options.Tokens.Count > 0)
            AddTokens(builder.Services, options.Tokens);
        configure?.Invoke(builder.Services);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = s_drain);
        builder.Services.AddSingleton<LongAnswers>();
        builder.Services.AddHostedService<StoreMaintenanceService>();
        ConfigureKestrel(builder, options.Url);

        var app = builder.Build();
        app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<ServerStopping>().Tell);
        Map(app, options);
        return app;
    }

    private static void AddTokens(IServiceCollection services, IReadOnlyList<AccessToken> tokens)
    {
        services.AddSingleton(new ConnectionCaller(actor: null, roles: null, authenticates: true));
        services.AddAuthentication(StaticTokenHandler.SchemeName)
            .AddScheme<StaticTokenOptions, StaticTokenHandler>(StaticTokenHandler.SchemeName, o => o.Tokens = tokens);
        services.AddAuthorization();
    }

    /// <summary>In this order: from where a request comes, who makes it, whether it is a message, the endpoints.</summary>
    private static void Map(WebApplication app, ServerOptions options)
    {
        var guard = new RebindingGuard(options.Url, options.AllowedOrigins);
        app.UseWhen(context => !context.Request.Path.StartsWithSegments(HealthPath), guarded => guarded.Use(guard.ApplyAsync));
        if (options.Tokens.Count > 0)
        {
            app.UseAuthentication();
            app.UseAuthorization();
        }

        app.UseWhen(context => context.Request.Path.StartsWithSegments(McpPath), mcp => mcp.Use(MessageGuard.ApplyAsync));

        var endpoint = app.MapGroup(McpPath);
        endpoint.MapMcp();
        string[] served = options.Sessions == HttpSessions.None ? ["POST"] : ["GET", "POST", "DELETE"];
        endpoint.MapMethods("", s_methods.Except(served), context => RefuseMethodAsync(context, served));
        if (options.Tokens.Count > 0)
            endpoint.RequireAuthorization();

        app.MapGet(HealthPath + "/live", context => WriteTextAsync(context, StatusCodes.Status200OK, "live"));
        app.MapGet(HealthPath + "/ready", ReadyAsync);
    }

    private static Task RefuseMethodAsync(HttpContext context, string[] served)
    {
        context.Response.Headers.Allow = string.Join(", ", served);
        return HttpRefusal.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, $"The methods of this endpoint: {string.Join(", ", served)}.");
    }

    internal static void ConfigureKestrel(WebApplicationBuilder builder, Uri url)
    {
        builder.WebHost.UseUrls(url.GetLeftPart(UriPartial.Authority));
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = MessageGuard.KestrelBytes;
            k.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
    }

    /// <summary>Ready means that the store answers.</summary>
    private static async Task ReadyAsync(HttpContext context)
    {
        try
        {
            await context.RequestServices.GetRequiredService<IConversationStore>().CheckAsync(context.RequestAborted);
            await WriteTextAsync(context, StatusCodes.Status200OK, "ready");
        }
        catch (StoreUnavailableException)
        {
            await WriteTextAsync(context, StatusCodes.Status503ServiceUnavailable, "the store does not answer");
        }
    }

    private static Task WriteTextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private static void LogListening(WebApplication app) =>
        Console.Error.WriteLine($"SupportStateMcp {McpServerSetup.Version} listens on {string.Join(", ", app.Urls.Select(u => u.TrimEnd('/') + McpPath))}");
}
