using System.Text.Json.Nodes;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>The real program on standard input and output.</summary>
public class StdioTests
{
    private const string Initialize =
        """{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"raw client","version":"1"}}}""";

    [Fact]
    public async Task Nothing_but_messages_goes_to_the_output_and_calls_in_flight_are_answered_before_the_end()
    {
        await using var server = await StartAsync();
        for (var i = 0; i < 50; i++)
            await server.SendAsync(Call(i, "initialize_conversation", $$"""{"user_id":"u","ticket_id":"T-{{i}}"}"""));
        await server.Input.FlushAsync(TestContext.Current.CancellationToken);
        server.Input.Close();

        var replies = new List<JsonNode>();
        while (await server.ReadAsync() is { } line)
            replies.Add(JsonNode.Parse(line)!);

        Assert.Equal(0, await server.ExitAsync());
        Assert.All(replies, r => Assert.Equal("2.0", (string?)r["jsonrpc"]));
        Assert.Equal(Enumerable.Range(0, 50), replies.Select(r => (int)r["id"]!).Order());
        Assert.All(replies, r => Assert.True((bool)r["result"]!["structuredContent"]!["created"]!));
        AssertOnlyNotice(server);
    }

    [Fact]
    public async Task A_client_that_closes_at_once_ends_the_server()
    {
        await using var server = ServerProcess.Stdio();

        server.Input.Close();

        Assert.Null(await server.ReadAsync());
        Assert.Equal(0, await server.ExitAsync());
    }

    [Fact]
    public async Task A_SIGTERM_ends_the_server_in_good_order()
    {
        await using var server = await StartAsync();

        server.Terminate();

        Assert.Equal(0, await server.ExitAsync());
        AssertOnlyNotice(server);
    }

    [Fact]
    public async Task A_SIGTERM_under_load_leaves_no_call_without_an_answer()
    {
        await using var server = await StartAsync();
        await server.SendAsync(Call(-1, "initialize_conversation", """{"user_id":"u","ticket_id":"T"}"""));
        await server.Input.FlushAsync(TestContext.Current.CancellationToken);
        await server.ReadAsync();
        var isRefusing = false;
        var sending = Task.Run(async () =>
        {
            // Without a pause until a call is refused: some are everywhere between the pipe and the store when the signal comes.
            var sent = 0;
            for (; !Volatile.Read(ref isRefusing) && sent < 200_000; sent++)
            {
                await server.SendAsync(sent % 50 == 0
                    ? Call(sent, "add_message", $$"""{"conversation_id":"cs-T","role":"user","content":"Hello","message_id":"m-{{sent}}"}""")
                    : Call(sent, "get_state", """{"conversation_id":"cs-T"}"""));
            }

            await server.Input.FlushAsync();
            return sent;
        });

        var replies = new Dictionary<int, JsonNode>();
        while (await server.ReadAsync() is { } line)
        {
            var reply = JsonNode.Parse(line)!;
            replies.Add((int)reply["id"]!, reply);
            if (reply["error"] is not null)
                Volatile.Write(ref isRefusing, true);
            if (replies.Count == 50)
                server.Terminate();
        }

        Assert.Equal(Enumerable.Range(0, await sending), replies.Keys.Order());
        Assert.Equal(0, await server.ExitAsync());
        var refused = replies.Where(r => r.Value["error"] is not null).ToDictionary();
        Assert.NotEmpty(refused);
        Assert.All(refused.Values, r => Assert.Equal(-32000, (int)r["error"]!["code"]!));
        Assert.All(refused.Values, r => Assert.StartsWith("The server is shutting down and has not begun this call", (string?)r["error"]!["message"], StringComparison.Ordinal));

        // What was answered is stored, what was refused is not.
        await using var after = ServerProcess.StdioOn(server.Directory);
        await using var client = await ConnectedServer.ConnectAsync(after, "later");
        var state = ConnectedServer.Structured(await ConnectedServer.CallAsync(client, "get_state", """{"conversation_id":"cs-T"}"""));
        Assert.Equal(replies.Keys.Count(id => id % 50 == 0 && !refused.ContainsKey(id)), (int)state["message_count"]!);
    }

    [Fact]
    public async Task The_start_says_where_conversations_are()
    {
        await using var server = await StartAsync();

        Assert.Contains($"Conversations are in SQLite in the data folder {server.Directory}", server.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("waits for a client", server.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_starts_it_in_a_terminal_is_told_that_it_waits_for_a_client()
    {
        var notice = StartNotice.OverStdio(new ServerOptions { Backend = Backend.Redis, RedisConnection = "redis://alice:secret@cache.example:7000/3" }, isTyped: true);

        Assert.Contains("It waits for a client", notice, StringComparison.Ordinal);
        Assert.Contains("Conversations are in Redis at cache.example:7000, database 3", notice, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", notice, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_refused_and_the_next_one_served()
    {
        await using var server = await StartAsync();

        foreach (var length in new[] { (1 << 20) + 1, 3 << 20 })
        {
            await server.SendAsync(new string('x', length));
            await server.SendAsync("""{"jsonrpc":"2.0","id":"next","method":"ping"}""");
            await server.Input.FlushAsync(TestContext.Current.CancellationToken);

            var refusal = JsonNode.Parse((await server.ReadAsync())!)!;
            Assert.Equal(-32600, (int)refusal["error"]!["code"]!);
            Assert.StartsWith("A message has at most 1048576 bytes, this one is longer:", (string?)refusal["error"]!["message"], StringComparison.Ordinal);
            Assert.Equal("next", (string?)JsonNode.Parse((await server.ReadAsync())!)!["id"]);
        }
    }

    [Fact]
    public async Task A_message_of_just_the_greatest_length_is_served()
    {
        await using var server = await StartAsync();
        const string Start = """{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"pad":" """;

        await server.SendAsync(Start + new string('x', (1 << 20) - Start.Length - 4) + "\"}}}");
        await server.Input.FlushAsync(TestContext.Current.CancellationToken);

        Assert.NotNull(JsonNode.Parse((await server.ReadAsync())!)!["result"]);
    }

    [Theory]
    [InlineData("nonsense", -32700)]
    [InlineData("[]", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":5,"method":"no/such/method"}""", -32601)]
    public async Task A_line_that_is_no_message_is_answered_and_the_next_one_served(string line, int code)
    {
        await using var server = await StartAsync();

        await server.SendAsync(line);
        await server.SendAsync("");
        await server.SendAsync("  \r");
        await server.SendAsync("""{"jsonrpc":"2.0","id":"next","method":"ping"}""");
        await server.Input.FlushAsync(TestContext.Current.CancellationToken);

        JsonNode[] replies = [JsonNode.Parse((await server.ReadAsync())!)!, JsonNode.Parse((await server.ReadAsync())!)!];
        Assert.Equal(code, (int)Assert.Single(replies, r => r["error"] is not null)["error"]!["code"]!);
        Assert.Equal("next", (string?)Assert.Single(replies, r => r["result"] is not null)["id"]);
    }

    [Theory]
    [InlineData("Claude Desktop", "ai:Claude-Desktop")]
    [InlineData("human:alice", "ai:human:alice")]
    public async Task Who_connects_acts_as_the_ai_behind_that_client(string client, string actor)
    {
        await using var server = ServerProcess.Stdio();
        Assert.Equal(actor, await ActorAsync(server, client));
    }

    [Fact]
    public async Task Who_connects_to_a_server_of_one_actor_acts_as_that()
    {
        await using var server = ServerProcess.Stdio("--actor", "human:alice");
        Assert.Equal("human:alice", await ActorAsync(server, "Claude Desktop"));
    }

    [Fact]
    public async Task The_roles_of_the_command_line_are_those_of_the_connection()
    {
        await using var server = ServerProcess.Stdio("--actor", "human:alice", "--roles", "auditor");
        await using var client = await ConnectedServer.ConnectAsync(server, "Inspector");

        var tools = await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var refusal = await ConnectedServer.CallAsync(client, "initialize_conversation", """{"user_id":"u","ticket_id":"T"}""");

        Assert.Contains("get_state", tools.Select(t => t.Name));
        Assert.All(tools, t => Assert.True(t.ProtocolTool.Annotations!.ReadOnlyHint, t.Name));
        Assert.Equal("not_authorized", (string?)ConnectedServer.Structured(refusal)["code"]);
    }

    [Fact]
    public async Task A_client_that_subscribed_hears_of_each_change_until_it_unsubscribes()
    {
        var changes = System.Threading.Channels.Channel.CreateUnbounded<string>();
        await using var server = await StartAsync();
        await server.SendAsync(Call(1, "initialize_conversation", """{"user_id":"u","ticket_id":"T"}"""));
        await ReplyAsync(server, changes, 1);

        await server.SendAsync(Request(2, "resources/subscribe", """{"uri":"support://conversations/cs-T/history"}"""));
        await ReplyAsync(server, changes, 2);
        await server.SendAsync(Call(3, "add_message", """{"conversation_id":"cs-T","role":"user","content":"Hello"}"""));
        await ReplyAsync(server, changes, 3);
        while (changes.Reader.Count == 0)
            Note(changes, JsonNode.Parse((await server.ReadAsync())!)!);
        Assert.Equal("support://conversations/cs-T/history", await changes.Reader.ReadAsync(TestContext.Current.CancellationToken));

        await server.SendAsync(Request(4, "resources/unsubscribe", """{"uri":"support://conversations/cs-T/history"}"""));
        await ReplyAsync(server, changes, 4);
        while (changes.Reader.TryRead(out _))
        {
            // A change may be told once too often.
        }

        await server.SendAsync(Call(5, "add_message", """{"conversation_id":"cs-T","role":"user","content":"Hello?"}"""));
        await ReplyAsync(server, changes, 5);
        server.Input.Close();
        while (await server.ReadAsync() is { } line)
            Note(changes, JsonNode.Parse(line)!);
        Assert.Equal(0, changes.Reader.Count);
    }

    [Fact]
    public async Task What_is_no_conversation_cannot_be_subscribed_to()
    {
        await using var server = await StartAsync();

        await server.SendAsync(Request(1, "resources/subscribe", """{"uri":"support://conversations/nonsense"}"""));
        await server.Input.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            """{"code":-32602,"message":"There is no resource support://conversations/nonsense to subscribe to."}""",
            JsonNode.Parse((await server.ReadAsync())!)!["error"]!.ToJsonString());
    }

    private static void AssertOnlyNotice(ServerProcess server) => Assert.Equal(
        [$"SupportStateMcp {McpServerSetup.Version} serves one MCP client on standard input and output", $"Conversations are in SQLite in the data folder {server.Directory}"],
        server.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static async Task<ServerProcess> StartAsync()
    {
        var server = ServerProcess.Stdio();
        await server.SendAsync(Initialize);
        await server.SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        await server.Input.FlushAsync();
        Assert.Equal("init", (string?)JsonNode.Parse((await server.ReadAsync())!)!["id"]);
        return server;
    }

    private static async Task<string?> ActorAsync(ServerProcess server, string clientName)
    {
        await using var client = await ConnectedServer.ConnectAsync(server, clientName);
        await ConnectedServer.CallAsync(client, "initialize_conversation", """{"user_id":"u","ticket_id":"T"}""");
        var trail = await ConnectedServer.CallAsync(client, "get_events", """{"conversation_id":"cs-T"}""");
        return (string?)ConnectedServer.Structured(trail)["events"]![0]!["actor"];
    }

    /// <summary>Reads until a reply comes, and keeps the changes told before it.</summary>
    private static async Task ReplyAsync(ServerProcess server, System.Threading.Channels.Channel<string> changes, int id)
    {
        await server.Input.FlushAsync();
        while (true)
        {
            var message = JsonNode.Parse((await server.ReadAsync())!)!;
            if ((int?)message["id"] == id)
            {
                Assert.NotNull(message["result"]);
                return;
            }

            Note(changes, message);
        }
    }

    private static void Note(System.Threading.Channels.Channel<string> changes, JsonNode message)
    {
        Assert.Equal("notifications/resources/updated", (string?)message["method"]);
        changes.Writer.TryWrite((string)message["params"]!["uri"]!);
    }

    private static string Request(int id, string method, string parameters) =>
        $$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":{{parameters}}}""";

    private static string Call(int id, string tool, string arguments) =>
        Request(id, "tools/call", $$"""{"name":"{{tool}}","arguments":{{arguments}}}""");
}
