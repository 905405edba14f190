using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Resources;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>What <c>http.sessions: handshake</c> gives to clients of the initialize handshake, and to whom it gives nothing.</summary>
public class SessionTests
{
    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"raw","version":"1"}}}""";

    private const string SessionHeader = "Mcp-Session-Id";

    [Fact]
    public async Task Two_sessions_hear_each_of_what_it_watches()
    {
        await using var host = await Host.StartAsync();
        await using var first = await host.ConnectAsync("2025-11-25");
        await using var second = await host.ConnectAsync("2025-06-18");
        var (mine, theirs) = (await OpenAsync(first, "S-1"), await OpenAsync(second, "S-2"));
        using var firstHears = new Hearing(first);
        using var secondHears = new Hearing(second);
        await first.SubscribeToResourceAsync(ResourceOf(mine), cancellationToken: TestContext.Current.CancellationToken);
        await second.SubscribeToResourceAsync(ResourceOf(theirs), cancellationToken: TestContext.Current.CancellationToken);

        await ChangeAsync(first, theirs);
        await ChangeAsync(second, mine);

        Assert.Equal(ResourceOf(mine), await firstHears.NextAsync());
        Assert.Equal(ResourceOf(theirs), await secondHears.NextAsync());

        // What one of them no longer watches, the other does.
        await second.SubscribeToResourceAsync(ResourceOf(mine), cancellationToken: TestContext.Current.CancellationToken);
        await first.UnsubscribeFromResourceAsync(ResourceOf(mine), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2, host.Store.Watchers);
    }

    [Fact]
    public async Task A_session_that_ends_watches_nothing_more()
    {
        await using var host = await Host.StartAsync();
        var client = await host.ConnectAsync("2025-11-25");
        var id = await OpenAsync(client, "S-3");
        await client.SubscribeToResourceAsync(ResourceOf(id), cancellationToken: TestContext.Current.CancellationToken);
        await client.SubscribeToResourceAsync(ResourceOf(id) + "/history", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2, host.Store.Watchers);

        await client.DisposeAsync();

        await UntilAsync(() => host.Store.Watchers == 0);
    }

    [Fact]
    public async Task A_subscription_that_comes_after_the_end_of_its_session_watches_nothing()
    {
        await using var host = await Host.StartAsync();
        var subscriptions = host.Services.GetRequiredService<ConversationSubscriptions>();
        await using var transport = new StreamableHttpServerTransport { SessionId = "s-5" };
        await using var server = McpServer.Create(transport, new McpServerOptions());
        var late = new RequestContext<SubscribeRequestParams>(
            server, new JsonRpcRequest { Method = RequestMethods.ResourcesSubscribe }, new SubscribeRequestParams { Uri = ResourceOf("cs-S-5") });
        subscriptions.BeginSession(server);
        await subscriptions.SubscribeAsync(late, TestContext.Current.CancellationToken);
        Assert.Equal(1, host.Store.Watchers);
        await subscriptions.EndSessionAsync(server);

        var refusal = await Assert.ThrowsAsync<McpProtocolException>(async () => await subscriptions.SubscribeAsync(late, TestContext.Current.CancellationToken));

        Assert.Equal("This session has ended: begin another one to subscribe.", refusal.Message);
        Assert.Equal(0, host.Store.Watchers);
    }

    [Fact]
    public async Task A_client_is_known_by_its_name_in_all_of_its_session()
    {
        await using var host = await Host.StartAsync();
        await using var client = await host.ConnectAsync("2025-11-25");
        var id = await OpenAsync(client, "S-4");

        var trail = ConnectedServer.Structured(await ConnectedServer.CallAsync(client, "get_events", $$"""{"conversation_id":"{{id}}"}"""));

        Assert.Equal("ai:tests", (string?)trail["events"]![0]!["actor"]);
    }

    [Fact]
    public async Task Clients_of_the_stateless_revision_get_no_session()
    {
        await using var host = await Host.StartAsync();
        using var request = ListeningServer.Modern(host.Endpoint, "tools/list");
        using var response = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains(SessionHeader));
    }

    [Fact]
    public async Task Without_a_session_nothing_is_watched()
    {
        await using var host = await Host.StartAsync();
        using var request = ListeningServer.Modern(host.Endpoint, "resources/subscribe", $$"""
            "uri":"{{ResourceOf("cs-S-6")}}"
            """);
        using var response = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);

        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("-32601", answer, StringComparison.Ordinal);
        Assert.Equal(0, host.Store.Watchers);
    }

    [Fact]
    public async Task A_session_belongs_to_whoever_began_it()
    {
        var (alice, bob) = (AccessToken.Create(), AccessToken.Create());
        await using var host = await Host.StartAsync(
            new AccessToken(AccessToken.Digest(alice), new Caller(new Actor(ActorKind.Human, "alice"), Roles.Agent)),
            new AccessToken(AccessToken.Digest(bob), new Caller(new Actor(ActorKind.Human, "bob"), Roles.Supervisor)));
        using var begun = await host.SendAsync(ListeningServer.Post(host.Endpoint, Initialize), alice);
        var session = begun.Headers.GetValues(SessionHeader).Single();

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(alice));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(bob));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(null));
        // Nor can they end it.
        using var ended = await host.SendAsync(InSession(new HttpRequestMessage(HttpMethod.Delete, host.Endpoint)), bob);
        Assert.Equal(HttpStatusCode.Forbidden, ended.StatusCode);

        async Task<HttpStatusCode> StatusAsync(string? token)
        {
            using var response = await host.SendAsync(
                InSession(ListeningServer.Post(host.Endpoint, """{"jsonrpc":"2.0","id":2,"method":"tools/list"}""")), token);
            return response.StatusCode;
        }

        HttpRequestMessage InSession(HttpRequestMessage request)
        {
            request.Headers.Add(SessionHeader, session);
            return request;
        }
    }

    [Fact]
    public async Task A_word_that_is_no_choice_is_refused_at_the_start()
    {
        var (exitCode, _, errors) = await RecordedConsole.RunAsync(["http"], new Dictionary<string, string> { ["SUPPORTSTATE__HTTP__SESSIONS"] = "sometimes" });

        Assert.Equal(CommandLine.BadConfiguration, exitCode);
        Assert.Contains("sometimes", errors, StringComparison.Ordinal);
        Assert.Contains("none or handshake", errors, StringComparison.Ordinal);
    }

    private static string ResourceOf(string id) => $"support://conversations/{id}";

    private static async Task<string> OpenAsync(McpClient client, string ticket) => (string)ConnectedServer.Structured(await ConnectedServer.CallAsync(
        client, "initialize_conversation", $$"""{"user_id":"u","ticket_id":"{{ticket}}"}"""))["conversation_id"]!;

    private static Task<CallToolResult> ChangeAsync(McpClient client, string id) => ConnectedServer.CallAsync(
        client, "add_message", $$"""{"conversation_id":"{{id}}","role":"user","content":"Hello"}""");

    private static async Task UntilAsync(Func<bool> holds)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Eventually.Patience, "It took too long.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>What a client is told of.</summary>
    private sealed class Hearing : IDisposable
    {
        private readonly System.Threading.Channels.Channel<string> _told = System.Threading.Channels.Channel.CreateUnbounded<string>();
        private readonly IAsyncDisposable _registration;

        public Hearing(McpClient client) => _registration = client.RegisterNotificationHandler(
            NotificationMethods.ResourceUpdatedNotification,
            (notification, _) =>
            {
                _told.Writer.TryWrite((string)notification.Params!["uri"]!);
                return ValueTask.CompletedTask;
            });

        public Task<string> NextAsync() => _told.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience);

        public void Dispose() => _registration.DisposeAsync().AsTask().Wait();
    }

    /// <summary>The server in this process, with sessions.</summary>
    private sealed class Host : IAsyncDisposable
    {
        private readonly TemporaryDirectory _directory = new();
        private readonly WebApplication _app;

        private Host(AccessToken[] tokens) => _app = HttpHost.Build(
            new ServerOptions
            {
                Backend = Backend.Sqlite,
                Directory = _directory.Path,
                Url = new Uri("http://127.0.0.1:0"),
                Sessions = HttpSessions.Handshake,
                Tokens = tokens,
            },
            services =>
            {
                var store = services.Last(s => s.ServiceType == typeof(IConversationStore)).ImplementationType!;
                services.AddSingleton<IConversationStore>(p => new StoreAround((IConversationStore)ActivatorUtilities.CreateInstance(p, store)));
            });

        public Uri Endpoint => new(_app.Urls.Single() + "/mcp");

        public HttpClient Http { get; } = new();

        public IServiceProvider Services => _app.Services;

        public StoreAround Store => (StoreAround)Services.GetRequiredService<IConversationStore>();

        public static async Task<Host> StartAsync(params AccessToken[] tokens)
        {
            var host = new Host(tokens);
            await host._app.StartAsync(TestContext.Current.CancellationToken);
            return host;
        }

        public Task<McpClient> ConnectAsync(string revision) => ListeningServer.ConnectAsync(Endpoint, revision);

        public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? token)
        {
            request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
            return Http.SendAsync(request, TestContext.Current.CancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await _app.StopAsync();
            await _app.DisposeAsync();
            _directory.Dispose();
        }
    }
}
