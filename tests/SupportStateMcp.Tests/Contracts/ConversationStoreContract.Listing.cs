using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

public abstract partial class ConversationStoreContract
{
    [Fact]
    public async Task A_listing_shows_the_newest_change_first()
    {
        var store = CreateStore();
        var start = Now;
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("a")), start);
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("b")), start.AddMilliseconds(10));
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("c")), start.AddMilliseconds(20));
        await WriteAsync(store, TestConversations.Message("m-1", id: TestConversations.Id("a")), start.AddMilliseconds(30));

        Assert.Equal(["cs-a", "cs-c", "cs-b"], Ids(await ListAsync(CreateStore())));
    }

    [Fact]
    public async Task Conversations_that_changed_at_the_same_time_are_ordered_by_id()
    {
        var store = CreateStore();
        var start = Now;
        foreach (var ticket in (string[])["b", "A", "a-10", "a", "B", "a-9"])
            await WriteAsync(store, TestConversations.Initialize(TestConversations.Id(ticket)), start);

        // By the code of each character, the highest first, whatever the language.
        Assert.Equal(["cs-b", "cs-a-9", "cs-a-10", "cs-a", "cs-B", "cs-A"], Ids(await ListAsync(store)));
        Assert.Equal(Ids(await ListAsync(store)), await AllPagesAsync(store, 2));
    }

    [Fact]
    public async Task A_listing_counts_time_in_whole_milliseconds()
    {
        var store = CreateStore();
        var start = DateTimeOffset.FromUnixTimeMilliseconds(Now.ToUnixTimeMilliseconds());
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("a")), start.AddTicks(9_000));
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("b")), start.AddTicks(1_000));

        Assert.Equal(["cs-b", "cs-a"], Ids(await ListAsync(store)));
        Assert.Equal(["cs-b", "cs-a"], await AllPagesAsync(store, 1));
    }

    [Fact]
    public async Task A_listing_is_narrowed_by_each_filter_and_by_all_together()
    {
        var store = CreateStore();
        var start = Now;
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("a"), userId: "alice", assignedTo: "ai"), start);
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("b"), userId: "alice", assignedTo: "bob"), start.AddMilliseconds(1));
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("c"), userId: "carol", assignedTo: "ai"), start.AddMilliseconds(2));
        await WriteAsync(store, TestConversations.Transition("processing", id: TestConversations.Id("b")), start.AddMilliseconds(3));
        await WriteAsync(store, TestConversations.Transition("processing", id: TestConversations.Id("c")), start.AddMilliseconds(4));

        Assert.Equal(["cs-c", "cs-b"], Ids(await ListAsync(store, new(State: "processing"))));
        Assert.Equal(["cs-a"], Ids(await ListAsync(store, new(State: "gathering_info"))));
        Assert.Equal(["cs-b", "cs-a"], Ids(await ListAsync(store, new(UserId: "alice"))));
        Assert.Equal(["cs-c", "cs-a"], Ids(await ListAsync(store, new(AssignedTo: "ai"))));
        Assert.Equal(["cs-b"], Ids(await ListAsync(store, new("processing", "alice", "bob"))));
        Assert.Empty(Ids(await ListAsync(store, new("processing", "alice", "ai"))));
        Assert.Empty(Ids(await ListAsync(store, new(UserId: "Alice"))));
    }

    [Fact]
    public async Task A_conversation_that_no_longer_matches_leaves_the_listing()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize());
        Assert.Single((await ListAsync(store, new(State: "gathering_info"))).Conversations);

        await WriteAsync(CreateStore(), TestConversations.Transition("processing"));

        Assert.Empty((await ListAsync(store, new(State: "gathering_info"))).Conversations);
        Assert.Single((await ListAsync(store, new(State: "processing"))).Conversations);
    }

    [Fact]
    public async Task Pages_show_every_conversation_once()
    {
        var store = CreateStore();
        var start = Now;
        for (var i = 0; i < 23; i++)
            await WriteAsync(store, TestConversations.Initialize(TestConversations.Id($"t-{i:00}"), userId: i % 2 == 0 ? "even" : "odd"), start.AddMilliseconds(i / 5));

        var expected = Ids(await ListAsync(store));
        Assert.Equal(23, expected.Count);
        foreach (var size in (int[])[1, 4, 5, 22, 23, 24])
            Assert.Equal(expected, await AllPagesAsync(CreateStore(), size));
        Assert.Equal(12, (await AllPagesAsync(store, 5, new(UserId: "even"))).Count);
        Assert.Equal(11, (await AllPagesAsync(store, 11, new(UserId: "odd"))).Count);
    }

    [Fact]
    public async Task A_change_between_two_pages_hides_no_other_conversation()
    {
        var store = CreateStore();
        var start = Now;
        for (var i = 0; i < 9; i++)
            await WriteAsync(store, TestConversations.Initialize(TestConversations.Id($"t-{i}")), start.AddMilliseconds(i));

        var first = await store.ListAsync(new(), null, 3, Stop);
        Assert.Equal(["cs-t-8", "cs-t-7", "cs-t-6"], Ids(first));

        // One that was shown, one that was not, and one that is new: all go to the front, before the cursor.
        await WriteAsync(store, TestConversations.Message("m-1", id: TestConversations.Id("t-6")), start.AddMilliseconds(20));
        await WriteAsync(store, TestConversations.Message("m-1", id: TestConversations.Id("t-5")), start.AddMilliseconds(21));
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("t-9")), start.AddMilliseconds(22));

        var second = await store.ListAsync(new(), first.Next, 3, Stop);
        Assert.Equal(["cs-t-4", "cs-t-3", "cs-t-2"], Ids(second));
        var third = await store.ListAsync(new(), second.Next, 3, Stop);
        Assert.Equal(["cs-t-1", "cs-t-0"], Ids(third));
        Assert.Null(third.Next);
    }

    private static async Task<List<string>> AllPagesAsync(IConversationStore store, int size, ConversationFilter? filter = null)
    {
        var ids = new List<string>();
        ConversationCursor? next = null;
        do
        {
            var page = await store.ListAsync(filter ?? new(), next, size, Stop);
            Assert.InRange(page.Conversations.Count, 0, size);
            ids.AddRange(Ids(page));
            next = page.Next;
        }
        while (next is not null);

        return ids;
    }

    private static List<string> Ids(ConversationPage page) => [.. page.Conversations.Select(c => c.ConversationId)];
}
