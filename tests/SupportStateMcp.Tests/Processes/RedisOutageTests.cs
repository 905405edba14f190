using System.Collections.Concurrent;
using SupportStateMcp.Tests.Storage.Redis;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>Redis gone for a while, under load.</summary>
public sealed class RedisOutageTests
{
    private const int Writers = 16;

    [Fact]
    public async Task A_redis_that_stops_for_five_seconds_costs_refusals_and_nothing_else()
    {
        RedisServer.RequireRedis("a Redis that keeps its data over a restart");
        await using var deployment = await Deployment.OnAsync("redis");
        var server = await deployment.StartServerAsync();
        for (var w = 0; w < Writers; w++)
            await server.CallAsync("initialize_conversation", new { user_id = "u", ticket_id = $"OUT-{w}" });

        var acknowledged = new ConcurrentBag<string>();
        var codes = new ConcurrentDictionary<string, int>();
        var slowest = new ConcurrentBag<TimeSpan>();
        using var done = new CancellationTokenSource();
        var writers = Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            for (var n = 0; !done.IsCancellationRequested; n++)
            {
                // A refused message is repeated under its id until it is stored.
                while (!await TryAddAsync(w, $"m-{w}-{n}") && !done.IsCancellationRequested)
                    await Task.Delay(50);
            }
        })).ToList();

        await Task.Delay(500);
        await deployment.Redis!.StopAsync();
        await Task.Delay(5_000);
        await deployment.Redis.StartAgainAsync();
        await ServesAgainAsync();
        await Task.Delay(1_000);
        await done.CancelAsync();
        await Task.WhenAll(writers);

        Assert.Equal(["store_unavailable"], codes.Keys);
        Assert.True(slowest.Max() < Eventually.Patience, $"A call took {slowest.Max()}.");
        var stored = new List<string>();
        for (var w = 0; w < Writers; w++)
        {
            Assert.True(await TryAddAsync(w, $"last-{w}"), "The server serves again.");
            stored.AddRange(await Deployment.AssertWholeAsync(server, $"cs-OUT-{w}"));
        }

        Assert.Subset(stored.ToHashSet(), acknowledged.ToHashSet());
        Assert.DoesNotContain("Exception", server.Log, StringComparison.Ordinal);

        async Task ServesAgainAsync()
        {
            for (var waiting = TimeProvider.System.GetTimestamp(); !await TryAddAsync(0, "again");)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(waiting) < Eventually.Patience, "The server does not come back.");
                await Task.Delay(100);
            }
        }

        async Task<bool> TryAddAsync(int writer, string message)
        {
            var started = TimeProvider.System.GetTimestamp();
            var answer = await server.CallAsync("add_message", new { conversation_id = $"cs-OUT-{writer}", role = "user", content = "x", message_id = message });
            slowest.Add(TimeProvider.System.GetElapsedTime(started));
            if (answer.Code is { } code)
                codes.AddOrUpdate(code, 1, (_, count) => count + 1);
            else
                acknowledged.Add(message);
            return !answer.IsRefused;
        }
    }
}
