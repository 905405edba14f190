using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Tests.Support;

/// <summary>The server over HTTP, in this process, with people who sign in to its console and an AI that asks them.</summary>
public sealed class ConsoleServer : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Func<ServerOptions, ServerOptions> _with;
    private readonly Action<IServiceCollection>? _configure;
    private readonly Action<WebApplication>? _routes;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });
    private WebApplication _app = null!;

    public ConsoleServer() : this(o => o)
    {
    }

    internal ConsoleServer(Func<ServerOptions, ServerOptions> with, Action<IServiceCollection>? configure = null, Action<WebApplication>? routes = null) =>
        (_with, _configure, _routes) = (with, configure, routes);

    /// <summary>An agent and approver.</summary>
    public string Alice { get; } = AccessToken.Create();

    /// <summary>Another one.</summary>
    public string Bob { get; } = AccessToken.Create();

    /// <summary>A supervisor.</summary>
    public string Sue { get; } = AccessToken.Create();

    /// <summary>An AI.</summary>
    public string Bot { get; } = AccessToken.Create();

    public Uri Address => new(_app.Urls.Single());

    internal IServiceProvider Services => _app.Services;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = HttpHost.Build(_with(new ServerOptions
        {
            Backend = Backend.Sqlite,
            Directory = _directory.Path,
            Url = new Uri("http://127.0.0.1:0"),
            Tokens =
            [
                Token(Alice, ActorKind.Human, "alice", Roles.Agent | Roles.Approver), Token(Bob, ActorKind.Human, "bob", Roles.Agent | Roles.Approver),
                Token(Sue, ActorKind.Human, "sue", Roles.Supervisor), Token(Bot, ActorKind.Ai, "bot", Roles.Agent),
            ],
        }), services =>
        {
            services.AddPatience();
            _configure?.Invoke(services);
        });
        _routes?.Invoke(_app);
        await _app.StartAsync(Stop);
    }

    internal static async Task<ConsoleServer> StartAsync(
        Func<ServerOptions, ServerOptions> with, Action<IServiceCollection>? configure = null, Action<WebApplication>? routes = null)
    {
        var server = new ConsoleServer(with, configure, routes);
        await server.InitializeAsync();
        return server;
    }

    /// <summary>Calls a tool; its structured content, also that of a refusal.</summary>
    internal async Task<JsonNode> CallAsync(string? token, string tool, JsonObject arguments, string set = "conversations")
    {
        using var request = ListeningServer.Modern(new Uri(Address, $"/mcp/{set}"), "tools/call", $"\"name\":\"{tool}\",\"arguments\":{arguments.ToJsonString()}", tool);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request, Stop);
        return HttpReply.ResultOf(await response.Content.ReadAsStringAsync(Stop))["structuredContent"]!;
    }

    /// <summary>Opens a conversation in which a customer was answered by the AI.</summary>
    internal async Task<string> TalkAsync(string ticket, string customer, string says, string priority = "medium")
    {
        await DoAsync("initialize_conversation", new JsonObject { ["user_id"] = customer, ["ticket_id"] = ticket, ["priority"] = priority, ["description"] = says });
        var id = $"cs-{ticket}";
        var turn = await DoAsync("begin_turn", new JsonObject { ["conversation_id"] = id, ["message_id"] = $"mail-{ticket}", ["content"] = says });
        await DoAsync("complete_turn", new JsonObject { ["turn_token"] = (string)turn["turn_token"]!, ["content"] = "Let me look into it.", ["new_state"] = "processing" });
        return id;

        async Task<JsonNode> DoAsync(string tool, JsonObject arguments)
        {
            var answer = await CallAsync(Bot, tool, arguments);
            Assert.True(answer["code"] is null, $"{tool}: {answer}");
            return answer;
        }
    }

    /// <summary>The AI asks for a refund; the id of the approval.</summary>
    internal async Task<string> AskAsync(string conversation, decimal amount, int quorum = 1) => (string)(await CallAsync(Bot, "request_approval", new JsonObject
    {
        ["conversation_id"] = conversation, ["action"] = "issue_refund", ["arguments"] = new JsonObject { ["order"] = "4711", ["amount"] = amount }, ["reason"] = "arrived broken", ["quorum"] = quorum,
    }))["approval_id"]!;

    /// <summary>Waits until a ticket is as wanted; the ticket.</summary>
    internal async Task<JsonNode> UntilAsync(string ticket, string status)
    {
        JsonNode? found = null;
        await Eventually.TrueAsync(
            async () => (string?)(found = await CallAsync(Bot, "ticket_status", new JsonObject { ["ticket_id"] = ticket, ["wait_seconds"] = 30 }, "tickets"))["status"] == status,
            () => $"{ticket}: {found}");
        return found!;
    }

    internal Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? cookie = null, string? body = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, new Uri(Address, path));
        if (body is not null)
            request.Content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        if (cookie is not null)
            request.Headers.TryAddWithoutValidation("Cookie", $"__Host-supportstate={cookie}");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return _http.SendAsync(request, Stop);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        _directory.Dispose();
    }

    private static AccessToken Token(string token, ActorKind kind, string id, Roles roles) => new(AccessToken.Digest(token), new Caller(new Actor(kind, id), roles));
}
