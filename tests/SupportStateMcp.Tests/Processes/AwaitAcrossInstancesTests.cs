using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>Bots that wait at one instance for what people decide at another.</summary>
public sealed class AwaitAcrossInstancesTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Seconds = 100;

    private readonly string _bot = AccessToken.Create();
    private readonly string _alice = AccessToken.Create();
    private readonly TemporaryDirectory _directory = new();
    private Deployment _deployment = null!;
    private HttpServer _waitingAt = null!;
    private HttpServer _decidingAt = null!;

    public async ValueTask InitializeAsync()
    {
        var config = _directory.File("config.json", JsonSerializer.Serialize(new
        {
            mcp = new { http = new { tokens = new[] { Token(_bot, "ai:bot", "agent"), Token(_alice, "human:alice", "approver") } } },
        }));
        _deployment = await Deployment.OnAsync("redis", "--config", config);
        _waitingAt = await _deployment.StartServerAsync();
        _waitingAt.ActAs(_bot);
        _decidingAt = await _deployment.StartServerAsync();
        _decidingAt.ActAs(_alice);

        static object Token(string token, string actor, string role) =>
            new { sha256 = Convert.ToHexStringLower(AccessToken.Digest(token)), actor, roles = new[] { role } };
    }

    public async ValueTask DisposeAsync()
    {
        await _deployment.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_decision_at_one_instance_answers_who_waits_at_another()
    {
        var delays = new List<double>();
        for (var round = 0; round < 20; round++)
        {
            var approval = await PendingAsync($"DELAY-{round}");
            var waiting = TimedAsync(AwaitAsync(approval));
            await Task.Delay(100, TestContext.Current.CancellationToken);

            await DecideAsync(approval);
            var decided = Stopwatch.GetTimestamp();
            var (answer, at) = await waiting;

            AssertDecided(answer);
            delays.Add(Stopwatch.GetElapsedTime(decided, at).TotalMilliseconds);
        }

        delays.Sort();
        Print($"From the decision's reply to the waiter's answer: median {(delays[9] + delays[10]) / 2:0.0} ms, from {delays[0]:0.0} to {delays[^1]:0.0} ms.");
    }

    [Fact]
    public async Task A_thousand_who_wait_ask_redis_nothing()
    {
        RedisServer.RequireRedis("its count of commands");
        var approvals = new List<string>();
        for (var i = 0; i < 20; i++)
            approvals.Add(await PendingAsync($"CROWD-{i}"));
        var begin = await CommandsAsync();
        var waiting = new List<Task<ToolAnswer>>();
        // A hundred at a time: what a thousand cost that begin at once is not the question here.
        for (var hundred = 0; hundred < 10; hundred++)
        {
            waiting.AddRange(Enumerable.Range(0, 100).Select(i => AwaitAsync(approvals[i % approvals.Count])));
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }

        // Each reads the conversation twice as it begins to wait; then it is quiet, on a busy machine a little later.
        var limit = Stopwatch.StartNew();
        long first, commands;
        do
        {
            first = await CommandsAsync();
            await Task.Delay(3_000, TestContext.Current.CancellationToken);
            commands = await CommandsAsync() - first;
        }
        while ((first - begin < 2_000 || commands >= 100) && limit.Elapsed < TimeSpan.FromSeconds(60));

        // What ended too early is told: it was refused, or the crowd was slower than its wait.
        Assert.DoesNotContain(waiting.Where(w => w.IsCompleted).Select(w => w.Result.Result.ToString()), _ => true);

        var deciding = Stopwatch.GetTimestamp();
        foreach (var approval in approvals)
            await DecideAsync(approval);
        var answers = await Task.WhenAll(waiting);

        Print($"3 s of 1,000 waiting callers and two idle instances: {commands} commands. All were answered {Stopwatch.GetElapsedTime(deciding).TotalMilliseconds:0} ms after the first of 20 decisions began.");
        Assert.All(answers, AssertDecided);
        Assert.True(commands < 100, $"{commands} commands in 3 s.");
    }

    private async Task<string> PendingAsync(string ticket)
    {
        await _waitingAt.CallAsync("initialize_conversation", new { user_id = "u", ticket_id = ticket });
        var asked = await _waitingAt.CallAsync("request_approval", new
        {
            conversation_id = $"cs-{ticket}",
            action = "refund",
            arguments = new { amount = 612.40 },
            reason = "It broke.",
        });
        return asked.Content.GetProperty("approval_id").GetString()!;
    }

    private Task<ToolAnswer> AwaitAsync(string approval) => _waitingAt.CallAsync(
        "await_approval", new { approval_id = approval, timeout_seconds = Seconds }, TestContext.Current.CancellationToken);

    private async Task DecideAsync(string approval)
    {
        var decided = await _decidingAt.CallAsync("decide_approval", new { approval_id = approval, approved = true });
        Assert.False(decided.IsRefused, decided.Result.ToString());
    }

    private static async Task<(ToolAnswer Answer, long At)> TimedAsync(Task<ToolAnswer> call)
    {
        var answer = await call;
        return (answer, Stopwatch.GetTimestamp());
    }

    private static void AssertDecided(ToolAnswer answer)
    {
        Assert.False(answer.IsRefused, answer.Result.ToString());
        Assert.Equal(("granted", false), (answer.Content.GetProperty("status").GetString(), answer.Content.GetProperty("timed_out").GetBoolean()));
    }

    private void Print(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>How many commands this Redis has carried out, anyone who sent them.</summary>
    private async Task<long> CommandsAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", _deployment.Redis!.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync("INFO stats\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        const string Counter = "total_commands_processed:";
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith(Counter, StringComparison.Ordinal))
                return long.Parse(line[Counter.Length..], CultureInfo.InvariantCulture);
        }

        throw new InvalidOperationException("Redis did not say how many commands it has carried out.");
    }
}
