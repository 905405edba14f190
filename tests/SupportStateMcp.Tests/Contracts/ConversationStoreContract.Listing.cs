using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.TwoOwners;

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
    public async Task A_listing_is_narrowed_by_owner_and_each_conversation_is_found_by_the_one_it_has_now()
    {
        var store = CreateStore();
        var start = Now;
        foreach (var (i, ticket) in ((string[])["a", "b", "c", "d"]).Index())
            await WriteAsync(store, TestConversations.Initialize(TestConversations.Id(ticket)), start.AddMilliseconds(i));
        await WriteAsync(store, Claim(Alice, Day) with { Id = TestConversations.Id("a") }, start.AddMilliseconds(10));
        await WriteAsync(store, Claim(Bob, Day) with { Id = TestConversations.Id("b") }, start.AddMilliseconds(11));
        await WriteAsync(store, Escalate(TestConversations.Agent, "billing") with { Id = TestConversations.Id("c") }, start.AddMilliseconds(12));

        Assert.Equal(["cs-a"], Ids(await ListAsync(CreateStore(), new(Owner: Owner.Of(Alice)))));
        Assert.Equal(["cs-c"], Ids(await ListAsync(store, new(Owner: Owner.InQueue("billing")))));
        Assert.Equal(["cs-d"], Ids(await ListAsync(store, new(Owner: Owner.Of(TestConversations.Agent)))));
        Assert.Empty(Ids(await ListAsync(store, new(Owner: Owner.InQueue("alice")))));
        Assert.Equal(["cs-a"], Ids(await ListAsync(store, new(AssignedTo: "human:alice"))));

        await WriteAsync(store, Assign(Alice, "human:bob") with { Id = TestConversations.Id("a"), Lease = Day }, start.AddMilliseconds(20));

        Assert.Empty(Ids(await ListAsync(CreateStore(), new(Owner: Owner.Of(Alice)))));
        Assert.Equal(["cs-a", "cs-b"], Ids(await ListAsync(CreateStore(), new(Owner: Owner.Of(Bob)))));
        Assert.Equal(["cs-a", "cs-b"], await AllPagesAsync(store, 1, new(Owner: Owner.Of(Bob))));
        Assert.Equal(["cs-a", "cs-b"], Ids(await ListAsync(store, new("gathering_info", "user-1", "human:bob", Owner.Of(Bob)))));
        await WriteAsync(store, TestConversations.Erase(TestConversations.Id("b")) with { Actor = Bob }, start.AddMilliseconds(30));
        Assert.Equal(["cs-a"], Ids(await ListAsync(CreateStore(), new(Owner: Owner.Of(Bob)))));
    }

    [Fact]
    public async Task Whose_lease_has_run_out_is_listed_as_its_owner_no_more()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize(), Now - TimeSpan.FromMinutes(2));
        var claimed = await WriteAsync(store, Claim(Alice, TimeSpan.FromSeconds(30)) with { Id = Id }, Now - TimeSpan.FromMinutes(1));
        Assert.Equal(Owner.Of(Alice), claimed.Owner);

        Assert.Empty(Ids(await ListAsync(store, new(Owner: Owner.Of(Alice)))));
        Assert.Equal(Owner.InQueue("support"), Assert.Single((await ListAsync(store)).Conversations).Owner);
    }

    [Fact]
    public async Task A_listing_is_narrowed_by_priority_status_text_and_time()
    {
        var store = CreateStore();
        var start = DateTimeOffset.FromUnixTimeMilliseconds(Now.ToUnixTimeMilliseconds());
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("a"), description: "The LAMP came broken") with { Priority = Priority.Urgent }, start);
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("b"), description: "Où est ma lampe ?"), start.AddMilliseconds(5));
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("c")), start.AddMilliseconds(10));
        await WriteAsync(store, TestConversations.Transition("escalated", id: TestConversations.Id("c")), start.AddMilliseconds(15));
        await WriteAsync(store, TestConversations.Transition("resolved", id: TestConversations.Id("c")), start.AddMilliseconds(20));

        Assert.Equal(["cs-a"], Ids(await ListAsync(store, new() { Priority = Priority.Urgent })));
        Assert.Equal(["cs-c"], Ids(await ListAsync(store, new() { TicketStatus = TicketStatus.Solved })));
        Assert.Equal(["cs-b", "cs-a"], Ids(await ListAsync(store, new() { Text = "lamp" })));
        Assert.Equal(["cs-b"], Ids(await ListAsync(store, new() { Text = "OÙ EST" })));
        Assert.Empty(Ids(await ListAsync(store, new() { Text = "%" })));
        Assert.Equal(["cs-c", "cs-b"], Ids(await ListAsync(store, new() { UpdatedSince = start.AddMilliseconds(5) })));
        Assert.Equal(["cs-c"], Ids(await ListAsync(store, new() { UpdatedSince = start.AddMilliseconds(5).AddTicks(1) })));
        Assert.Empty(Ids(await ListAsync(store, new() { UpdatedSince = DateTimeOffset.MaxValue })));
        Assert.Equal(3, Ids(await ListAsync(store, new() { UpdatedSince = DateTimeOffset.MinValue })).Count);
        Assert.Equal(["cs-b"], Ids(await ListAsync(store, new(State: "gathering_info") { Text = "lamp", Priority = Priority.Medium, UpdatedSince = start })));
    }

    [Fact]
    public async Task A_listing_looks_at_so_many_and_says_where_to_go_on()
    {
        const int Count = Limits.Looked + 30;
        var store = CreateStore();
        var start = Now;
        await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Stop }, async (i, _) =>
        {
            // Ten to a millisecond, and the end of what is looked at falls among them.
            var command = TestConversations.Initialize(TestConversations.Id($"t-{i:0000}"), description: i is 0 or 11 or Count - 1 ? "needle" : "hay");
            Assert.IsType<CommitResult.Committed>(await store.CommitAsync(TestConversations.Commit(null, command, start.AddMilliseconds(i / 10)), Stop));
        });

        var first = await store.ListAsync(new() { Text = "needle" }, null, 10, Stop);
        Assert.Equal([$"cs-t-{Count - 1:0000}"], Ids(first));
        Assert.NotNull(first.Next);
        var second = await store.ListAsync(new() { Text = "needle" }, first.Next, 10, Stop);
        Assert.Equal(["cs-t-0011", "cs-t-0000"], Ids(second));
        Assert.Null(second.Next);
        var nothing = await store.ListAsync(new() { Text = "elsewhere" }, null, 10, Stop);
        Assert.Empty(nothing.Conversations);
        Assert.Equal(first.Next, nothing.Next);
        Assert.Equal(3, (await AllPagesAsync(store, 1, new() { Text = "needle" })).Count);
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
