using System.Collections.Concurrent;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

public abstract partial class ConversationStoreContract
{
    private static readonly TimeSpan Patience = Eventually.Patience;

    [Fact]
    public async Task Who_watches_a_conversation_learns_of_a_change_made_elsewhere()
    {
        var (here, elsewhere) = (CreateStore(), CreateStore());
        await WriteAsync(here, TestConversations.Initialize());
        using var changes = new SemaphoreSlim(0);
        await using var watch = await here.SubscribeAsync(Id, () => changes.Release(), Stop);

        await WriteAsync(elsewhere, TestConversations.Message("m-1"));
        Assert.True(await changes.WaitAsync(Patience, Stop));

        while (await changes.WaitAsync(TimeSpan.FromMilliseconds(300), Stop)) { }
        await WriteAsync(elsewhere, TestConversations.Erase());
        Assert.True(await changes.WaitAsync(Patience, Stop));
    }

    [Fact]
    public async Task Who_watches_all_conversations_learns_of_a_ticket_that_is_opened_anew_at_the_same_version()
    {
        var (here, elsewhere) = (CreateShortLivedStore(), CreateShortLivedStore());
        var heard = new ConcurrentQueue<ConversationChange?>();
        await using var watch = await here.SubscribeToAllAsync(heard.Enqueue, Stop);
        var expired = await WriteAsync(elsewhere, TestConversations.Initialize());
        await Eventually.TrueAsync(() => heard.Any(c => c?.Version == expired.Version), () => "The first conversation is not told.");
        await ExpireAsync(ShortTimeToLive * 1.2);
        heard.Clear();

        Assert.Equal(expired.Version, (await WriteAsync(elsewhere, TestConversations.Initialize())).Version);
        // The whole trail, or that something was missed.
        await Eventually.TrueAsync(() => heard.Any(c => c is null || (c.After == 0 && c.Version == expired.Version)), () => "The second conversation is not told.");

        heard.Clear();
        var current = await WriteAsync(elsewhere, TestConversations.Message("m-1"));
        await Eventually.TrueAsync(() => heard.Any(c => c is { After: 2 } && c.Version == current.Version), () => "What follows is not told.");
    }

    [Fact]
    public async Task Who_watches_a_conversation_learns_of_a_change_made_here_and_can_read_it()
    {
        var store = CreateStore();
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var watch = await store.SubscribeAsync(Id, () => seen.TrySetResult(), Stop);

        var opened = await WriteAsync(store, TestConversations.Initialize());

        await seen.Task.WaitAsync(Patience, Stop);
        TestConversations.AssertSame(opened, await FindAsync(store));
    }

    [Fact]
    public async Task Who_stopped_watching_is_left_alone_and_others_are_not()
    {
        var (here, elsewhere) = (CreateStore(), CreateStore());
        await WriteAsync(here, TestConversations.Initialize());
        var calls = 0;
        using var changes = new SemaphoreSlim(0);
        var stopped = await here.SubscribeAsync(Id, () => Interlocked.Increment(ref calls), Stop);
        await using var watch = await here.SubscribeAsync(Id, () => changes.Release(), Stop);

        await stopped.DisposeAsync();
        await stopped.DisposeAsync();
        await Task.Delay(100, Stop);
        var before = Volatile.Read(ref calls);
        await WriteAsync(elsewhere, TestConversations.Message("m-1"));
        await WriteAsync(here, TestConversations.Message("m-2"));

        Assert.True(await changes.WaitAsync(Patience, Stop));
        await Task.Delay(200, Stop);
        Assert.Equal(before, Volatile.Read(ref calls));
    }
}
