using System.Diagnostics;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>Reads of huge histories, many at once, neither take the process down nor hold up who asks for little.</summary>
public class LongReadsTests
{
    private const int Messages = 120;

    [Fact]
    public async Task On_sqlite()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await HttpServer.StartAsync("--data", directory.Path);
        await CheckAsync(server);
    }

    [Fact]
    public async Task On_redis()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = await HttpServer.StartAsync("--redis", redis.ConnectionString);
        await CheckAsync(server);
    }

    private static async Task CheckAsync(HttpServer server)
    {
        var stop = TestContext.Current.CancellationToken;
        await server.CallAsync("initialize_conversation", new { user_id = "u", ticket_id = "LONG" }, stop);
        var content = new string('x', 100_000);
        for (var i = 0; i < Messages; i++)
            Assert.False((await server.CallAsync("add_message", new { conversation_id = "cs-LONG", role = "user", content }, stop)).IsRefused);

        using var ended = new CancellationTokenSource();
        var slowest = TimeSpan.Zero;
        var asking = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested)
            {
                var watch = Stopwatch.StartNew();
                Assert.False((await server.CallAsync("get_state", new { conversation_id = "cs-LONG" }, stop)).IsRefused);
                slowest = slowest > watch.Elapsed ? slowest : watch.Elapsed;
            }
        }, stop);
        var peak = 0L;
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            for (var i = 0; i < 10; i++)
            {
                var answer = await server.CallAsync("get_history", new { conversation_id = "cs-LONG", limit = 500 }, stop);
                Assert.InRange(answer.Content.GetRawText().Length, 20_000, 60_000);
                Interlocked.Exchange(ref peak, Math.Max(peak, server.ResidentBytes));
            }
        }));
        await ended.CancelAsync();
        await asking;

        TestContext.Current.TestOutputHelper?.WriteLine($"{peak >> 20} MB at most; the slowest get_state took {slowest.TotalMilliseconds:0} ms.");
        Assert.InRange(peak, 1, 500L << 20);
        // 100 ms on a machine of its own; tests share theirs, so that this says no more than that it did not hang.
        Assert.InRange(slowest, TimeSpan.Zero, Eventually.Patience);
    }
}
