using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>What the server on standard input and output makes of lines and of who sends them: with pipes, in this process.</summary>
public class StdioMessagesTests
{
    private const string Initialize =
        """{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"raw client","version":"1"}}}""";

    [Fact]
    public async Task A_line_that_is_too_long_is_refused_and_the_next_one_served()
    {
        await using var connection = await StartAsync();

        foreach (var length in new[] { (1 << 20) + 1, 3 << 20 })
        {
            await connection.SendAsync(new string('x', length));
            await connection.SendAsync("""{"jsonrpc":"2.0","id":"next","method":"ping"}""");

            var refusal = JsonNode.Parse((await connection.ReadAsync())!)!;
            Assert.Equal(-32600, (int)refusal["error"]!["code"]!);
            Assert.StartsWith("A message has at most 1048576 bytes, this one is longer:", (string?)refusal["error"]!["message"], StringComparison.Ordinal);
            Assert.Equal("next", (string?)JsonNode.Parse((await connection.ReadAsync())!)!["id"]);
        }
    }

    [Fact]
    public async Task A_message_of_just_the_greatest_length_is_served()
    {
        await using var connection = await StartAsync();
        const string Start = """{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"pad":" """;

        await connection.SendAsync(Start + new string('x', (1 << 20) - Start.Length - 4) + "\"}}}");

        Assert.NotNull(JsonNode.Parse((await connection.ReadAsync())!)!["result"]);
    }

    [Theory]
    [InlineData("nonsense", -32700)]
    [InlineData("[]", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":5,"method":"no/such/method"}""", -32601)]
    public async Task A_line_that_is_no_message_is_answered_and_the_next_one_served(string line, int code)
    {
        await using var connection = await StartAsync();

        await connection.SendAsync(line);
        await connection.SendAsync("");
        await connection.SendAsync("  \r");
        await connection.SendAsync("""{"jsonrpc":"2.0","id":"next","method":"ping"}""");

        JsonNode[] replies = [JsonNode.Parse((await connection.ReadAsync())!)!, JsonNode.Parse((await connection.ReadAsync())!)!];
        Assert.Equal(code, (int)Assert.Single(replies, r => r["error"] is not null)["error"]!["code"]!);
        Assert.Equal("next", (string?)Assert.Single(replies, r => r["result"] is not null)["id"]);
    }

    [Theory]
    [InlineData("Claude Desktop", "ai:Claude-Desktop")]
    [InlineData("human:alice", "ai:human:alice")]
    public async Task Who_connects_acts_as_the_ai_behind_that_client(string client, string actor)
    {
        await using var server = InProcessServer.Start();
        Assert.Equal(actor, await ActorAsync(server, client));
    }

    [Fact]
    public async Task Who_connects_to_a_server_of_one_actor_acts_as_that()
    {
        await using var server = InProcessServer.Start("--actor", "human:alice");
        Assert.Equal("human:alice", await ActorAsync(server, "Claude Desktop"));
    }

    [Fact]
    public async Task The_roles_of_the_command_line_are_those_of_the_connection()
    {
        await using var server = InProcessServer.Start("--actor", "human:alice", "--roles", "auditor");
        await using var client = await ConnectedServer.ConnectAsync(server, "Inspector");

        var tools = await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var refusal = await ConnectedServer.CallAsync(client, "initialize_conversation", """{"user_id":"u","ticket_id":"T"}""");

        Assert.Contains("get_state", tools.Select(t => t.Name));
        // With the token of a step, a query is recorded; that takes the role of an agent.
        Assert.Equal(["query_knowledge_base"], tools.Where(t => t.ProtocolTool.Annotations!.ReadOnlyHint is not true).Select(t => t.Name));
        Assert.Equal("not_authorized", (string?)ConnectedServer.Structured(refusal)["code"]);
    }

    [Fact]
    public async Task A_client_that_subscribed_hears_of_each_change_until_it_unsubscribes()
    {
        var changes = System.Threading.Channels.Channel.CreateUnbounded<string>();
        await using var connection = await StartAsync();
        await connection.SendAsync(Call(1, "initialize_conversation", """{"user_id":"u","ticket_id":"T"}"""));
        await ReplyAsync(connection, changes, 1);

        await connection.SendAsync(Request(2, "resources/subscribe", """{"uri":"support://conversations/cs-T/history"}"""));
        await ReplyAsync(connection, changes, 2);
        await connection.SendAsync(Call(3, "add_message", """{"conversation_id":"cs-T","role":"user","content":"Hello"}"""));
        await ReplyAsync(connection, changes, 3);
        while (changes.Reader.Count == 0)
            Note(changes, JsonNode.Parse((await connection.ReadAsync())!)!);
        Assert.Equal("support://conversations/cs-T/history", await changes.Reader.ReadAsync(TestContext.Current.CancellationToken));

        await connection.SendAsync(Request(4, "resources/unsubscribe", """{"uri":"support://conversations/cs-T/history"}"""));
        await ReplyAsync(connection, changes, 4);
        while (changes.Reader.TryRead(out _))
        {
            // A change may be told once too often.
        }

        await connection.SendAsync(Call(5, "add_message", """{"conversation_id":"cs-T","role":"user","content":"Hello?"}"""));
        await ReplyAsync(connection, changes, 5);
        await connection.EndAsync();
        while (await connection.ReadAsync() is { } line)
            Note(changes, JsonNode.Parse(line)!);
        Assert.Equal(0, changes.Reader.Count);
    }

    [Fact]
    public async Task Changes_that_come_faster_than_a_client_reads_are_told_once()
    {
        const string Watched = "support://conversations/cs-T";
        StoreAround? store = null;
        await using var connection = await StartAsync(InProcessServer.StartWith(services =>
        {
            var inner = services.Last(s => s.ServiceType == typeof(IConversationStore)).ImplementationType!;
            services.AddSingleton<IConversationStore>(p => store = new StoreAround((IConversationStore)ActivatorUtilities.CreateInstance(p, inner)));
        }));
        var changes = System.Threading.Channels.Channel.CreateUnbounded<string>();
        await connection.SendAsync(Request(1, "resources/subscribe", $$"""{"uri":"{{Watched}}"}"""));
        await ReplyAsync(connection, changes, 1);

        // More than the pipe to the client holds, while it reads nothing.
        for (var i = 0; i < 2_000; i++)
            store!.Tell();
        await connection.SendAsync(Request(2, "ping", "{}"));
        await ReplyAsync(connection, changes, 2);
        while (changes.Reader.Count == 0)
            Note(changes, JsonNode.Parse((await connection.ReadAsync())!)!);
        await connection.EndAsync();
        while (await connection.ReadAsync() is { } line)
            Note(changes, JsonNode.Parse(line)!);

        Assert.InRange(changes.Reader.Count, 1, 1_000);
    }

    [Fact]
    public async Task What_is_no_conversation_cannot_be_subscribed_to()
    {
        await using var connection = await StartAsync();

        await connection.SendAsync(Request(1, "resources/subscribe", """{"uri":"support://conversations/nonsense"}"""));

        Assert.Equal(
            """{"code":-32602,"message":"There is no resource support://conversations/nonsense to subscribe to."}""",
            JsonNode.Parse((await connection.ReadAsync())!)!["error"]!.ToJsonString());
    }

    private static async Task<LineConnection> StartAsync(InProcessServer? server = null)
    {
        var connection = new LineConnection(server ?? InProcessServer.Start());
        await connection.SendAsync(Initialize);
        await connection.SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        Assert.Equal("init", (string?)JsonNode.Parse((await connection.ReadAsync())!)!["id"]);
        return connection;
    }

    private static async Task<string?> ActorAsync(InProcessServer server, string clientName)
    {
        await using var client = await ConnectedServer.ConnectAsync(server, clientName);
        await ConnectedServer.CallAsync(client, "initialize_conversation", """{"user_id":"u","ticket_id":"T"}""");
        var trail = await ConnectedServer.CallAsync(client, "get_events", """{"conversation_id":"cs-T"}""");
        return (string?)ConnectedServer.Structured(trail)["events"]![0]!["actor"];
    }

    /// <summary>Reads until a reply comes, and keeps the changes told before it.</summary>
    private static async Task ReplyAsync(LineConnection connection, System.Threading.Channels.Channel<string> changes, int id)
    {
        while (true)
        {
            var message = JsonNode.Parse((await connection.ReadAsync())!)!;
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
