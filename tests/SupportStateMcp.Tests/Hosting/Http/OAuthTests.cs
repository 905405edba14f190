using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Web;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Authentication;
using ModelContextProtocol.Client;
using SupportStateMcp.Hosting;
using SupportStateMcp.Hosting.Http;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>Sign-in with access tokens of a real provider, at every address that asks who calls.</summary>
public sealed class OAuthTests : IAsyncLifetime
{
    private readonly string _static = AccessToken.Create();
    private readonly FakeTime _time = new(TimeProvider.System.GetUtcNow());
    private TokenProvider _provider = null!;
    private RestProbe _server = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await TokenProvider.StartAsync();
        _server = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_right_token_lets_its_owner_in(bool elliptic)
    {
        if (elliptic)
        {
            _provider.Keys.Insert(0, TokenProvider.NewEc());
            _time.Advance(ProviderKeys.LeastPause);
        }

        var token = _provider.Token();

        using var mcp = await _server.ListToolsAsync(token);
        using var one = await _server.ListToolsAsync(token, "/mcp/knowledge");
        using var rest = await _server.GetAsync("/support/probe/T-1", token);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK], [mcp.StatusCode, one.StatusCode, rest.StatusCode]);
        Assert.Contains("human:alice agent", await rest.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_a_client_is_told_where_to_get_one()
    {
        using var response = await _server.ListToolsAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(
            $"Bearer resource_metadata=\"{_server.Address}.well-known/oauth-protected-resource/mcp\"", Assert.Single(response.Headers.GetValues("WWW-Authenticate")));
        Assert.Contains(_provider.Issuer, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mcp")]
    [InlineData("mcp/knowledge")]
    public async Task The_official_client_finds_the_provider_and_signs_in_by_itself(string path)
    {
        var endpoint = new Uri(_server.Address, path);
        await using var client = await McpClient.CreateAsync(
            new HttpClientTransport(new HttpClientTransportOptions
            {
                Endpoint = endpoint,
                TransportMode = HttpTransportMode.StreamableHttp,
                OAuth = Client(),
            }),
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.NotEmpty(await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal([endpoint.ToString()], _provider.Resources.Distinct());
    }

    [Fact]
    public async Task Tokens_of_the_list_stay_beside_those_of_the_provider()
    {
        using var known = await _server.ListToolsAsync(_static);
        using var unknown = await _server.ListToolsAsync(AccessToken.Create());
        // Four parts and five are none of the provider's.
        using var encrypted = await _server.ListToolsAsync(_provider.Token() + ".x.y");

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized], [known.StatusCode, unknown.StatusCode, encrypted.StatusCode]);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("/mcp", "/mcp")]
    [InlineData("/mcp/knowledge", "/mcp/knowledge")]
    public async Task The_metadata_names_resource_and_provider_to_anybody(string suffix, string resource)
    {
        using var response = await _server.GetAsync("/.well-known/oauth-protected-resource" + suffix);
        var metadata = await RestProbe.JsonOf(response);

        Assert.Equal((HttpStatusCode.OK, "application/json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal(_server.Address.ToString().TrimEnd('/') + resource, (string?)metadata["resource"]);
        Assert.Equal([_provider.Issuer], metadata["authorization_servers"]!.AsArray().Select(i => (string?)i));
        Assert.Equal(["header"], metadata["bearer_methods_supported"]!.AsArray().Select(i => (string?)i));
    }

    [Fact]
    public async Task The_metadata_of_what_is_not_there_is_not_there()
    {
        using var response = await _server.GetAsync("/.well-known/oauth-protected-resource/mcp/nonsense");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("""{"scope":"openid desk.read"}""", false)]
    [InlineData("{}", false)]
    [InlineData("""{"scope":"desk.read desk.write"}""", true)]
    [InlineData("""{"scp":["desk.write","desk.read"]}""", true)]
    public async Task A_token_that_lacks_a_scope_may_not(string claims, bool passes)
    {
        await using var server = await StartAsync(o => o with { RequiredScopes = ["desk.read", "desk.write"] });

        using var response = await server.ListToolsAsync(_provider.Token(claims));

        Assert.Equal(passes ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
        if (!passes)
        {
            Assert.Equal(
                $"Bearer error=\"insufficient_scope\", error_description=\"The token lacks a scope\", scope=\"desk.read desk.write\", resource_metadata=\"{server.Address}.well-known/oauth-protected-resource/mcp\"",
                Assert.Single(response.Headers.GetValues("WWW-Authenticate")));
        }

        using var metadata = await server.GetAsync("/.well-known/oauth-protected-resource/mcp");
        Assert.Equal(["desk.read", "desk.write"], (await RestProbe.JsonOf(metadata))["scopes_supported"]!.AsArray().Select(i => (string?)i));
    }

    [Fact]
    public async Task A_token_without_a_role_is_not_asked_for_scopes_that_it_has()
    {
        await using var server = await StartAsync(o => o with { RequiredScopes = ["desk"], DefaultRoles = Roles.None });

        using var response = await server.ListToolsAsync(_provider.Token("""{"scope":"desk"}"""));

        Assert.Equal((HttpStatusCode.Forbidden, 0), (response.StatusCode, response.Headers.WwwAuthenticate.Count));
        Assert.Contains("names none of the roles", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mcp")]
    [InlineData("mcp/knowledge")]
    public async Task A_provider_may_give_tokens_for_the_one_address_that_a_client_names(string path)
    {
        _provider.HonoursResource = true;
        await using var server = await StartAsync(o => o with { Audience = "http://desk.example/mcp" }, o => o with { AllowedHosts = ["desk.example"] });
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var to = context.DnsEndPoint.Host == "desk.example" ? new DnsEndPoint(server.Address.Host, server.Address.Port) : context.DnsEndPoint;
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(to, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        var endpoint = new Uri($"http://desk.example/{path}");
        await using var client = await McpClient.CreateAsync(
            new HttpClientTransport(
                new HttpClientTransportOptions { Endpoint = endpoint, TransportMode = HttpTransportMode.StreamableHttp, OAuth = Client() }, http, loggerFactory: null, ownsHttpClient: false),
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.NotEmpty(await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal([endpoint.ToString()], _provider.Resources.Distinct());
    }

    [Theory]
    [InlineData("http://desk.example", HttpStatusCode.OK)]
    [InlineData("http://desk.example/mcp/", HttpStatusCode.OK)]
    [InlineData("http://desk.example/mcp/dreams", HttpStatusCode.Unauthorized)]
    [InlineData("http://desk.example/other", HttpStatusCode.Unauthorized)]
    [InlineData("http://other.example", HttpStatusCode.Unauthorized)]
    public async Task Tokens_for_the_addresses_of_this_server_count_and_no_others(string audience, HttpStatusCode status)
    {
        await using var server = await StartAsync(o => o with { Audience = "http://desk.example/mcp" });

        Assert.Equal(status, await StatusAsync(_provider.Token($$"""{"aud":"{{audience}}"}"""), server));
    }

    [Fact]
    public async Task Keys_change_without_a_restart()
    {
        var (old, next) = (_provider.Token(), TokenProvider.NewEc());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(old));
        _time.Advance(ProviderKeys.LeastPause);

        _provider.Keys[0] = next;
        var token = _provider.Token();

        // The first request that shows the new key waits for it; what the provider has withdrawn counts no more.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(old));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_keeps_the_server_from_no_key()
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_provider.Token()));
        _time.Advance(TimeSpan.FromSeconds(-20));
        _time.Pass(ProviderKeys.LeastPause);

        _provider.Keys[0] = TokenProvider.NewEc();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_provider.Token()));

        // Also what the provider has withdrawn is known in time.
        Assert.Equal(2, _provider.Asked);
        _time.Pass(ProviderKeys.RefreshAfter);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_provider.Token()));
        await Eventually.TrueAsync(() => _provider.Asked == 3, () => $"It asked {_provider.Asked} times.");
    }

    [Fact]
    public async Task Keys_that_nobody_knows_do_not_make_the_server_ask_on_and_on()
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_provider.Token()));
        _time.Advance(ProviderKeys.LeastPause);
        var started = TimeProvider.System.GetTimestamp();

        var forged = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => StatusAsync(_provider.Token(key: TokenProvider.NewEc()))));

        Assert.All(forged, status => Assert.Equal(HttpStatusCode.Unauthorized, status));
        // Where a busy machine takes longer than the pause, once more.
        Assert.InRange(_provider.Asked, 2, 2 + (int)(TimeProvider.System.GetElapsedTime(started) / ProviderKeys.LeastPause));
    }

    [Fact]
    public async Task While_the_provider_is_silent_nobody_new_is_let_in()
    {
        _provider.IsDown = true;
        await using var server = await StartAsync();
        var token = _provider.Token();

        using (var response = await server.ListToolsAsync(token))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "10"), (response.StatusCode, response.Headers.RetryAfter?.ToString()));
            Assert.Contains("does not say its keys", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(token, server));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_static, server));
        _provider.IsDown = false;
        _time.Advance(ProviderKeys.LeastPause);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token, server));
        Assert.Single(server.Log.Lines, l => l.Contains("does not say its keys", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_that_are_known_count_for_a_day_while_the_provider_is_silent()
    {
        var token = _provider.Token($$"""{"exp":{{_time.GetUtcNow().AddDays(3).ToUnixTimeSeconds()}}}""");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token));
        _provider.IsDown = true;

        _time.Advance(ProviderKeys.Oldest - TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token));

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(token));
    }

    [Fact]
    public async Task While_the_provider_is_silent_a_token_with_a_new_key_is_no_wrong_token()
    {
        var known = _provider.Token();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(known));
        _provider.IsDown = true;
        _time.Advance(ProviderKeys.LeastPause);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(_provider.Token(key: TokenProvider.NewEc())));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(known));
    }

    [Fact]
    public async Task A_provider_that_names_another_issuer_is_not_believed()
    {
        _provider.NamedIssuer = "https://evil.example";
        await using var server = await StartAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(_provider.Token(), server));
        Assert.Single(server.Log.Lines, l => l.Contains("names another issuer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_counts_until_it_has_expired_by_the_clock_of_the_server()
    {
        var end = _time.GetUtcNow().AddMinutes(5);
        var token = _provider.Token($$"""{"exp":{{end.ToUnixTimeSeconds()}}}""");

        _time.Advance(TimeSpan.FromMinutes(5) + OAuthScheme.ClockSkew - TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token));
    }

    [Fact]
    public async Task A_stream_ends_with_the_token_that_it_was_opened_with()
    {
        // The clock of this server stands still, its timers do not.
        var token = _provider.Token($$"""{"exp":{{_time.GetUtcNow().AddSeconds(3).ToUnixTimeSeconds()}}}""");
        using var request = ListeningServer.Modern(
            new Uri(_server.Address, "/mcp"), "subscriptions/listen", "\"notifications\":{\"resourceSubscriptions\":[\"support://workflow\"]}");
        request.Headers.Authorization = new("Bearer", token);
        using var response = await _server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        var told = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken).WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);

        Assert.Contains("acknowledged", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"sub":"pay","client_id":"pay","roles":["agent","approver","supervisor"]}""", "ai:pay", false)]
    [InlineData("""{"sub":null,"client_id":"pay","roles":["agent","approver"]}""", "ai:pay", false)]
    [InlineData("""{"sub":"pay@clients","client_id":null,"azp":"pay","roles":["agent","approver"]}""", "ai:pay", false)]
    [InlineData("""{"sub":"alice","client_id":null,"roles":["agent","approver"]}""", "ai:alice", false)]
    [InlineData("""{"sub":"alice","act":{"sub":"pay"},"client_id":"pay","roles":["agent","approver"]}""", "ai:pay", false)]
    [InlineData("""{"sub":"alice"}""", "human:alice", false)]
    [InlineData("""{"sub":"alice","roles":["billing-admin"]}""", "human:alice", false)]
    [InlineData("""{"sub":"alice","roles":["billing-admin","approver"]}""", "human:alice", true)]
    [InlineData("""{"sub":"alice","roles":"supervisor"}""", "human:alice", true)]
    public async Task A_person_with_the_role_decides_and_no_program_ever(string claims, string actor, bool decides)
    {
        var bot = _provider.ClientToken("bot");
        await _server.CallToolAsync(bot, "initialize_conversation", """{"user_id":"u","ticket_id":"D-1"}""");
        var asked = await _server.CallToolAsync(bot, "request_approval", """{"conversation_id":"cs-D-1","action":"refund","arguments":{"amount":900},"reason":"broken"}""");
        var approval = (string)asked["approval_id"]!;
        var token = _provider.Token(claims);
        await AnswerItselfAsync(token, approval);

        var answer = await _server.CallToolAsync(token, "decide_approval", $$"""{"approval_id":"{{approval}}","approved":true}""");

        Assert.Equal(decides ? null : "not_authorized", (string?)answer["code"]);
        var now = await _server.CallToolAsync(bot, "get_approval", $$"""{"approval_id":"{{approval}}"}""");
        Assert.Equal(decides ? "granted" : "pending", (string?)now["status"]);
        if (decides)
            Assert.Equal(actor, (string?)now["votes"]![0]!["by"]);
        using var rest = await _server.GetAsync("/support/probe/T-1", token);
        Assert.Contains(actor + " ", await rest.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    /// <summary>Asks the person in front of a program, and answers in their place: in the rounds of a call, and by an update of a task.</summary>
    private async Task AnswerItselfAsync(string token, string approval)
    {
        const string Yes = """{"action":"accept","content":{"approved":true}}""";
        const string Request = """
            "name":"request_approval","arguments":{"conversation_id":"cs-D-1","action":"refund","arguments":{"amount":900},"reason":"broken","ask":true}
            """;
        var round = await ResultAsync("tools/call", Request, "request_approval");
        if ((string?)round["requestState"] is { } state)
            await ResultAsync("tools/call", $"{Request},\"requestState\":\"{state}\",\"inputResponses\":{{\"decision\":{Yes}}}", "request_approval");

        var task = await ResultAsync("tasks/get", $"\"taskId\":\"{approval}\"", approval);
        foreach (var (question, _) in task["inputRequests"]?.AsObject() ?? [])
            await ResultAsync("tasks/update", $"\"taskId\":\"{approval}\",\"inputResponses\":{{\"{question}\":{Yes}}}", approval);

        async Task<JsonNode> ResultAsync(string method, string parameters, string name)
        {
            using var response = await _server.SendAsync(
                ListeningServer.Modern(new Uri(_server.Address, "/mcp"), method, parameters, name, """{"elicitation":{},"extensions":{"io.modelcontextprotocol/tasks":{}}}"""), token);
            return HttpReply.ResultOf(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    private Task<RestProbe> StartAsync(Func<OAuthOptions, OAuthOptions>? with = null, Func<ServerOptions, ServerOptions>? server = null) => RestProbe.StartAsync(
        o => (server ?? (x => x))(o with
        {
            OAuth = (with ?? (x => x))(new OAuthOptions(_provider.Issuer, TokenProvider.Audience)),
            Tokens = [new AccessToken(AccessToken.Digest(_static), new Caller(new Actor(ActorKind.Ai, "listed"), Roles.Agent))],
        }),
        services => services.AddSingleton<TimeProvider>(_time));

    private static ClientOAuthOptions Client()
    {
        return new ClientOAuthOptions
        {
            RedirectUri = new Uri("http://127.0.0.1:1/callback"),
            ClientId = TokenProvider.ClientId,
            ClientSecret = TokenProvider.ClientSecret,
            Scopes = ["openid"],
            AuthorizationCallbackHandler = AgreeAsync,
        };

        static async Task<AuthorizationResult?> AgreeAsync(AuthorizationCallbackContext context, CancellationToken cancellationToken)
        {
            using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
            using var response = await browser.GetAsync(context.AuthorizationUri, cancellationToken);
            var back = HttpUtility.ParseQueryString(response.Headers.Location!.Query);
            return new AuthorizationResult { Code = back["code"], State = back["state"] };
        }
    }

    private async Task<HttpStatusCode> StatusAsync(string token, RestProbe? server = null)
    {
        using var response = await (server ?? _server).ListToolsAsync(token);
        return response.StatusCode;
    }
}
