using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

public abstract partial class ConversationStoreContract
{
    [Fact]
    public async Task What_expires_is_gone_as_a_whole()
    {
        var (store, other) = (CreateShortLivedStore(), CreateShortLivedStore());
        await WriteAsync(store, TestConversations.Initialize());
        await WriteAsync(store, TestConversations.Message("m-1"));
        Assert.NotNull(await FindAsync(other));

        await ExpireAsync(ShortTimeToLive * 1.2);

        foreach (var each in (IConversationStore[])[store, other, CreateShortLivedStore()])
        {
            Assert.Equal(default, await each.LoadAsync(Id, "message:m-1", Stop));
            Assert.Empty(await AllMessagesAsync(each));
            Assert.Empty(await AllEventsAsync(each));
            Assert.Empty((await ListAsync(each)).Conversations);
        }
    }

    [Fact]
    public async Task Each_write_renews_all_that_belongs_to_the_conversation()
    {
        var store = CreateShortLivedStore();
        await WriteAsync(store, TestConversations.Initialize());
        await WriteAsync(store, TestConversations.Message("m-1"));
        for (var i = 0; i < 3; i++)
        {
            await ExpireAsync(ShortTimeToLive * 0.6);
            await WriteAsync(store, TestConversations.Update($$"""{"step":{{i}}}"""));
        }

        var other = CreateShortLivedStore();
        var loaded = await other.LoadAsync(Id, "message:m-1", Stop);
        Assert.NotNull(loaded.Conversation);
        Assert.NotNull(loaded.IdempotencyRecord);
        Assert.Single(await AllMessagesAsync(other));
        Assert.Equal(loaded.Conversation.Version, (await AllEventsAsync(other)).Count);
        Assert.Single((await ListAsync(other)).Conversations);
    }

    [Fact]
    public async Task A_read_renews_nothing()
    {
        var store = CreateShortLivedStore();
        await WriteAsync(store, TestConversations.Initialize());

        await ExpireAsync(ShortTimeToLive * 0.6);
        Assert.NotNull(await FindAsync(store));
        await ExpireAsync(ShortTimeToLive * 0.6);

        Assert.Null(await FindAsync(store));
    }

    [Fact]
    public async Task A_snapshot_is_not_remembered_longer_than_its_conversation_lives()
    {
        var (store, other) = (CreateShortLivedStore(), CreateShortLivedStore());
        await WriteAsync(store, TestConversations.Initialize(userId: "before"));
        Assert.NotNull(store.Remembered(Id));

        await ExpireAsync(ShortTimeToLive * 1.2);
        var opened = await WriteAsync(other, TestConversations.Initialize(userId: "after"));

        Assert.Equal(2, opened.Version);
        Assert.Null(store.Remembered(Id));
    }

    [Fact]
    public async Task An_expired_conversation_is_opened_anew_from_the_first_version()
    {
        var (store, other) = (CreateShortLivedStore(), CreateShortLivedStore());
        await WriteAsync(store, TestConversations.Initialize(userId: "before", metadata: """{"old":true}"""));
        var expired = await WriteAsync(store, TestConversations.Message("m-1", "before"));
        await ExpireAsync(ShortTimeToLive * 1.2);

        var late = await store.CommitAsync(TestConversations.Commit(expired, TestConversations.Message("m-2"), Now), Stop);
        Assert.Equal(default, Assert.IsType<CommitResult.Conflict>(late).Current);
        var opened = await WriteAsync(other, TestConversations.Initialize(userId: "after"));

        Assert.Equal(2, opened.Version);
        foreach (var each in (IConversationStore[])[store, other])
        {
            var loaded = await each.LoadAsync(Id, "message:m-1", Stop);
            TestConversations.AssertSame(opened, loaded.Conversation);
            Assert.Null(loaded.IdempotencyRecord);
            Assert.Empty(await AllMessagesAsync(each));
            Assert.Equal([1, 2], (await AllEventsAsync(each)).Select(e => e.Version));
        }
    }

    [Fact]
    public async Task A_commit_made_of_a_conversation_that_is_gone_does_not_go_into_the_one_that_took_its_place()
    {
        var (store, other) = (CreateShortLivedStore(), CreateShortLivedStore());
        var gone = await WriteAsync(store, TestConversations.Initialize(userId: "before"));
        await ExpireAsync(ShortTimeToLive * 1.2);
        var opened = await WriteAsync(other, TestConversations.Initialize(userId: "after"));

        var late = await store.CommitAsync(TestConversations.Commit(gone, TestConversations.Message("m-1", "before"), Now), Stop);

        Assert.Equal(gone.Version, opened.Version);
        TestConversations.AssertSame(opened, Assert.IsType<CommitResult.Conflict>(late).Current.Conversation);
        foreach (var each in (IConversationStore[])[store, other])
        {
            TestConversations.AssertSame(opened, await FindAsync(each));
            Assert.Empty(await AllMessagesAsync(each));
            Assert.Equal([1, 2], (await AllEventsAsync(each)).Select(e => e.Version));
        }
    }

    [Fact]
    public async Task An_erasure_leaves_the_redacted_trail_and_nothing_else()
    {
        var (store, other) = (CreateStore(), CreateStore());
        await WriteAsync(store, TestConversations.Initialize(userId: "secret-user", description: "secret words", metadata: """{"secret":1}"""));
        await WriteAsync(store, TestConversations.Message("m-1", "secret content"));
        await WriteAsync(store, TestConversations.Transition("processing", key: "k-1"));
        await WriteAsync(store, TestConversations.Update("""{"secret":2}""", key: "k-2"));
        Assert.NotNull(await FindAsync(other));
        var trail = await AllEventsAsync(store);

        var erased = await WriteAsync(store, TestConversations.Erase());

        foreach (var each in (IConversationStore[])[store, other, CreateStore()])
        {
            foreach (var key in (string[])["message:m-1", "key:k-1", "key:k-2"])
                Assert.Null((await each.LoadAsync(Id, key, Stop)).IdempotencyRecord);
            var tombstone = await FindAsync(each);
            TestConversations.AssertSame(erased, tombstone);
            Assert.NotNull(tombstone!.ErasedAt);
            Assert.Equal(Conversation.ErasedMark, tombstone.UserId);
            Assert.Empty(await AllMessagesAsync(each));
            Assert.Empty((await ListAsync(each)).Conversations);
            var events = await AllEventsAsync(each);
            TestConversations.AssertSame(trail.Select(e => e.Redacted()), events.SkipLast(1));
            Assert.IsType<ConversationEvent.Erased>(events[^1]);
        }
    }

    [Fact]
    public async Task A_conversation_opened_anew_after_an_erasure_goes_on_in_the_same_trail()
    {
        var (store, other) = (CreateStore(), CreateStore());
        await WriteAsync(store, TestConversations.Initialize(userId: "before"));
        await WriteAsync(store, TestConversations.Message("m-1", "before"));
        var erased = await WriteAsync(store, TestConversations.Erase());

        await WriteAsync(other, TestConversations.Initialize(userId: "after"));
        var latest = await WriteAsync(other, TestConversations.Message("m-1", "after"));

        Assert.Equal(erased.Version + 3, latest.Version);
        foreach (var each in (IConversationStore[])[store, other, CreateStore()])
        {
            TestConversations.AssertSame(latest, await FindAsync(each));
            var message = Assert.Single(await AllMessagesAsync(each));
            Assert.Equal(("after", 1, latest.Version), (message.Content, message.Number, message.Version));
            Assert.Equal(
                Enumerable.Range(1, (int)latest.Version).Select(v => (long)v),
                (await AllEventsAsync(each)).Select(e => e.Version));
            TestConversations.AssertSame(latest, Assert.Single((await ListAsync(each)).Conversations));
        }
    }

    [Fact]
    public async Task A_conversation_can_be_erased_twice()
    {
        var store = CreateStore();
        for (var round = 0; round < 2; round++)
        {
            await WriteAsync(store, TestConversations.Initialize(userId: $"user-{round}"));
            await WriteAsync(store, TestConversations.Message("m-1", $"content {round}"));
            await WriteAsync(store, TestConversations.Erase());
        }

        var other = CreateStore();
        Assert.NotNull((await FindAsync(other))!.ErasedAt);
        Assert.Empty(await AllMessagesAsync(other));
        Assert.Equal(8, (await AllEventsAsync(other)).Count);
        Assert.Equal(
            [Conversation.ErasedMark, Conversation.ErasedMark],
            (await AllEventsAsync(other)).OfType<ConversationEvent.Initialized>().Select(e => e.UserId));
    }

    [Fact]
    public async Task The_trail_of_an_erased_conversation_expires_too()
    {
        var store = CreateShortLivedStore();
        await WriteAsync(store, TestConversations.Initialize());
        await WriteAsync(store, TestConversations.Erase());

        await ExpireAsync(ShortTimeToLive * 1.2);

        Assert.Null(await FindAsync(store));
        Assert.Empty(await AllEventsAsync(store));
        Assert.Equal(2, (await WriteAsync(store, TestConversations.Initialize())).Version);
    }
}
