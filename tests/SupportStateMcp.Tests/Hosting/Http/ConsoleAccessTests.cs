using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>Who the server takes a request of the console for.</summary>
public sealed class ConsoleAccessTests(ConsoleServer server) : IClassFixture<ConsoleServer>
{
    private static readonly (string, string) s_header = ("X-Console", "1");
    private static readonly (string, string) s_same = ("Sec-Fetch-Site", "same-origin");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_that_is_shown_once_comes_back_as_a_cookie_that_no_script_reads()
    {
        using var signedIn = await SignInAsync(server.Alice);
        var session = await JsonOf(signedIn);

        Assert.Equal(HttpStatusCode.OK, signedIn.StatusCode);
        Assert.Equal($"__Host-supportstate={server.Alice}; path=/; secure; samesite=strict; httponly", signedIn.Headers.GetValues("Set-Cookie").Single());
        Assert.Equal(("human:alice", true), ((string?)session["actor"], (bool)session["is_person"]!));
        Assert.Equal(["agent", "approver"], session["roles"]!.AsArray().Select(r => (string)r!));
        Assert.Contains("crm", session["toolsets"]!.AsArray().Select(t => (string)t!));
    }

    [Theory]
    [InlineData("ssm_wrong", HttpStatusCode.Unauthorized)]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("two words", HttpStatusCode.BadRequest)]
    [InlineData("a\\r\\nSet-Cookie: b", HttpStatusCode.BadRequest)]
    [InlineData("a;b", HttpStatusCode.BadRequest)]
    public async Task What_is_no_token_of_this_server_signs_nobody_in(string token, HttpStatusCode status)
    {
        using var response = await SignInAsync(token);

        Assert.Equal(status, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("""{"token":7}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"token":"a","to":"b"}""", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("token=a", HttpStatusCode.BadRequest)]
    public async Task A_sign_in_is_read_strictly(string body, HttpStatusCode status)
    {
        using var response = await server.SendAsync(HttpMethod.Post, "/console/session", null, body, s_header, s_same);

        Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
    }

    [Fact]
    public async Task The_cookie_with_the_header_is_the_person()
    {
        using var response = await ListAsync(server.Alice, s_header, s_same);
        var tools = HttpReply.ResultOf(await response.Content.ReadAsStringAsync(Stop))["tools"]!.AsArray().Select(t => (string)t!["name"]!);

        Assert.Contains("decide_approval", tools);
    }

    [Theory]
    [InlineData(false, "same-origin", null)]
    [InlineData(true, "same-site", null)]
    [InlineData(true, "cross-site", null)]
    [InlineData(true, "none", null)]
    [InlineData(true, null, "http://127.0.0.1:1")]
    [InlineData(true, null, "http://localhost:5173")]
    [InlineData(true, null, "null")]
    public async Task A_cookie_that_another_page_makes_the_browser_send_is_nobody(bool withHeader, string? site, string? origin)
    {
        var headers = new List<(string, string)>();
        if (withHeader)
            headers.Add(s_header);
        if (site is not null)
            headers.Add(("Sec-Fetch-Site", site));
        if (origin is not null)
            headers.Add(("Origin", origin));

        using var call = await ListAsync(server.Alice, [.. headers]);
        using var numbers = await server.SendAsync(HttpMethod.Get, "/console/api/numbers", server.Alice, null, [.. headers]);
        using var decision = await server.SendAsync(HttpMethod.Post, "/support/approve/T-1", server.Alice, """{"approved":true}""", [.. headers]);
        using var session = await server.SendAsync(HttpMethod.Get, "/console/session", server.Alice, null, [.. headers]);

        // Pages of an origin that the server was not told of are refused before.
        Assert.All([call, numbers, decision], r => Assert.True(r.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{r.StatusCode}"));
        Assert.False(session.IsSuccessStatusCode && (bool)(await JsonOf(session))["signed_in"]!);
    }

    [Theory]
    [InlineData("POST", false, null)]
    [InlineData("POST", true, "cross-site")]
    [InlineData("DELETE", false, null)]
    [InlineData("DELETE", true, "same-site")]
    [InlineData("DELETE", true, "same-site", "/console/session/")]
    public async Task Another_page_signs_nobody_in_or_out(string method, bool withHeader, string? site, string path = "/console/session")
    {
        var headers = new List<(string, string)>();
        if (withHeader)
            headers.Add(s_header);
        if (site is not null)
            headers.Add(("Sec-Fetch-Site", site));
        using var response = await server.SendAsync(
            new HttpMethod(method), path, server.Alice, method == "POST" ? new JsonObject { ["token"] = server.Bob }.ToJsonString() : null, [.. headers]);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_page_of_another_origin_is_not_allowed_to_send_cookies()
    {
        using var response = await server.SendAsync(
            HttpMethod.Options, "/mcp", null, null, ("Origin", "http://localhost:5173"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "x-console,content-type"));

        // The origin may call with a token of its own (CORS), never with the browser's cookies.
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task A_token_that_is_shown_outright_goes_before_the_cookie()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/console/session"));
        request.Headers.TryAddWithoutValidation("Cookie", $"__Host-supportstate={server.Alice}");
        request.Headers.Add("X-Console", "1");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", server.Bob);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false });
        using var response = await http.SendAsync(request, Stop);

        Assert.Equal("human:bob", (string?)(await JsonOf(response))["actor"]);
    }

    [Theory]
    [InlineData("human%3Aalice", HttpStatusCode.OK)]
    [InlineData("human:alice", HttpStatusCode.OK)]
    [InlineData("human%3Abob", HttpStatusCode.Unauthorized)]
    [InlineData("human%3Az%C3%B6e", HttpStatusCode.Unauthorized)]
    public async Task A_page_that_shows_somebody_else_is_refused_and_told_who_is_signed_in(string shown, HttpStatusCode status)
    {
        using var call = await ListAsync(server.Alice, s_header, s_same, ("X-Console-Actor", shown));
        using var numbers = await server.SendAsync(HttpMethod.Get, "/console/api/numbers", server.Alice, null, s_header, s_same, ("X-Console-Actor", shown));
        using var session = await server.SendAsync(HttpMethod.Get, "/console/session", server.Alice, null, s_header, s_same, ("X-Console-Actor", shown));

        Assert.Equal((status, status, HttpStatusCode.OK), (call.StatusCode, numbers.StatusCode, session.StatusCode));
        string[] told = status == HttpStatusCode.OK ? [] : ["human%3Aalice"];
        Assert.All([call, numbers], r => Assert.Equal(told, r.Headers.TryGetValues("X-Console-Actor", out var values) ? values : Array.Empty<string>()));
        Assert.Equal(status == HttpStatusCode.Unauthorized, numbers.Headers.WwwAuthenticate.Count > 0);
    }

    [Fact]
    public async Task Who_is_signed_in_by_nothing_is_told_nothing()
    {
        using var response = await server.SendAsync(HttpMethod.Get, "/console/session", null, null, s_header, s_same);
        var session = await JsonOf(response);

        Assert.Equal(["asks_for_token", "demo", "signed_in", "version"], session.Select(m => m.Key).Order(StringComparer.Ordinal));
        Assert.False((bool)session["signed_in"]!);
    }

    [Fact]
    public async Task Who_cannot_sign_in_is_told_why()
    {
        var old = AccessToken.Create();
        await using var other = await ConsoleServer.StartAsync(o => o with
        {
            Tokens = [.. o.Tokens, new AccessToken(AccessToken.Digest(old), new Caller(new Actor(ActorKind.Human, "old"), Roles.Agent), Expires: TimeProvider.System.GetUtcNow().AddDays(-1))],
        });

        using var expired = await other.SendAsync(HttpMethod.Post, "/console/session", null, $$"""{"token":"{{old}}"}""", s_header, s_same);
        using var unknown = await other.SendAsync(HttpMethod.Post, "/console/session", null, """{"token":"ssm_wrong"}""", s_header, s_same);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (expired.StatusCode, unknown.StatusCode));
        Assert.StartsWith("The token of human:old expired at", (string?)(await JsonOf(expired))["detail"], StringComparison.Ordinal);
        Assert.StartsWith("This server serves those whose token it knows", (string?)(await JsonOf(unknown))["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_takes_the_cookie_away()
    {
        using var response = await server.SendAsync(HttpMethod.Delete, "/console/session", server.Alice, null, s_header, s_same);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.StartsWith("__Host-supportstate=; expires=Thu, 01 Jan 1970", response.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/console/api/numbers")]
    [InlineData("/console/api/tickets")]
    [InlineData("/console/api/drafts")]
    [InlineData("/console/api/article?id=a")]
    public async Task Reads_of_the_console_ask_for_a_token_as_every_call_does(string path)
    {
        using var response = await server.SendAsync(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_page_of_the_server_calls_it_at_the_name_that_it_was_told_of()
    {
        await using var named = await ConsoleServer.StartAsync(o => o with { AllowedHosts = ["desk.example"] });
        (string, string)[] Headers(string origin) => [s_header, s_same, ("Host", "desk.example"), ("Origin", origin)];

        using var own = await named.SendAsync(HttpMethod.Get, "/console/session", named.Alice, null, Headers("https://desk.example"));
        using var port = await named.SendAsync(HttpMethod.Get, "/console/session", named.Alice, null, Headers("https://desk.example:444"));
        using var stranger = await named.SendAsync(HttpMethod.Get, "/console/session", named.Alice, null, Headers("https://evil.example"));

        Assert.Equal("human:alice", (string?)(await JsonOf(own))["actor"]);
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (port.StatusCode, stranger.StatusCode));
    }

    [Theory]
    [InlineData(true, "X-Console", "same-origin", "human:support-team")]
    [InlineData(true, "X-Console", null, "ai:support-console")]
    [InlineData(true, "X-Console", "same-site", "ai:support-console")]
    [InlineData(true, "X-Other", "same-origin", "ai:support-console")]
    [InlineData(false, "X-Console", "same-origin", "ai:support-console")]
    public async Task Without_tokens_only_the_console_of_a_demo_is_a_person(bool demo, string header, string? site, string actor)
    {
        await using var open = await ConsoleServer.StartAsync(o => o with { Tokens = [], Demo = demo });
        var headers = new List<(string, string)> { (header, "1") };
        if (site is not null)
            headers.Add(("Sec-Fetch-Site", site));

        using var response = await open.SendAsync(HttpMethod.Get, "/console/session", null, null, [.. headers]);
        var session = await JsonOf(response);

        Assert.Equal((actor, demo, false), ((string?)session["actor"], (bool)session["demo"]!, (bool)session["asks_for_token"]!));
    }

    [Fact]
    public async Task A_client_of_mcp_stays_an_ai_in_a_demo()
    {
        await using var demo = await ConsoleServer.StartAsync(o => o with { Tokens = [], Demo = true });
        await using var client = await ListeningServer.ConnectAsync(new Uri(demo.Address, "/mcp"));
        var tools = (await client.ListToolsAsync(cancellationToken: Stop)).Select(t => t.Name).ToList();
        var opened = ConnectedServer.Structured(await ConnectedServer.CallAsync(client, "initialize_conversation", """{"user_id":"u","ticket_id":"D-1"}"""));

        Assert.DoesNotContain("decide_approval", tools);
        Assert.Equal("ai:tests", (string?)opened["owner"]);
    }

    [Fact]
    public async Task Nobody_signs_in_where_there_are_no_tokens()
    {
        await using var open = await ConsoleServer.StartAsync(o => o with { Tokens = [] });
        using var response = await open.SendAsync(HttpMethod.Post, "/console/session", null, """{"token":"a"}""", s_header, s_same);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    private Task<HttpResponseMessage> SignInAsync(string token) =>
        server.SendAsync(HttpMethod.Post, "/console/session", null, $$"""{"token":"{{token}}"}""", s_header, s_same);

    private async Task<HttpResponseMessage> ListAsync(string cookie, params (string Name, string Value)[] headers)
    {
        using var request = ListeningServer.Modern(new Uri(server.Address, "/mcp"), "tools/list");
        var body = await request.Content!.ReadAsStringAsync(Stop);
        return await server.SendAsync(
            HttpMethod.Post, "/mcp", cookie, body,
            [("Accept", "application/json, text/event-stream"), ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/list"), .. headers]);
    }

    private static async Task<JsonObject> JsonOf(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync(Stop))!.AsObject();
}
