using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>Toolsets over HTTP: together at <c>/mcp</c>, each alone at <c>/mcp/{set}</c>, bounded by what a token has.</summary>
public sealed class ToolsetEndpointTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly string _whole = AccessToken.Create();
    private readonly string _researcher = AccessToken.Create();
    private WebApplication _app = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => StartAsync(o => o);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task Each_set_is_a_server_of_its_own(string? revision)
    {
        foreach (var set in ToolsetNames.Each(ToolsetNames.Every))
        {
            await using var client = await ListeningServer.ConnectAsync(At(set), revision);

            Assert.Equal([ToolsetProbes.NameOf(set)], await ProbesAsync(client));
            Assert.Equal("It was called.", TextOf(await ConnectedServer.CallAsync(client, ToolsetProbes.NameOf(set), "{}")));
            Assert.NotEqual("Support desk state", client.ServerInfo!.Title);
            Assert.Equal(set == Toolsets.Conversations, client.ServerInstructions!.Contains("initialize_conversation", StringComparison.Ordinal));
            Assert.Equal(set == Toolsets.Conversations, (await client.ListPromptsAsync(cancellationToken: Stop)).Any(p => p.Name == "support_agent"));
            Assert.Equal(set == Toolsets.Conversations, (await client.ListResourcesAsync(cancellationToken: Stop)).Any(r => r.Uri == "support://workflow"));
        }
    }

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task The_usual_sets_are_together_at_one_address(string revision)
    {
        await using var client = await ListeningServer.ConnectAsync(All, revision);

        Assert.Equal(["probe_conversations", "probe_knowledge", "probe_tickets"], await ProbesAsync(client));
        Assert.Equal(
            "probe_crm is in the toolset crm, and this address serves conversations, tickets and knowledge only. Nothing was done; connect to /mcp/crm of this server to have it.",
            await RefusedAsync(client, "probe_crm"));
    }

    [Fact]
    public async Task At_the_address_of_one_set_the_others_are_refused()
    {
        await using var client = await ListeningServer.ConnectAsync(At(Toolsets.Knowledge));

        Assert.Equal(
            "get_state is in the toolset conversations, and this address serves knowledge only. Nothing was done; connect to /mcp/conversations of this server to have it.",
            await RefusedAsync(client, "get_state"));
    }

    [Theory]
    [InlineData("/mcp/dreams")]
    [InlineData("/mcp/none")]
    [InlineData("/mcp/conversations,crm")]
    [InlineData("/mcp/crm%2Fx")]
    public async Task An_unknown_set_is_not_found_and_the_sets_are_named(string path)
    {
        var (status, reply, _) = await PostAsync(path, null);

        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal(
            """{"jsonrpc":"2.0","id":"q","error":{"code":-32600,"message":"There is no such toolset. One alone is served at /mcp/conversations, /mcp/tickets, /mcp/knowledge, /mcp/crm, /mcp/memory, /mcp/tasks, /mcp/versions, /mcp/context; /mcp serves those that are configured."}}""",
            reply);
    }

    [Theory]
    [InlineData("/mcp/CRM")]
    [InlineData("/mcp/crm/")]
    public async Task The_name_of_a_set_has_no_case(string path) => Assert.Equal(HttpStatusCode.OK, (await PostAsync(path, null)).Status);

    [Theory]
    [InlineData("/mcp")]
    [InlineData("/mcp/knowledge")]
    public async Task A_list_is_for_the_caches_of_one_caller(string path) =>
        Assert.Contains("\"cacheScope\":\"private\"", (await PostAsync(path, null)).Reply, StringComparison.Ordinal);

    [Fact]
    public async Task What_a_server_was_started_with_is_what_it_has()
    {
        await RestartAsync(o => o with { Toolsets = Toolsets.Knowledge | Toolsets.Tickets });
        await using var client = await ListeningServer.ConnectAsync(All);

        Assert.Equal(["probe_knowledge", "probe_tickets"], await ProbesAsync(client));
        Assert.EndsWith("the operator can switch it on with --toolsets tickets,knowledge,crm, or tools.sets.", await RefusedAsync(client, "probe_crm"), StringComparison.Ordinal);
        var (status, reply, _) = await PostAsync("/mcp/crm", null);
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("This server was started without the toolset crm; it serves /mcp/tickets, /mcp/knowledge. --toolsets or tools.sets switches a set on.", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_has_the_sets_that_it_was_given()
    {
        await RestartAsync(WithTokens);
        await using var client = await ListeningServer.ConnectAsync(All, token: _researcher);

        Assert.Equal(["probe_crm", "probe_knowledge"], await ProbesAsync(client));
        Assert.Equal(
            "get_state is in the toolset conversations, and the token of this connection has knowledge and crm only. Nothing was done; the operator can add conversations to the toolsets of the token (http.tokens).",
            await RefusedAsync(client, "get_state"));
        await using var alone = await ListeningServer.ConnectAsync(At(Toolsets.Crm), token: _researcher);
        Assert.Equal(["probe_crm"], await ProbesAsync(alone));
    }

    [Fact]
    public async Task A_token_that_was_given_none_has_those_of_the_server()
    {
        await RestartAsync(WithTokens);
        await using var client = await ListeningServer.ConnectAsync(All, token: _whole);
        await using var alone = await ListeningServer.ConnectAsync(At(Toolsets.Crm), token: _whole);

        Assert.Equal(["probe_conversations", "probe_knowledge", "probe_tickets"], await ProbesAsync(client));
        Assert.Equal(["probe_crm"], await ProbesAsync(alone));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_address_of_a_set_that_a_token_does_not_have_is_forbidden(bool handshake)
    {
        await RestartAsync(o => WithTokens(o) with { Sessions = handshake ? HttpSessions.Handshake : HttpSessions.None });

        var (status, reply, headers) = await PostAsync("/mcp/tickets", _researcher);

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("The token does not have the toolset tickets; it may call /mcp/knowledge, /mcp/crm.", reply, StringComparison.Ordinal);
        Assert.StartsWith("Bearer error=\"insufficient_scope\"", headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/support/status/T-1", null, "/support", "tickets")]
    [InlineData("POST", "/support/ticket", "{}", "/support", "tickets")]
    [InlineData("POST", "/support/approve/T-1", """{"approved":true}""", "/support", "tickets")]
    [InlineData("GET", "/events/stream", null, "/events/stream", "conversations")]
    [InlineData("POST", "/events", """{"specversion":"1.0","id":"e","source":"/s","type":"customer.request","data":{}}""", "customer.request", "tickets")]
    [InlineData("POST", "/events", """{"specversion":"1.0","id":"e","source":"/s","type":"customer.message","data":{}}""", "customer.message", "conversations")]
    public async Task A_token_has_its_sets_over_REST_as_well(string method, string path, string? body, string what, string set)
    {
        await RestartAsync(WithTokens);

        var (status, problem) = await RestAsync(method, path, body, _researcher);

        Assert.Equal((HttpStatusCode.Forbidden, "toolset_not_enabled", what, set, "token"),
            (status, (string?)problem["code"], (string?)problem["name"], (string?)problem["toolset"], (string?)problem["limited_by"]));
        Assert.NotEqual("toolset_not_enabled", (string?)(await RestAsync(method, path, body, _whole)).Problem["code"]);
    }

    [Fact]
    public async Task Over_REST_a_server_has_what_it_was_started_with()
    {
        await RestartAsync(o => o with { Toolsets = Toolsets.Knowledge });

        var (status, problem) = await RestAsync("GET", "/support/status/T-1", null, null);

        Assert.Equal((HttpStatusCode.Forbidden, "tickets", "server"), (status, (string?)problem["toolset"], (string?)problem["limited_by"]));
    }

    [Theory]
    [InlineData("/mcp/knowledge")]
    [InlineData("/mcp/dreams")]
    public async Task Without_a_token_nobody_is_told_of_sets(string path)
    {
        await RestartAsync(WithTokens);

        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(path, null)).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_has_at_no_address_more_than_that_address_serves(bool hasTokens)
    {
        await RestartAsync(o => (hasTokens ? WithTokens(o) : o) with { Sessions = HttpSessions.Handshake });
        var token = hasTokens ? _researcher : null;
        var session = await InitializeAsync("/mcp/knowledge", token);

        Assert.Equal("probe_knowledge", await ToolsOfSessionAsync("/mcp/knowledge"));
        // Of somebody without a name, it belongs to the address that it began at.
        Assert.Equal(hasTokens ? "probe_crm" : "Forbidden", await ToolsOfSessionAsync("/mcp/crm"));
        Assert.Equal(hasTokens ? "probe_crm probe_knowledge" : "Forbidden", await ToolsOfSessionAsync("/mcp"));

        async Task<string> ToolsOfSessionAsync(string path)
        {
            using var request = With(token, ListeningServer.Post(new Uri(All, path), """{"jsonrpc":"2.0","id":2,"method":"tools/list"}"""));
            request.Headers.Add("Mcp-Session-Id", session);
            using var response = await _http.SendAsync(request, Stop);
            if (response.StatusCode != HttpStatusCode.OK)
                return response.StatusCode.ToString();
            var tools = HttpReply.ResultOf(await response.Content.ReadAsStringAsync(Stop))["tools"]!.AsArray();
            return string.Join(' ', ToolsetProbes.Of(tools.Select(t => (string)t!["name"]!)));
        }
    }

    [Fact]
    public async Task Who_listens_is_granted_what_the_address_serves()
    {
        const string Wanted = """
            "notifications":{"resourceSubscriptions":["support://workflow","support://conversations/cs-T"]}
            """;
        using var request = ListeningServer.Modern(At(Toolsets.Knowledge), "subscriptions/listen", Wanted);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Stop));

        string? line;
        do
            line = await lines.ReadLineAsync(Stop);
        while (line is not null && !line.StartsWith("data: ", StringComparison.Ordinal));

        Assert.Equal("{}", JsonNode.Parse(line!["data: ".Length..])!["params"]!["notifications"]!.ToJsonString());
    }

    [Fact]
    public async Task POST_is_the_one_method_of_each_address()
    {
        using var response = await _http.GetAsync(At(Toolsets.Crm), Stop);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("/mcp/crm", true)]
    [InlineData("/mcp/dreams", false)]
    public async Task A_browser_is_shown_the_page_at_each_address(string path, bool isShown)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(All, path));
        request.Headers.Accept.ParseAdd("text/html");
        using var response = await _http.SendAsync(request, Stop);

        Assert.Equal(isShown, response.Content.Headers.ContentType!.MediaType == "text/html");
        if (isShown)
            Assert.Contains($"{All}/knowledge", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_of_the_handshake_keeps_its_name_at_each_address()
    {
        await using var client = await ListeningServer.ConnectAsync(At(Toolsets.Conversations), "2025-11-25");
        await ConnectedServer.CallAsync(client, "initialize_conversation", """{"user_id":"u","ticket_id":"N-1"}""");

        var trail = ConnectedServer.Structured(await ConnectedServer.CallAsync(client, "get_events", """{"conversation_id":"cs-N-1"}"""));

        Assert.Equal("ai:tests", (string?)trail["events"]![0]!["actor"]);
    }

    private Uri All => new(_app.Urls.Single() + "/mcp");

    private Uri At(Toolsets set) => new($"{All}/{ToolsetNames.Of(set).Single()}");

    private ServerOptions WithTokens(ServerOptions options) => options with
    {
        Tokens =
        [
            new AccessToken(AccessToken.Digest(_whole), new Caller(new Actor(ActorKind.Ai, "bot"), Roles.Agent)),
            new AccessToken(AccessToken.Digest(_researcher), new Caller(new Actor(ActorKind.Ai, "researcher"), Roles.Agent), Toolsets.Knowledge | Toolsets.Crm),
        ],
    };

    private async Task RestartAsync(Func<ServerOptions, ServerOptions> with)
    {
        await _app.DisposeAsync();
        await StartAsync(with);
    }

    private async ValueTask StartAsync(Func<ServerOptions, ServerOptions> with)
    {
        _app = HttpHost.Build(
            with(new ServerOptions { Backend = Backend.Sqlite, Directory = _directory.Path, Url = new Uri("http://127.0.0.1:0") }),
            ToolsetProbes.AddTo);
        await _app.StartAsync(Stop);
    }

    private async Task<(HttpStatusCode Status, string Reply, HttpResponseHeaders Headers)> PostAsync(string path, string? token)
    {
        using var request = With(token, ListeningServer.Modern(new Uri(_app.Urls.Single() + path), "tools/list"));
        using var response = await _http.SendAsync(request, Stop);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Stop), response.Headers);
    }

    /// <summary>The answer of a route; of a stream that opens, its status alone.</summary>
    private async Task<(HttpStatusCode Status, JsonNode Problem)> RestAsync(string method, string path, string? body, string? token)
    {
        using var request = With(token, new HttpRequestMessage(new HttpMethod(method), new Uri(_app.Urls.Single() + path)));
        if (body is not null)
            request.Content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        return (response.StatusCode, response.IsSuccessStatusCode ? new JsonObject() : await RestProbe.JsonOf(response));
    }

    private static HttpRequestMessage With(string? token, HttpRequestMessage request)
    {
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    private async Task<string> InitializeAsync(string path, string? token)
    {
        using var request = With(token, ListeningServer.Post(
            new Uri(All, path), """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"raw","version":"1"} } }"""));
        using var response = await _http.SendAsync(request, Stop);
        Assert.True(response.Headers.TryGetValues("Mcp-Session-Id", out var id), await response.Content.ReadAsStringAsync(Stop));
        return id.Single();
    }

    private static async Task<IEnumerable<string>> ProbesAsync(McpClient client) =>
        ToolsetProbes.Of((await client.ListToolsAsync(cancellationToken: Stop)).Select(t => t.Name));

    private static async Task<string> RefusedAsync(McpClient client, string tool)
    {
        var result = await ConnectedServer.CallAsync(client, tool, "{}");
        Assert.True(result.IsError);
        Assert.Equal("toolset_not_enabled", (string?)ConnectedServer.Structured(result)["code"]);
        return TextOf(result);
    }

    private static string TextOf(CallToolResult result) => Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;
}
