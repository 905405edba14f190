using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

public abstract partial class ConversationStoreContract
{
    [Fact]
    public async Task A_conversation_nobody_opened_is_not_there()
    {
        var store = CreateStore();

        Assert.Equal(default, await store.LoadAsync(Id, "key:any", Stop));
        Assert.Empty(await AllMessagesAsync(store));
        Assert.Empty(await AllEventsAsync(store));
        Assert.Empty((await ListAsync(store)).Conversations);
    }

    [Fact]
    public async Task The_first_commit_is_read_back_as_it_was_decided()
    {
        var store = CreateStore();
        var commit = TestConversations.Commit(null, TestConversations.Initialize(description: "Printer on fire", metadata: """{"order":"A-1"}"""), Now);

        var committed = Assert.IsType<CommitResult.Committed>(await store.CommitAsync(commit, Stop));

        var loaded = await store.LoadAsync(Id, null, Stop);
        TestConversations.AssertSame(commit.After, loaded.Conversation);
        TestConversations.AssertSame(commit.Events, await AllEventsAsync(store));
        Assert.Null(loaded.IdempotencyRecord);
        AssertNear(commit.Now + Day, committed.ExpiresAt);
        AssertNear(commit.Now + Day, loaded.ExpiresAt!.Value);
    }

    [Fact]
    public async Task A_commit_at_the_wrong_version_changes_nothing()
    {
        var store = CreateStore();
        var opened = await WriteAsync(store, TestConversations.Initialize());
        var moved = await WriteAsync(store, TestConversations.Transition("processing"));

        var late = TestConversations.Commit(opened, TestConversations.Message("m-1"), Now);
        var conflict = Assert.IsType<CommitResult.Conflict>(await store.CommitAsync(late, Stop));

        TestConversations.AssertSame(moved, conflict.Current.Conversation);
        Assert.Null(conflict.Current.IdempotencyRecord);
        AssertNear(Now + Day, conflict.Current.ExpiresAt!.Value);
        TestConversations.AssertSame(moved, await FindAsync(store));
        Assert.Empty(await AllMessagesAsync(store));
        Assert.Equal(moved.Version, (await AllEventsAsync(store)).Count);
        Assert.Null((await store.LoadAsync(Id, late.Key, Stop)).IdempotencyRecord);
    }

    [Fact]
    public async Task A_conversation_is_opened_once()
    {
        var store = CreateStore();
        var opened = await WriteAsync(store, TestConversations.Initialize(userId: "first"));

        var again = await store.CommitAsync(TestConversations.Commit(null, TestConversations.Initialize(userId: "second"), Now), Stop);

        TestConversations.AssertSame(opened, Assert.IsType<CommitResult.Conflict>(again).Current.Conversation);
        TestConversations.AssertSame(opened, await FindAsync(store));
    }

    [Fact]
    public async Task A_commit_on_a_conversation_that_is_not_there_changes_nothing()
    {
        var store = CreateStore();
        var never = TestConversations.Commit(null, TestConversations.Initialize(), Now).After;

        var result = await store.CommitAsync(TestConversations.Commit(never, TestConversations.Message("m-1"), Now), Stop);

        Assert.Equal(default, Assert.IsType<CommitResult.Conflict>(result).Current);
        Assert.Null(await FindAsync(store));
        Assert.Empty(await AllEventsAsync(store));
    }

    [Fact]
    public async Task A_key_that_was_used_returns_its_receipt_and_changes_nothing()
    {
        var store = CreateStore();
        var opened = await WriteAsync(store, TestConversations.Initialize());
        var first = TestConversations.Commit(opened, TestConversations.Message("m-1", "Hello"), Now);
        await store.CommitAsync(first, Stop);

        var repeated = TestConversations.Commit(first.After, TestConversations.Message("m-1", "Hello"), Now);
        var conflict = Assert.IsType<CommitResult.Conflict>(await store.CommitAsync(repeated, Stop));

        Assert.Equal(first.IdempotencyRecord, conflict.Current.IdempotencyRecord);
        TestConversations.AssertSame(first.After, conflict.Current.Conversation);
        Assert.Single(await AllMessagesAsync(store));
        Assert.Equal(first.After.Version, (await AllEventsAsync(store)).Count);
    }

    [Fact]
    public async Task A_conflict_over_the_version_brings_the_receipt_of_the_key_too()
    {
        var store = CreateStore();
        var opened = await WriteAsync(store, TestConversations.Initialize());
        var first = TestConversations.Commit(opened, TestConversations.Transition("processing", key: "k-1"), Now);
        await store.CommitAsync(first, Stop);
        var latest = await WriteAsync(store, TestConversations.Message("m-1"));

        var conflict = Assert.IsType<CommitResult.Conflict>(await store.CommitAsync(first, Stop));

        Assert.Equal(first.IdempotencyRecord, conflict.Current.IdempotencyRecord);
        TestConversations.AssertSame(latest, conflict.Current.Conversation);
    }

    [Fact]
    public async Task A_receipt_is_found_under_its_own_key_only()
    {
        var store = CreateStore();
        var opened = await WriteAsync(store, TestConversations.Initialize());
        var commit = TestConversations.Commit(opened, TestConversations.Transition("processing", key: "k-1"), Now);
        await store.CommitAsync(commit, Stop);

        Assert.Equal(commit.IdempotencyRecord, (await store.LoadAsync(Id, "key:k-1", Stop)).IdempotencyRecord);
        Assert.Null((await store.LoadAsync(Id, "message:k-1", Stop)).IdempotencyRecord);
        Assert.Null((await store.LoadAsync(Id, "key:K-1", Stop)).IdempotencyRecord);
        Assert.Null((await store.LoadAsync(Id, null, Stop)).IdempotencyRecord);
    }

    [Fact]
    public async Task Keys_of_two_conversations_do_not_meet()
    {
        var store = CreateStore();
        var other = TestConversations.Id("TKT-002");
        await WriteAsync(store, TestConversations.Initialize());
        await WriteAsync(store, TestConversations.Initialize(other));

        await WriteAsync(store, TestConversations.Message("m-1"));
        await WriteAsync(store, TestConversations.Message("m-1", id: other));

        Assert.NotNull((await store.LoadAsync(other, "message:m-1", Stop)).IdempotencyRecord);
    }

    [Fact]
    public async Task Two_stores_on_the_same_data_see_each_other()
    {
        var (one, two) = (CreateStore(), CreateStore());
        await WriteAsync(one, TestConversations.Initialize());
        await WriteAsync(two, TestConversations.Message("m-1", "from two"));
        await WriteAsync(one, TestConversations.Message("m-2", "from one"));
        var latest = await WriteAsync(two, TestConversations.Transition("processing", key: "k-1"));

        foreach (var store in (IConversationStore[])[one, two])
        {
            TestConversations.AssertSame(latest, await FindAsync(store));
            Assert.Equal(["from two", "from one"], (await AllMessagesAsync(store)).Select(m => m.Content));
            Assert.Equal([1, 2, 3, 4, 5], (await AllEventsAsync(store)).Select(e => e.Version));
            Assert.Equal(latest.Version, (await store.LoadAsync(Id, "key:k-1", Stop)).IdempotencyRecord?.Version);
            TestConversations.AssertSame(latest, Assert.Single((await ListAsync(store)).Conversations));
        }
    }

    [Fact]
    public async Task Of_commits_at_the_same_version_exactly_one_wins()
    {
        var stores = Enumerable.Range(0, 8).Select(_ => CreateStore()).ToList();
        var current = await WriteAsync(stores[0], TestConversations.Initialize());

        for (var round = 0; round < 10; round++)
        {
            var before = current;
            var results = await Task.WhenAll(stores.Select((store, i) => Task.Run(async () =>
                await store.CommitAsync(TestConversations.Commit(before, TestConversations.Message($"m-{round}-{i}"), Now), Stop), Stop)));

            Assert.Single(results.OfType<CommitResult.Committed>());
            current = (await FindAsync(stores[0]))!;
            Assert.Equal(before.Version + 1, current.Version);
            Assert.All(results.OfType<CommitResult.Conflict>(), c => TestConversations.AssertSame(current, c.Current.Conversation));
        }

        Assert.Equal(10, (await AllMessagesAsync(stores[1])).Count);
    }

    [Fact]
    public async Task A_conversation_opened_from_everywhere_at_once_is_opened_once()
    {
        var stores = Enumerable.Range(0, 8).Select(_ => CreateStore()).ToList();

        var results = await Task.WhenAll(stores.Select((store, i) => Task.Run(async () =>
            await store.CommitAsync(TestConversations.Commit(null, TestConversations.Initialize(userId: $"user-{i}"), Now), Stop), Stop)));

        Assert.Single(results.OfType<CommitResult.Committed>());
        Assert.Equal([1, 2], (await AllEventsAsync(stores[0])).Select(e => e.Version));
    }

    [Fact]
    public async Task A_healthy_store_says_it_can_serve() => await CreateStore().CheckAsync(Stop);

    private static void AssertNear(DateTimeOffset expected, DateTimeOffset actual) =>
        Assert.InRange(actual, expected - Eventually.Patience, expected + Eventually.Patience);
}
