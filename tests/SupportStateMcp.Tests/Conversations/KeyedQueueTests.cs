using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tests.Conversations;

public class KeyedQueueTests
{
    private readonly KeyedQueue _queue = new();

    [Fact]
    public async Task Turns_under_one_key_come_one_at_a_time_in_order_of_arrival()
    {
        var first = await EnterAsync("a");
        var waiting = Enumerable.Range(0, 20).Select(_ => EnterAsync("a")).ToList();

        first.Dispose();
        foreach (var next in waiting)
        {
            var turn = await next;
            Assert.All(waiting.Skip(waiting.IndexOf(next) + 1), later => Assert.False(later.IsCompleted));
            turn.Dispose();
        }
    }

    [Fact]
    public async Task Other_keys_do_not_wait()
    {
        using var held = await EnterAsync("a");

        using var other = await EnterAsync("b");
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_queue_to_the_next()
    {
        using var gone = new CancellationTokenSource();
        var held = await EnterAsync("a");
        var impatient = EnterAsync("a", gone.Token);
        var patient = EnterAsync("a");

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.False(patient.IsCompleted);
        held.Dispose();

        (await patient).Dispose();
    }

    [Fact]
    public async Task A_key_that_nobody_uses_is_forgotten()
    {
        using var gone = new CancellationTokenSource();
        var held = await EnterAsync("a");
        var impatient = EnterAsync("a", gone.Token);
        var other = await EnterAsync("b");
        Assert.Equal(2, _queue.Keys);

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        held.Dispose();
        Assert.Equal(1, _queue.Keys);
        other.Dispose();

        Assert.Equal(0, _queue.Keys);
    }

    [Fact]
    public async Task A_crowd_under_few_keys_never_meets_inside()
    {
        var inside = new int[3];
        await Parallel.ForAsync(0, 3_000, TestContext.Current.CancellationToken, async (i, ct) =>
        {
            using var turn = await EnterAsync($"{i % 3}", ct);
            Assert.Equal(1, Interlocked.Increment(ref inside[i % 3]));
            await Task.Yield();
            Interlocked.Decrement(ref inside[i % 3]);
        });

        Assert.Equal(0, _queue.Keys);
    }

    private Task<KeyedQueue.Turn> EnterAsync(string key) => EnterAsync(key, TestContext.Current.CancellationToken);

    private async Task<KeyedQueue.Turn> EnterAsync(string key, CancellationToken cancellationToken) =>
        (await _queue.TryEnterAsync(key, Timeout.InfiniteTimeSpan, cancellationToken))!.Value;
}
