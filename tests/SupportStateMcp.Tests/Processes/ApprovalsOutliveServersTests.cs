using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>An approval is a record of its conversation, not of the process that took it in.</summary>
public sealed class ApprovalsOutliveServersTests : IDisposable
{
    private const string Refund = """{"order":"A-17","amount":612.40}""";
    private readonly TemporaryDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task An_approval_survives_the_end_of_every_server_between_its_steps()
    {
        string approval;
        await using (var asking = await StartAsync())
        {
            await asking.DoAsync("initialize_conversation", """{"user_id":"u","ticket_id":"T"}""");
            approval = (string)(await asking.DoAsync("request_approval", Request("T")))["approval_id"]!;
        }

        await using (var deciding = await StartAsync("--actor", "human:alice"))
        {
            var pending = await deciding.DoAsync("list_pending_approvals", "{}");
            Assert.Equal(approval, (string?)Assert.Single(pending["approvals"]!.AsArray())!["approval_id"]);
            await deciding.DoAsync("decide_approval", $$"""{"approval_id":"{{approval}}","approved":true}""");
        }

        await using (var looking = await StartAsync())
            Assert.Equal("granted", (string?)(await looking.DoAsync("get_approval", Of(approval)))["status"]);

        await using (var usingIt = await StartAsync())
            Assert.False((bool)(await usingIt.DoAsync("use_approval", Use(approval)))["replayed"]!);

        await using var repeating = await StartAsync();
        Assert.True((bool)(await repeating.DoAsync("use_approval", Use(approval)))["replayed"]!);
    }

    [Fact]
    public async Task A_decision_in_one_process_answers_who_waits_in_another_over_the_same_database()
    {
        await using var bot = await StartAsync();
        await using var alice = await StartAsync("--actor", "human:alice");
        await bot.DoAsync("initialize_conversation", """{"user_id":"u","ticket_id":"T"}""");
        var approval = (string)(await bot.DoAsync("request_approval", Request("T")))["approval_id"]!;
        var waiting = bot.DoAsync("await_approval", Of(approval, 60));
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        await alice.DoAsync("decide_approval", $$"""{"approval_id":"{{approval}}","approved":false}""");

        Assert.Equal("refused", (string?)(await waiting.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken))["status"]);
    }

    [Fact]
    public async Task A_server_that_is_told_to_stop_answers_those_who_wait()
    {
        await using var bot = await StartAsync();
        await bot.DoAsync("initialize_conversation", """{"user_id":"u","ticket_id":"T"}""");
        var approval = (string)(await bot.DoAsync("request_approval", Request("T")))["approval_id"]!;
        var waiting = await WaitingAsync(bot.Client, approval);

        bot.Process.Terminate();

        var answer = ConnectedServer.Structured(await waiting.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken));
        Assert.Equal(("pending", true), ((string?)answer["status"], (bool)answer["timed_out"]!));
        Assert.Equal(0, await bot.Process.ExitAsync());
    }

    [Fact]
    public async Task A_server_over_http_that_is_told_to_stop_answers_those_who_wait()
    {
        await using var process = await ServerProcess.HttpAsync();
        await using var client = await ListeningServer.ConnectAsync(process.Endpoint);
        await ConnectedServer.CallAsync(client, "initialize_conversation", """{"user_id":"u","ticket_id":"T"}""");
        var approval = (string)ConnectedServer.Structured(await ConnectedServer.CallAsync(client, "request_approval", Request("T")))["approval_id"]!;
        var waiting = await WaitingAsync(client, approval);

        process.Terminate();

        var answer = ConnectedServer.Structured(await waiting.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken));
        Assert.Equal(("pending", true), ((string?)answer["status"], (bool)answer["timed_out"]!));
        Assert.Equal(0, await process.ExitAsync());
    }

    private static string Request(string ticket) => $$"""{"conversation_id":"cs-{{ticket}}","action":"refund","arguments":{{Refund}},"reason":"It broke."}""";

    private static string Use(string approval) => $$"""{"approval_id":"{{approval}}","action":"refund","arguments":{{Refund}}}""";

    private static string Of(string approval, int? seconds = null) =>
        $$"""{"approval_id":"{{approval}}"{{(seconds is null ? "" : $",\"timeout_seconds\":{seconds}")}}}""";

    /// <summary>Waits for an approval for five minutes; returns the answer to come once the server has told that the wait has begun.</summary>
    private static async Task<Task<CallToolResult>> WaitingAsync(McpClient client, string approval)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = client.CallToolAsync(
            "await_approval", new Dictionary<string, object?> { ["approval_id"] = approval, ["timeout_seconds"] = 300 },
            new Heard(_ => begun.TrySetResult()), cancellationToken: TestContext.Current.CancellationToken).AsTask();
        await Task.WhenAny(begun.Task, answer).WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        Assert.False(answer.IsCompleted);
        return answer;
    }

    private async Task<Running> StartAsync(params string[] arguments)
    {
        var process = ServerProcess.StdioOn(_data, arguments);
        return new Running(process, await ConnectedServer.ConnectAsync(process, "bot"));
    }

    /// <summary>A server of this data directory; its end is a kill.</summary>
    private sealed record Running(ServerProcess Process, McpClient Client) : IAsyncDisposable
    {
        public async Task<JsonObject> DoAsync(string tool, string arguments)
        {
            var result = ConnectedServer.Structured(await ConnectedServer.CallAsync(Client, tool, arguments));
            Assert.Null((string?)result["code"]);
            return result;
        }

        public async ValueTask DisposeAsync()
        {
            await Process.DisposeAsync();
            await Client.DisposeAsync();
        }
    }
}
