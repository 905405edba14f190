using System.Text.Json.Nodes;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>The real program on standard input and output.</summary>
public class StdioTests
{
    private const string Initialize =
        """{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"raw client","version":"1"}}}""";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_but_messages_goes_to_the_output_and_calls_in_flight_are_answered_before_the_end(bool isPortable)
    {
        await using var server = await StartAsync(isPortable);
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
            try
            {
                for (; !Volatile.Read(ref isRefusing) && sent < 200_000; sent++)
                {
                    await server.SendAsync(sent % 50 == 0
                        ? Call(sent, "add_message", $$"""{"conversation_id":"cs-T","role":"user","content":"Hello","message_id":"m-{{sent}}"}""")
                        : Call(sent, "get_state", """{"conversation_id":"cs-T"}"""));
                }

                await server.Input.FlushAsync();
            }
            catch (IOException)
            {
                // The server has ended.
            }

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

        // Every call that it read is answered. On a busy machine the sender may be held up for so long that the server finds its
        // input silent and ends; what is written into the pipe after that was never read.
        Assert.InRange(replies.Count, 50, await sending);
        Assert.Equal(Enumerable.Range(0, replies.Count), replies.Keys.Order());
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

        // It goes another way than the answers, and may come behind them.
        var notice = $"Conversations are in SQLite in the data folder {server.Directory}";
        await Eventually.TrueAsync(() => server.Errors.Contains(notice, StringComparison.Ordinal), () => server.Errors);
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

    private static void AssertOnlyNotice(ServerProcess server) => Assert.Equal(
        [$"SupportStateMcp {McpServerSetup.Version} serves one MCP client on standard input and output", $"Conversations are in SQLite in the data folder {server.Directory}"],
        server.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <param name="isPortable">The portable build, also where the tests start another program.</param>
    private static async Task<ServerProcess> StartAsync(bool isPortable = false)
    {
        var server = isPortable ? ServerProcess.PortableStdio() : ServerProcess.Stdio();
        await server.SendAsync(Initialize);
        await server.SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        await server.Input.FlushAsync();
        Assert.Equal("init", (string?)JsonNode.Parse((await server.ReadAsync())!)!["id"]);
        return server;
    }

    private static string Request(int id, string method, string parameters) =>
        $$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":{{parameters}}}""";

    private static string Call(int id, string tool, string arguments) =>
        Request(id, "tools/call", $$"""{"name":"{{tool}}","arguments":{{arguments}}}""");
}
