using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>Who is who at an endpoint that asks for tokens.</summary>
public class IdentityTests(GuardedServer server) : IClassFixture<GuardedServer>
{
    private const string Ping = """{"jsonrpc":"2.0","id":1,"method":"ping"}""";
    private static readonly string[] s_reading = ["await_approval", "get_approval", "get_article", "get_events", "get_history", "get_state", "list_conversations", "list_pending_approvals", "list_queue", "lookup_customer", "lookup_system_info", "query_knowledge_base", "ticket_status"];

    [Theory]
    [InlineData(null, "Bearer")]
    [InlineData("Basic YTpi", "Bearer")]
    [InlineData("Bearer ssm_wrong", "Bearer error=\"invalid_token\", error_description=\"The token is not one of this server's\"")]
    [InlineData("bearer  ", "Bearer")]
    public async Task Without_a_token_that_is_known_nobody_is_served(string? authorization, string challenge)
    {
        using var request = ListeningServer.Post(server.Endpoint, Ping);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal([challenge], response.Headers.WwwAuthenticate.Select(c => c.ToString()));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(-32600, (int)JsonNode.Parse(body)!["error"]!["code"]!);
        Assert.DoesNotContain("ssm_", body, StringComparison.Ordinal);
        Assert.DoesNotContain("ssm_", server.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Other_methods_are_refused_to_strangers_first(string method)
    {
        using var stranger = await server.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), server.Endpoint), TestContext.Current.CancellationToken);
        using var known = new HttpRequestMessage(new HttpMethod(method), server.Endpoint);
        known.Headers.Authorization = new AuthenticationHeaderValue("Bearer", server.Alice);
        using var response = await server.Http.SendAsync(known, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.MethodNotAllowed), (stranger.StatusCode, response.StatusCode));
    }

    [Fact]
    public async Task A_token_in_the_address_is_none()
    {
        using var request = ListeningServer.Post(new Uri($"{server.Endpoint}?access_token={server.Alice}"), Ping);
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_page_of_a_stranger_is_refused_whatever_token_it_has()
    {
        using var request = ListeningServer.Post(server.Endpoint, Ping);
        request.Headers.Add("Origin", "https://evil.example");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", server.Alice);
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task A_stranger_is_refused_before_anything_of_the_body_is_read()
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(server.Endpoint.Host, server.Endpoint.Port, TestContext.Current.CancellationToken);
        var stream = connection.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: 1000\r\n\r\n"),
            TestContext.Current.CancellationToken);

        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 401 Unauthorized", await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_health_of_the_server_needs_no_token()
    {
        Assert.Equal("live", await server.Http.GetStringAsync(new Uri(server.Endpoint, "/health/live"), TestContext.Current.CancellationToken));
        Assert.Equal("ready", await server.Http.GetStringAsync(new Uri(server.Endpoint, "/health/ready"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2025-11-25")]
    public async Task A_client_with_a_token_acts_as_its_owner_whatever_it_calls_itself(string? revision)
    {
        await using var client = await ListeningServer.ConnectAsync(server.Endpoint, revision, server.Alice);
        var ticket = $"O-{revision ?? "any"}";

        await ConnectedServer.CallAsync(client, "initialize_conversation", $$"""{"user_id":"u","ticket_id":"{{ticket}}"}""");

        Assert.Equal(["human:alice"], await ActorsAsync($"cs-{ticket}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Requests_that_cross_keep_each_their_own_caller(bool modern)
    {
        (string Token, string Actor)[] owners = [(server.Alice, "human:alice"), (server.Bot, "ai:bot"), (server.Supervisor, "human:sue")];
        var prefix = modern ? "X" : "Y";
        var seen = new Dictionary<string, int>();
        foreach (var token in owners.Select(o => o.Token).Append(server.Auditor))
            seen[token] = (await server.ToolsAsync(token, modern)).Count;

        await Task.WhenAll(Enumerable.Range(0, 150).Select(async i =>
        {
            var id = $"{prefix}-{i}";
            await server.CallAsync(owners[i % 3].Token, "initialize_conversation", $$"""{"user_id":"u","ticket_id":"{{id}}"}""", modern);
            await server.CallAsync(owners[(i + 1) % 3].Token, "add_message", $$"""{"conversation_id":"cs-{{id}}","role":"user","content":"Hello"}""", modern);
            var looker = i % 2 == 0 ? server.Auditor : owners[i % 3].Token;
            Assert.Equal(seen[looker], (await server.ToolsAsync(looker, modern)).Count);
        }));

        for (var i = 0; i < 150; i++)
            Assert.Equal([owners[i % 3].Actor, owners[(i + 1) % 3].Actor], await ActorsAsync($"cs-{prefix}-{i}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_auditor_sees_the_tools_that_read(bool modern) => Assert.Equal(s_reading, await server.ToolsAsync(server.Auditor, modern));

    [Fact]
    public async Task The_tools_of_people_are_not_shown_to_an_ai()
    {
        string[] people = ["claim_conversation", "hand_back", "release_conversation"];

        Assert.Empty((await server.ToolsAsync(server.Bot)).Intersect(people));
        Assert.Equal(people, (await server.ToolsAsync(server.Alice)).Intersect(people));
    }

    [Fact]
    public async Task What_one_caller_sees_is_not_for_others_to_cache() =>
        Assert.Equal("private", (string?)(await server.AskAsync(server.Auditor, "tools/list"))["cacheScope"]);

    [Theory]
    [InlineData("initialize_conversation", """{"user_id":"u","ticket_id":"AUD"}""")]
    [InlineData("initialize_conversation", """{"nonsense":true}""")]
    [InlineData("add_message", """{"conversation_id":"cs-AUD","role":"user","content":"x"}""")]
    [InlineData("transition_state", """{"conversation_id":"cs-AUD","new_state":"processing"}""")]
    [InlineData("update_metadata", """{"conversation_id":"cs-AUD","priority":"high"}""")]
    [InlineData("delete_conversation", """{"conversation_id":"cs-AUD"}""")]
    [InlineData("begin_turn", """{"conversation_id":"cs-AUD","content":"x"}""")]
    [InlineData("complete_turn", """{"turn_token":"turn_x","content":"x"}""")]
    [InlineData("escalate_conversation", """{"conversation_id":"cs-AUD","reason":"x","summary":"x"}""")]
    [InlineData("reopen_conversation", """{"conversation_id":"cs-AUD"}""")]
    public async Task An_auditor_changes_nothing(string tool, string arguments)
    {
        await server.CallAsync(server.Alice, "initialize_conversation", """{"user_id":"u","ticket_id":"AUD"}""");
        var before = await server.CallAsync(server.Auditor, "get_state", """{"conversation_id":"cs-AUD"}""");

        var refusal = await server.CallAsync(server.Auditor, tool, arguments);

        Assert.Equal(("not_authorized", """["role:agent"]"""), ((string?)refusal["code"], refusal["needs"]!.ToJsonString()));
        var after = await server.CallAsync(server.Auditor, "get_state", """{"conversation_id":"cs-AUD"}""");
        Assert.Equal(before.ToJsonString(), after.ToJsonString());
    }

    [Fact]
    public async Task No_argument_makes_somebody_of_a_caller()
    {
        var refusal = await server.CallAsync(server.Bot, "initialize_conversation", """{"user_id":"u","ticket_id":"FORGED","actor":"human:alice"}""");
        Assert.Equal("invalid_argument", (string?)refusal["code"]);
    }

    [Fact]
    public async Task Where_no_tokens_are_asked_for_the_command_line_says_who_acts_and_a_token_does_nothing()
    {
        await using var process = await ServerProcess.HttpAsync("--actor", "system:cron", "--roles", "auditor");
        await using var client = await ListeningServer.ConnectAsync(process.Endpoint, token: server.Alice);

        var tools = await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(s_reading, tools.Select(t => t.Name).Order());
    }

    [Fact]
    public async Task A_token_that_was_made_is_one_that_the_server_takes()
    {
        var (exitCode, output, _) = await RecordedConsole.RunAsync(["token", "create", "--actor", "human:carol", "--roles", "approver,agent", "--json"]);
        Assert.Equal(0, exitCode);
        var made = JsonNode.Parse(output)!;
        var token = (string)made["token"]!;
        await using var process = await ServerProcess.HttpAsync(new Dictionary<string, string>
        {
            ["SUPPORTSTATE__HTTP__TOKENS__0__SHA256"] = (string)made["sha256"]!,
            ["SUPPORTSTATE__HTTP__TOKENS__0__ACTOR"] = (string)made["actor"]!,
            ["SUPPORTSTATE__HTTP__TOKENS__0__ROLES__0"] = (string)made["roles"]![0]!,
            ["SUPPORTSTATE__HTTP__TOKENS__0__ROLES__1"] = (string)made["roles"]![1]!,
        });

        await using var client = await ListeningServer.ConnectAsync(process.Endpoint, token: token);
        await ConnectedServer.CallAsync(client, "initialize_conversation", """{"user_id":"u","ticket_id":"T"}""");
        var trail = ConnectedServer.Structured(await ConnectedServer.CallAsync(client, "get_events", """{"conversation_id":"cs-T"}"""));

        Assert.Equal("human:carol", (string?)trail["events"]![0]!["actor"]);
        Assert.DoesNotContain(token, process.Errors, StringComparison.Ordinal);
    }

    private async Task<IEnumerable<string?>> ActorsAsync(string id) =>
        (await server.CallAsync(server.Auditor, "get_events", $$"""{"conversation_id":"{{id}}"}"""))["events"]!.AsArray()
            .Where(e => (string?)e!["type"] is "conversation_initialized" or "message_added").Select(e => (string?)e!["actor"]);
}
