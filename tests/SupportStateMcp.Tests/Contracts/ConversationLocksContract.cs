using System.Diagnostics;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

/// <summary>What the locks of every store do alike.</summary>
public abstract class ConversationLocksContract
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(150);

    private static readonly ConversationId Id = TestConversations.Id();

    /// <summary>Locks on this test's data. A second one on the same data stands for another process.</summary>
    protected abstract IConversationLocks CreateLocks();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lock_is_held_by_one_at_a_time_over_all_processes()
    {
        IConversationLocks[] processes = [CreateLocks(), CreateLocks()];
        var (inside, most, turns) = (0, 0, 0);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            for (var turn = 0; turn < 5; turn++)
            {
                await using var held = await processes[i % 2].TryAcquireAsync(Id, Patience, Stop);
                Assert.NotNull(held);
                var now = Interlocked.Increment(ref inside);
                most = Math.Max(most, now);
                await Task.Delay(2, Stop);
                Interlocked.Decrement(ref inside);
                turns++;
            }
        }, Stop)));

        Assert.Equal((1, 40), (most, turns));
    }

    [Fact]
    public async Task A_lock_that_does_not_come_in_time_is_none()
    {
        var (one, two) = (CreateLocks(), CreateLocks());
        await using var held = await one.TryAcquireAsync(Id, Patience, Stop);
        Assert.NotNull(held);

        foreach (var locks in (IConversationLocks[])[one, two])
        {
            var started = Stopwatch.StartNew();
            Assert.Null(await locks.TryAcquireAsync(Id, Soon, Stop));
            Assert.InRange(started.Elapsed, Soon - TimeSpan.FromMilliseconds(30), Patience);
            Assert.Null(await locks.TryAcquireAsync(Id, TimeSpan.Zero, Stop));
        }
    }

    [Fact]
    public async Task A_release_lets_the_next_one_in()
    {
        var (one, two) = (CreateLocks(), CreateLocks());
        var held = await one.TryAcquireAsync(Id, Patience, Stop);
        var waiting = two.TryAcquireAsync(Id, Patience, Stop).AsTask();
        await Task.Delay(50, Stop);
        Assert.False(waiting.IsCompleted);

        await held!.DisposeAsync();

        await using var next = await waiting;
        Assert.NotNull(next);
    }

    [Fact]
    public async Task A_release_twice_frees_nobody_elses_lock()
    {
        var (one, two) = (CreateLocks(), CreateLocks());
        var first = await one.TryAcquireAsync(Id, Patience, Stop);
        await first!.DisposeAsync();
        await using var second = await two.TryAcquireAsync(Id, Patience, Stop);

        await first.DisposeAsync();

        Assert.Null(await one.TryAcquireAsync(Id, Soon, Stop));
    }

    [Fact]
    public async Task Different_conversations_do_not_wait_for_each_other()
    {
        var (one, two) = (CreateLocks(), CreateLocks());
        await using var held = await one.TryAcquireAsync(Id, Patience, Stop);

        await using var here = await one.TryAcquireAsync(TestConversations.Id("TKT-002"), TimeSpan.Zero, Stop);
        await using var there = await two.TryAcquireAsync(TestConversations.Id("TKT-003"), TimeSpan.Zero, Stop);

        Assert.NotNull(here);
        Assert.NotNull(there);
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_the_lock_to_others()
    {
        var (one, two) = (CreateLocks(), CreateLocks());
        var held = await one.TryAcquireAsync(Id, Patience, Stop);
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var waiting = two.TryAcquireAsync(Id, Patience, impatient.Token).AsTask();

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await held!.DisposeAsync();

        await using var next = await two.TryAcquireAsync(Id, Patience, Stop);
        Assert.NotNull(next);
    }
}
