using System.Diagnostics;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>
/// Listings over 100,000 conversations. It takes minutes, so it runs only when it is asked for:
/// <c>dotnet run --project tests/SupportStateMcp.Tests -- -explicit only -class "*RedisAtScaleTests"</c>.
/// </summary>
public sealed class RedisAtScaleTests
{
    private const int Conversations = 100_000;
    private const int Reads = 300;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory(Explicit = true)]
    [InlineData(1.0)]
    [InlineData(0.01)]
    public async Task A_page_takes_less_than_20_ms_however_many_wait(double waiting)
    {
        await using var server = await RedisServer.StartAsync();
        await using var place = new RedisPlace(server.ConnectionString);
        var store = place.Store(place.Options with { CallTimeout = TimeSpan.FromSeconds(30) });
        var every = (int)(1 / waiting);
        await Parallel.ForAsync(0, Conversations, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            var id = TestConversations.Id($"t-{i:000000}");
            var opened = await RedisWays.WriteAsync(store, null, TestConversations.Initialize(id, userId: $"user-{i % 1000}") with { Priority = (Priority)(i % 4) });
            if (i % every != 0)
                return;
            opened = await RedisWays.WriteAsync(store, opened, Escalate(TestConversations.Agent, i % 2 == 0 ? "support" : "billing") with { Id = id });
            await RedisWays.WriteAsync(store, opened, Ask() with { Id = id, ExpiresIn = TimeSpan.FromHours(1 + (i % 100)) });
        });

        var slowest = 0.0;
        // A bare round trip, for comparison: on a busy machine it has a tail of its own.
        await MeasureAsync("ping", async _ => await store.CheckAsync(Stop));
        QueueCursor? after = null;
        await MeasureAsync("list_queue, 50 of all, page by page", async _ =>
        {
            var page = await store.ListQueueAsync(null, after, 50, Stop);
            Assert.InRange(page.Total, (Conversations / every) - 1, (Conversations / every) + 1);
            after = page.Next;
        });
        await MeasureAsync("list_queue, 50 of one queue", async _ => await store.ListQueueAsync("support", null, 50, Stop));
        await MeasureAsync("pending approvals, 50 of all", async _ => await store.ListPendingApprovalsAsync(null, 50, Stop));
        ConversationCursor? next = null;
        await MeasureAsync("list_conversations, 50 of all, page by page", async _ => next = (await store.ListAsync(new(), next, 50, Stop)).Next);
        await MeasureAsync("list_conversations, 50 of a user", async i => await store.ListAsync(new(UserId: $"user-{i}"), null, 50, Stop));
        await MeasureAsync("list_conversations, 50 of an owner", async i => Assert.NotEmpty((await store.ListAsync(
            new(Owner: i % 2 == 0 ? Owner.InQueue("support") : Owner.Of(waiting < 1 ? TestConversations.Agent : Bob)), null, 50, Stop)).Conversations));

        Assert.InRange(slowest, 0, 20);

        async Task MeasureAsync(string what, Func<int, Task> read)
        {
            var times = new List<double>();
            for (var i = 0; i < 100; i++)
                await read(i);
            var used = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < Reads; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await read(i);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            used = Environment.CpuUsage.TotalTime - used;
            times.Sort();
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{what}: p50 {times[Reads / 2]:0.0} ms, p99 {times[Reads * 99 / 100]:0.0} ms, {used.TotalMilliseconds / Reads:0.00} ms of processor time here");
            slowest = Math.Max(slowest, times[Reads * 99 / 100]);
        }
    }
}
