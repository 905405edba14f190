using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

public class AwaitApprovalTests(GuardedServer server) : IClassFixture<GuardedServer>
{
    private readonly ApprovalDriver _driver = new(server);

    [Theory]
    [InlineData(true, "granted")]
    [InlineData(false, "refused")]
    public async Task Whoever_waits_is_answered_by_the_decision(bool approved, string status)
    {
        var approval = await _driver.PendingAsync();
        var waiting = AwaitAsync(approval, 60);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        await _driver.DecideAsync(server.Alice, approval, approved);

        var answer = await waiting.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        Assert.Equal((status, false), ((string?)answer["status"], (bool)answer["timed_out"]!));
        Assert.Equal(status, (string?)(await AwaitAsync(approval, 60))["status"]);
    }

    [Fact]
    public async Task A_vote_that_is_not_the_last_wakes_nobody()
    {
        var approval = await _driver.PendingAsync(",\"quorum\":2");
        var waiting = AwaitAsync(approval, 60);

        await _driver.DecideAsync(server.Alice, approval, approved: true);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        await _driver.DecideAsync(server.Bob, approval, approved: true);

        Assert.Equal(2, (int)(await waiting)["yes"]!);
    }

    [Fact]
    public async Task When_the_time_is_up_it_is_still_pending()
    {
        var approval = await _driver.PendingAsync();
        var started = Stopwatch.GetTimestamp();

        var answer = await AwaitAsync(approval, 1);

        Assert.Equal(("pending", true), ((string?)answer["status"], (bool)answer["timed_out"]!));
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(0.9), Eventually.Patience);
    }

    [Fact]
    public async Task A_conversation_that_is_erased_meanwhile_ends_the_wait()
    {
        var approval = await _driver.PendingAsync();
        var waiting = AwaitAsync(approval, 60);
        await Task.Delay(200, TestContext.Current.CancellationToken);

        await server.CallAsync(server.Alice, "delete_conversation", $$"""{"conversation_id":"{{ApprovalDriver.ConversationOf(approval)}}"}""");

        Assert.Equal("not_found", (string?)(await waiting)["code"]);
    }

    [Theory]
    [InlineData("2026-07-28")]
    [InlineData("2025-11-25")]
    public async Task A_client_that_wants_to_know_hears_how_long_it_has_waited(string revision)
    {
        var approval = await _driver.PendingAsync();
        await using var client = await ListeningServer.ConnectAsync(server.Endpoint, revision, server.Bot);
        var heard = new ConcurrentQueue<ProgressNotificationValue>();
        var twice = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = client.CallToolAsync(
            "await_approval", new Dictionary<string, object?> { ["approval_id"] = approval, ["timeout_seconds"] = 60 },
            new Heard(value =>
            {
                heard.Enqueue(value);
                if (heard.Count == 2)
                    twice.TrySetResult();
            }), cancellationToken: TestContext.Current.CancellationToken).AsTask();

        await twice.Task.WaitAsync(TimeSpan.FromSeconds(50), TestContext.Current.CancellationToken);
        await _driver.DecideAsync(server.Alice, approval, approved: true);

        Assert.Equal("granted", (string?)ConnectedServer.Structured(await waiting)["status"]);
        // At once, and five seconds later, or more on a busy machine.
        Assert.Equal(0f, heard.First().Progress);
        Assert.InRange(heard.ElementAt(1).Progress, 5f, 60f);
        Assert.All(heard, p => Assert.Equal(60f, p.Total));
        var deadline = (DateTimeOffset)(await _driver.GetAsync(approval))["deadline"]!;
        Assert.All(heard, p => Assert.Equal($"{approval} waits for approver until {deadline:yyyy-MM-ddTHH:mm:ssZ}.", p.Message));
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_its_wait_and_nobody_elses()
    {
        var approval = await _driver.PendingAsync();
        using var gone = new CancellationTokenSource();
        using var request = ListeningServer.Modern(
            server.Endpoint, "tools/call", $$"""
            "name":"await_approval","arguments":{"approval_id":"{{approval}}","timeout_seconds":60}
            """, "await_approval");
        request.Headers.Add("Authorization", $"Bearer {server.Bot}");
        var leaving = server.Http.SendAsync(request, gone.Token);
        var staying = AwaitAsync(approval, 60);
        await Task.Delay(300, TestContext.Current.CancellationToken);

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        await _driver.DecideAsync(server.Alice, approval, approved: true);

        Assert.Equal("granted", (string?)(await staying)["status"]);
        Assert.DoesNotContain("Exception", server.Errors, StringComparison.Ordinal);
    }

    private Task<JsonNode> AwaitAsync(string approval, int seconds) => server.CallAsync(
        server.Bot, "await_approval", $$"""{"approval_id":"{{approval}}","timeout_seconds":{{seconds}}}""");
}
