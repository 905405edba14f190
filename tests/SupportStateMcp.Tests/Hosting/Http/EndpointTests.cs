using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>What the endpoint says to requests that are not as they should be.</summary>
public class EndpointTests(ListeningServer server) : IClassFixture<ListeningServer>
{
    private const string Ping = """{"jsonrpc":"2.0","id":1,"method":"ping"}""";

    [Theory]
    [InlineData(null)]
    [InlineData("2025-11-25")]
    [InlineData("2025-06-18")]
    [InlineData("2026-07-28")]
    public async Task One_endpoint_serves_every_generation_of_clients(string? revision)
    {
        await using var client = await server.ConnectAsync(revision);
        var ticket = $"G-{revision ?? "any"}";

        var opened = await ConnectedServer.CallAsync(client, "initialize_conversation", $$"""{"user_id":"u","ticket_id":"{{ticket}}"}""");

        Assert.True((bool)ConnectedServer.Structured(opened)["created"]!);
        Assert.Superset(
            new HashSet<string> { "initialize_conversation", "get_state", "add_message", "request_approval" },
            (await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken)).Select(t => t.Name).ToHashSet());
        Assert.Equal(revision ?? "2026-07-28", client.NegotiatedProtocolVersion);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.2")]
    [InlineData("evil.example:80")]
    public async Task A_host_that_is_not_ours_is_refused(string host)
    {
        var request = server.Post(Ping);
        request.Headers.Host = host;
        await RefusedAsync(request, HttpStatusCode.Forbidden, -32600);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://localhost.evil.example")]
    [InlineData("http://127.0.0.1.evil.example")]
    [InlineData("null")]
    [InlineData("file://")]
    [InlineData("")]
    public async Task A_page_of_a_stranger_is_refused(string origin)
    {
        var request = server.Post(Ping);
        request.Headers.TryAddWithoutValidation("Origin", origin);
        await RefusedAsync(request, HttpStatusCode.Forbidden, -32600);
    }

    [Theory]
    [InlineData("http://localhost:5173")]
    [InlineData("http://127.0.0.1")]
    [InlineData("https://[::1]:8443")]
    public async Task A_page_of_this_machine_is_served(string origin)
    {
        var request = server.Post(Ping);
        request.Headers.Add("Origin", origin);

        using var response = await SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    public async Task POST_is_the_one_method(string method)
    {
        using var response = await SendAsync(new HttpRequestMessage(new HttpMethod(method), server.Endpoint));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/json")]
    public async Task What_is_not_sent_as_json_is_refused(string type)
    {
        var request = server.Post(Ping);
        request.Content!.Headers.ContentType = new MediaTypeHeaderValue(type);

        using var response = await SendAsync(request);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    [InlineData("text/html")]
    [InlineData("")]
    public async Task A_client_accepts_both_kinds_of_reply(string accept)
    {
        var request = server.Post(Ping);
        request.Headers.Remove("Accept");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        await RefusedAsync(request, HttpStatusCode.NotAcceptable, -32000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_that_is_too_long_is_refused_however_it_is_sent(bool chunked)
    {
        var request = server.Post(new string(' ', 2 << 20));
        request.Headers.TransferEncodingChunked = chunked;
        await RefusedAsync(request, HttpStatusCode.RequestEntityTooLarge, -32600);
    }

    [Theory]
    [InlineData("", -32700)]
    [InlineData("{", -32700)]
    [InlineData("[]", -32600)]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"method":"ping"}]""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"ping"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}""", -32700)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\ud800"}}""", -32600)]
    public async Task What_is_no_message_is_refused(string body, int code) =>
        await RefusedAsync(server.Post(body), HttpStatusCode.BadRequest, code);

    [Theory]
    [InlineData("initialize", "{}")]
    [InlineData("initialize", """{"protocolVersion":5,"capabilities":{},"clientInfo":{"name":"x","version":"1"}}""")]
    [InlineData("resources/read", """{"uri":5}""")]
    [InlineData("tools/call", """{"arguments":{}}""")]
    public async Task Params_that_do_not_fit_their_method_are_the_callers_mistake(string method, string parameters)
    {
        using var response = await SendAsync(server.Post($$"""{"jsonrpc":"2.0","id":7,"method":"{{method}}","params":{{parameters}}}"""));
        var reply = HttpReply.Of(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Equal((HttpStatusCode.OK, -32602, 7), (response.StatusCode, (int)reply["error"]!["code"]!, (int)reply["id"]!));
        Assert.StartsWith($"The params of {method} are not what it takes: see $", (string?)reply["error"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revision_that_nobody_knows_is_refused_with_the_one_that_needs_no_handshake()
    {
        var request = server.Post(Ping);
        request.Headers.Add("MCP-Protocol-Version", "1999-01-01");

        var error = await RefusedAsync(request, HttpStatusCode.BadRequest, -32022);

        Assert.Equal("""{"supported":["2026-07-28"],"requested":"1999-01-01"}""", error["data"]!.ToJsonString());
        Assert.Equal("1", error.Root["id"]!.ToJsonString());
    }

    [Fact]
    public async Task A_session_is_refused()
    {
        var request = server.Post(Ping);
        request.Headers.Add("Mcp-Session-Id", "abc");
        await RefusedAsync(request, HttpStatusCode.BadRequest, -32000);
    }

    [Theory]
    [InlineData("ping")]
    [InlineData("initialize")]
    [InlineData("resources/subscribe")]
    [InlineData("logging/setLevel")]
    [InlineData("no/such/method")]
    public async Task A_method_that_the_stateless_revision_lacks_is_not_found(string method) =>
        await RefusedAsync(ListeningServer.Modern(server.Endpoint, method), HttpStatusCode.NotFound, -32601);

    [Fact]
    public async Task A_routing_header_that_says_otherwise_is_refused()
    {
        var request = ListeningServer.Modern(server.Endpoint, "tools/call", "\"name\":\"get_state\",\"arguments\":{}", name: "delete_conversation");
        var error = await RefusedAsync(request, HttpStatusCode.BadRequest, -32020);
        Assert.Contains("Mcp-Name", (string?)error["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notification_is_accepted()
    {
        using var response = await SendAsync(server.Post("""{"jsonrpc":"2.0","method":"notifications/initialized"}"""));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_health_of_the_server_can_be_asked()
    {
        Assert.Equal("live", await server.Http.GetStringAsync(new Uri(server.Endpoint, "/health/live"), TestContext.Current.CancellationToken));
        Assert.Equal("ready", await server.Http.GetStringAsync(new Uri(server.Endpoint, "/health/ready"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Strangers_with_equal_ids_get_each_their_own_reply()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            using var response = await SendAsync(server.Post(
                $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"initialize_conversation","arguments":{"user_id":"u-{{{i}}}","ticket_id":"S-{{{i}}}"} } }"""));
            return (User: $"\"user_id\":\"u-{i}\"", Reply: await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }));

        Assert.All(replies, r => Assert.True(r.Reply.Contains(r.User, StringComparison.Ordinal), r.Reply));
    }

    private async Task<JsonNode> RefusedAsync(HttpRequestMessage request, HttpStatusCode status, int code)
    {
        using var response = await SendAsync(request);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(status, response.StatusCode);
        var error = HttpReply.Of(body)["error"]!;
        Assert.Equal(code, (int)error["code"]!);
        return error;
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => server.Http.SendAsync(request, TestContext.Current.CancellationToken);
}
