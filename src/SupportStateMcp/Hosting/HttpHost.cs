using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Context;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting.Http;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Primitives;
using SupportStateMcp.Rest;
using SupportStateMcp.WebConsole;

namespace SupportStateMcp.Hosting;

/// <summary>The HTTP server: <c>/mcp</c>, the routes of REST, the console, and the health of this process.</summary>
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
        app.Services.StartTelemetryExport();
        if (await StartCheck.RefusalAsync(app.Services, cancellationToken) is { } refusal)
        {
            await Console.Error.WriteLineAsync(refusal);
            return CommandLine.BadConfiguration;
        }

        if (options.Demo && await DemoData.LoadAsync(app.Services, cancellationToken) is { } missing)
        {
            await Console.Error.WriteLineAsync(missing);
            return CommandLine.BadConfiguration;
        }

        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (ListeningAddress.WhyNot(e, options.Url, options.Telemetry.MetricsUrl) is { } reason)
        {
            // What has begun ends before the store below it is closed.
            await app.StopAsync(CancellationToken.None);
            await Console.Error.WriteLineAsync(reason);
            return CommandLine.CannotListen;
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // It was told to stop while it started.
            return 0;
        }

        await Console.Error.WriteLineAsync(StartNotice.OverHttp(options, app.Urls.Where(u => new Uri(u).Port != options.Telemetry.MetricsUrl?.Port).Select(u => u.TrimEnd('/') + McpPath)));
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    /// <summary>The application, not yet started.</summary>
    /// <param name="options">How the server is configured.</param>
    /// <param name="configure">Adds to its services, or changes them; for tests and benchmarks.</param>
    internal static WebApplication Build(ServerOptions options, Action<IServiceCollection>? configure = null)
    {
        // Empty: neither appsettings.json of the working directory nor Kestrel__*, ASPNETCORE_* or DOTNET_* have a say.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(HttpHost).Assembly.GetName().Name,
            EnvironmentName = Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = MessageGuard.KestrelBytes;
            k.Limits.MaxConcurrentConnections = RequestCap.Connections;
            k.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            ListeningAddress.Apply(k, options.Url, onlyThisMachine: !options.HasSignIn);
            if (options.Telemetry.MetricsUrl is { } metrics)
                ListeningAddress.Apply(k, metrics, onlyThisMachine: !options.HasSignIn);
        });
        builder.Services.Configure<SocketTransportOptions>(KeepAlive.Apply);
        builder.Configuration.AddInMemoryCollection(TelemetryExport.Variables());
        builder.Services.AddRoutingCore();
        builder.Services.AddCors();
        builder.Services.AddSupportState(options, LogLevel.Warning).WithEndpoint(options.Sessions);
        var toolsets = new ConnectionToolsets(options.Toolsets, hasAddresses: true);
        builder.Services.AddSingleton(toolsets);
        builder.Services.AddSingleton<ToolsetRefusal>((name, set, user) =>
            ToolsetNames.TryParse(set) is { } known && !toolsets.AvailableTo(user).HasFlag(known) ? toolsets.Refusal(name, known, user) : null);
        builder.Services.AddRest(new ServerDescription(SnakeCaseEnum.Of(options.Backend), McpServerSetup.Version), options.HasSignIn);
        if (options.HasSignIn)
            builder.Services.AddSignIn(options);
        builder.Services.AddConsole(new ConsoleOptions(AsksForToken: options.HasSignIn, options.Demo, options.OAuth?.Browser is null ? null : BrowserSignIn.StartPath));
        builder.Services.AddAppDocuments(hasPeople: options.HasSignIn || options.Demo);
        builder.Services.AddSingleton(new RequestCap());
        builder.Services.AddTelemetryExport(options, hasHttp: true);
        configure?.Invoke(builder.Services);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = s_drain);
        builder.Services.AddSingleton<LongAnswers>();
        builder.Services.AddHostedService<StoreMaintenanceService>();
        builder.Services.AddHostedService<IdleMemory>();
        builder.Services.AddSingleton(new RestApprover(options.Demo && Actor.TryParse(StartNotice.DemoPerson) is { } person ? new Caller(person, Roles.Agent | Roles.Approver) : null));
        builder.Services.AddHostedService<SearchPreparation>();
        if (options.Events.Sinks.Count > 0)
            builder.Services.AddHostedService<EventPublishing>();
        if (options.Events.Intake is not null)
            builder.Services.AddHostedService<StreamConsuming>();
        if (options.Events.BusIntake is not null)
            builder.Services.AddHostedService<BusConsuming>();
        if (options.Tickets.Worker != Tickets.WorkerKind.None)
            builder.Services.AddWorker(options.Tickets).AddHostedService<TicketWorkerService>();
        if (options is { Tickets.Worker: not Tickets.WorkerKind.None, Context.Strategy: ContextStrategy.Summarise })
            builder.Services.AddHostedService<SummaryService>();
        var app = builder.Build();
        app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<ServerStopping>().Tell);
        Map(app, options);
        return app;
    }

    /// <summary>In this order: from where a request comes, who makes it, whether there is room, whether it is a message, the endpoints.</summary>
    private static void Map(WebApplication app, ServerOptions options)
    {
        var guard = new RebindingGuard(options.Url, options.AllowedHosts, options.AllowedOrigins);
        if (!options.HasSignIn)
            app.Use(ListeningAddress.RefuseOtherMachinesAsync);
        MetricsEndpoint.Apply(app, options.Telemetry);
        if (options.TrustedProxies.Count > 0)
            app.UseForwardedHeaders(BrowserAccess.ForwardedBy(options.TrustedProxies));
        app.UseWhen(context => !context.Request.Path.StartsWithSegments(HealthPath), guarded => guarded.Use(guard.ApplyAsync));
        app.Use(BrowserAccess.AllowPrivateNetworkAsync);
        app.UseMiddleware<CorsMiddleware>(BrowserAccess.Policy(guard));
        app.Use(StartPage.ApplyAsync);
        app.Use(ConsolePages.ApplyAsync);
        app.UseWhen(context => RestRoutes.Contains(context.Request.Path), rest =>
        {
            rest.Use(RestTelemetry.ApplyAsync);
            rest.Use(RestFaults.ApplyAsync);
        });
        app.Use(SayWhereToLookAsync);
        ConsoleAccess.Apply(app, options);
        if (options.HasSignIn)
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.Use(ConsoleAccess.RefuseOthersAsync);
        }

        // One for all: what is open takes memory, whatever it is. Who asks for health is let in all the same.
        var cap = app.Services.GetRequiredService<RequestCap>();
        app.UseWhen(context => !context.Request.Path.StartsWithSegments(HealthPath), capped => capped.Use(cap.ApplyAsync));
        if (app.Services.GetRequiredService<RateLimits>().CountsCalls)
            app.Use(RestLimits.ApplyAsync);
        var streams = options.Limits.StreamsPerCaller is { } most ? new StreamLimit(most) : null;
        app.UseWhen(EventRoutes.IsStream, events => BoundStreams(events, options, streams));
        app.UseWhen(context => context.Request.Path.StartsWithSegments(McpPath), mcp =>
        {
            mcp.Use(MessageGuard.ApplyAsync);
            // Tokens, --actor and sessions say otherwise who calls.
            if (options is { HasSignIn: false, Actor: null, Sessions: HttpSessions.None })
                mcp.Use(NamedClients.ApplyAsync);
            mcp.Use(ToolsetEndpoint.ApplyAsync);
            BoundStreams(mcp, options, streams);
        });

        string[] served = options.Sessions == HttpSessions.None ? ["POST"] : ["GET", "POST", "DELETE"];
        foreach (var path in (ReadOnlySpan<string>)[McpPath, McpPath + ToolsetEndpoint.Pattern])
        {
            var endpoint = app.MapGroup(path);
            endpoint.MapMcp();
            endpoint.MapMethods("", s_methods.Except(served), context => RefuseMethodAsync(context, served));
            if (options.HasSignIn)
                endpoint.RequireAuthorization();
        }

        if (options.OAuth is { } oauth)
            app.MapResourceMetadata(oauth);
        if (options.OAuth?.Browser is not null)
            BrowserSignIn.Map(app);
        app.MapRest(options.HasSignIn);
        ConsoleRoutes.Map(app, options.HasSignIn);
        app.MapGet(HealthPath + "/live", context => WriteTextAsync(context, StatusCodes.Status200OK, "live"));
        app.MapGet(HealthPath + "/ready", ReadyAsync);
    }

    /// <summary>A stream ends with the token that it was opened with, and a caller has a number of them.</summary>
    private static void BoundStreams(IApplicationBuilder app, ServerOptions options, StreamLimit? limit)
    {
        if (options.HasSignIn)
            app.Use(new StreamEnd(app.ApplicationServices.GetRequiredService<AccessTokens>(), app.ApplicationServices.GetRequiredService<TimeProvider>()).ApplyAsync);
        if (limit is not null)
            app.Use(limit.ApplyAsync);
    }

    private static Task RefuseMethodAsync(HttpContext context, string[] served)
    {
        context.Response.Headers.Allow = string.Join(", ", served);
        return HttpRefusal.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, $"The methods of this endpoint: {string.Join(", ", served)}.");
    }

    /// <summary>Ready means that the store takes a write.</summary>
    private static async Task ReadyAsync(HttpContext context)
    {
        try
        {
            await context.RequestServices.GetRequiredService<IConversationStore>().CheckAsync(context.RequestAborted);
            await WriteTextAsync(context, StatusCodes.Status200OK, "ready");
        }
        catch (StoreUnavailableException e)
        {
            await WriteTextAsync(context, StatusCodes.Status503ServiceUnavailable, $"not ready: {e.Message}");
        }
    }

    private static async Task SayWhereToLookAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false } && context.GetEndpoint() is null
            && !RestRoutes.Contains(context.Request.Path))
            await WriteTextAsync(context, StatusCodes.Status404NotFound, $"Nothing is here. MCP is served at /mcp, one toolset alone at {ToolsetEndpoint.All}, the console for people at {ConsolePages.Path}, and / says how to connect.");
    }

    private static Task WriteTextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
