using System.Diagnostics;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>A master that dies under Sentinels, and the replica that takes over.</summary>
public sealed class RedisSentinelTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_failover_loses_nothing_that_was_replicated_and_ends_by_itself()
    {
        await using var sentinels = await SentinelDeployment.StartAsync();
        await using var place = new RedisPlace(sentinels.ConnectionString);
        var options = place.Options with { CallTimeout = TimeSpan.FromSeconds(5) };
        var (store, elsewhere, locks) = (place.Store(options), place.Store(options), place.Locks(options));
        using var changes = new SemaphoreSlim(0);
        await using var watch = await elsewhere.SubscribeAsync(TestConversations.Id(), () => changes.Release(), Stop);

        var current = await RedisWays.WriteAsync(store, null, TestConversations.Initialize());
        for (var i = 0; i < 20; i++)
            current = await RedisWays.WriteAsync(store, current, TestConversations.Message($"m-{i}"));
        await (await locks.TryAcquireAsync(TestConversations.Id(), TimeSpan.FromSeconds(5), Stop))!.DisposeAsync();
        // Behind a write of its own on one connection, a WAIT that says 1 means that all before it has arrived.
        var raw = await place.RawAsync(sentinels.Master.ConnectionString);
        await raw.StringSetAsync("last", "1");
        Assert.Equal(1, (int)await raw.ExecuteAsync("WAIT", "1", "5000"));

        var outage = Stopwatch.StartNew();
        await sentinels.Master.KillAsync();
        var refused = Stopwatch.StartNew();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.LoadAsync(TestConversations.Id(), null, Stop));
        Assert.InRange(refused.Elapsed, TimeSpan.Zero, Eventually.Patience);
        current = await WrittenAsync(store, current, outage);
        TestContext.Current.SendDiagnosticMessage($"Writes are taken again {outage.Elapsed.TotalSeconds:0.0} s after the master's end.");

        TestConversations.AssertSame(current, (await store.LoadAsync(TestConversations.Id(), null, Stop)).Conversation);
        Assert.Equal(21, (await store.ReadMessagesAsync(TestConversations.Id(), long.MaxValue, 100, Stop)).Count);
        Assert.Equal(current.Version, (await store.ReadEventsAsync(TestConversations.Id(), 0, 100, Stop)).Count);

        // The other instance, its watcher and the locks find the new master as well.
        await ReadableAsync(elsewhere, outage);
        while (await changes.WaitAsync(TimeSpan.FromSeconds(1), Stop)) { }
        await RedisWays.WriteAsync(store, current, TestConversations.Message("heard"));
        Assert.True(await changes.WaitAsync(Eventually.Patience, Stop));
        await LockedAsync(locks, outage);
    }

    /// <summary>Repeats a write, as callers are told to, until it is taken. A try that was refused may have been applied.</summary>
    private static async Task<Conversation> WrittenAsync(RedisConversationStore store, Conversation before, Stopwatch outage)
    {
        var commit = TestConversations.Commit(before, TestConversations.Message("after"), TimeProvider.System.GetUtcNow());
        await UntilAsync(outage, async () => await store.CommitAsync(commit, Stop) switch
        {
            CommitResult.Conflict conflict => conflict.Current.IdempotencyRecord is not null,
            _ => true,
        });
        return commit.After;
    }

    private static Task ReadableAsync(RedisConversationStore store, Stopwatch outage) => UntilAsync(outage, async () =>
    {
        await store.CheckAsync(Stop);
        return (await store.LoadAsync(TestConversations.Id(), "message:after", Stop)).IdempotencyRecord is not null;
    });

    private static Task LockedAsync(RedLockConversationLocks locks, Stopwatch outage) => UntilAsync(outage, async () =>
    {
        await using var held = await locks.TryAcquireAsync(TestConversations.Id(), TimeSpan.FromSeconds(1), Stop);
        return held is not null;
    });

    private static async Task UntilAsync(Stopwatch outage, Func<Task<bool>> isSo)
    {
        while (true)
        {
            try
            {
                Assert.True(await isSo());
                return;
            }
            catch (StoreUnavailableException) when (outage.Elapsed < Eventually.Patience)
            {
                await Task.Delay(50, Stop);
            }
        }
    }
}
