using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Rest;
using SupportStateMcp.Views;

namespace SupportStateMcp.Tests.Support;

/// <summary>The server over HTTP, in this process, with routes beside its own that say what they were given.</summary>
internal sealed class RestProbe : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly WebApplication _app;

    private RestProbe(Func<ServerOptions, ServerOptions> with, Action<IServiceCollection>? configure, bool hasRoutes)
    {
        var options = with(new ServerOptions { Backend = Backend.Sqlite, Directory = _directory.Path, Url = new Uri("http://127.0.0.1:0") });
        _app = HttpHost.Build(options, services =>
        {
            services.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolverChain.Add(ProbeJsonContext.Default));
            services.AddLogging(l => l.AddProvider(new ToLog(Log)));
            services.AddPatience();
            configure?.Invoke(services);
        });
        if (!hasRoutes)
            return;
        var group = RestRoutes.Support(_app, options.Tokens.Count > 0);
        group.MapPost("/probe/{ticket_id}", Write);
        group.MapGet("/probe/{ticket_id}", (string ticket_id, int? wait, RestCaller caller) =>
            Say($"{caller.Caller.Actor} {RoleNames.Of(caller.Caller.Roles)[0]} {ticket_id} {wait}", 7));
        group.MapGet("/held", async () =>
        {
            Entered.TrySetResult();
            await Held.Task;
        });
        group.MapGet("/broken", IResult () => throw new InvalidOperationException("a secret"));
    }

    /// <summary>Is done once a request for <c>/support/held</c> is in.</summary>
    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Keeps that request open until it is done.</summary>
    public TaskCompletionSource Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LogLines<RestProbe> Log { get; } = new();

    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false });

    public Uri Address => new(_app.Urls.Single());

    /// <param name="with">Changes how the server is configured.</param>
    /// <param name="configure">Adds to its services, or changes them.</param>
    /// <param name="hasRoutes">Whether there are routes beside its own.</param>
    public static async Task<RestProbe> StartAsync(
        Func<ServerOptions, ServerOptions>? with = null, Action<IServiceCollection>? configure = null, bool hasRoutes = true)
    {
        var probe = new RestProbe(with ?? (o => o), configure, hasRoutes);
        await probe._app.StartAsync(TestContext.Current.CancellationToken);
        return probe;
    }

    public HttpRequestMessage Post(string body, string? type = "application/json", string path = "/support/probe/T-1")
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (type is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        return new HttpRequestMessage(HttpMethod.Post, new Uri(Address, path)) { Content = content };
    }

    public Task<HttpResponseMessage> GetAsync(string path) => Http.GetAsync(new Uri(Address, path), TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? token = null)
    {
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static async Task<JsonObject> JsonOf(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        _directory.Dispose();
    }

    private sealed class ToLog(ILogger log) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => log;

        public void Dispose()
        {
        }
    }

    private static IResult Write(string ticket_id, RestWrite<ProbeBody> write) => write.TryGet(out var body, out var refusal)
        ? Say($"{write.Caller.Actor} {ticket_id} {body.Approved} {body.FinalSolution ?? "-"} {body.Revise} {write.IdempotencyKey ?? "-"} {write.ExpectedVersion?.ToString() ?? "-"}", 8, replayed: true)
        : refusal;

    /// <summary>Any view will do.</summary>
    private static IResult Say(string what, long version, bool replayed = false) =>
        RestReply.Of(new HealthView { Status = what, Store = "-", Version = "-" }, version: version, replayed: replayed);
}

/// <summary>One such server for the tests of a class.</summary>
public sealed class SharedRestProbe : IAsyncLifetime
{
    internal RestProbe Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RestProbe.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>A body with a member of each kind that routes take.</summary>
internal sealed record ProbeBody
{
    public required bool Approved { get; init; }

    public string? FinalSolution { get; init; }

    public bool Revise { get; init; }

    public int? Number { get; init; }

    public decimal? Amount { get; init; }

    public string[]? Tags { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProbeBody))]
internal sealed partial class ProbeJsonContext : JsonSerializerContext;
