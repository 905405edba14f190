using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Contracts;

public abstract partial class ConversationStoreContract
{
    [Fact]
    public async Task A_queue_is_ordered_by_priority_then_by_who_has_waited_longest()
    {
        var (store, other) = (CreateStore(), CreateStore());
        var start = Now - TimeSpan.FromHours(1);
        await WaitAsync(store, "late", "billing", Priority.High, start.AddMinutes(3));
        await WaitAsync(store, "early", "billing", Priority.High, start.AddMinutes(1));
        await WaitAsync(store, "low", "support", Priority.Low, start);
        await WaitAsync(store, "urgent", "support", Priority.Urgent, start.AddMinutes(5));
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("nobody-waits")), start);

        foreach (var each in (IConversationStore[])[store, other])
        {
            Assert.Equal(["cs-urgent", "cs-early", "cs-late", "cs-low"], await QueueAsync(each, null, 4));
            Assert.Equal(["cs-early", "cs-late"], await QueueAsync(each, "billing", 2));
            Assert.Empty(await QueueAsync(each, "other", 0));
        }
    }

    [Fact]
    public async Task A_place_in_a_queue_changes_with_the_priority()
    {
        var store = CreateStore();
        var start = Now - TimeSpan.FromHours(1);
        await WaitAsync(store, "one", "support", Priority.Medium, start);
        await WaitAsync(store, "two", "support", Priority.Medium, start.AddMinutes(1));
        Assert.Equal(["cs-one", "cs-two"], await QueueAsync(store, null, 2));

        await WriteAsync(store, TestConversations.Update("{}", TestConversations.Id("two")) with { Priority = Priority.High });

        Assert.Equal(["cs-two", "cs-one"], await QueueAsync(store, null, 2));
        Assert.Equal(["cs-two", "cs-one"], await QueueAsync(CreateStore(), "support", 2));
    }

    [Fact]
    public async Task Pages_of_a_queue_show_everybody_once_also_where_many_came_at_the_same_time()
    {
        var store = CreateStore();
        var start = Now - TimeSpan.FromHours(1);
        for (var i = 0; i < 17; i++)
            await WaitAsync(store, $"t-{i:00}", "support", (Priority)(i % 3), start.AddTicks(i / 6 * 7_000));

        var whole = await QueueAsync(store, "support", 17);
        foreach (var size in (int[])[1, 4, 16, 17, 20])
        {
            var pages = new List<string>();
            QueueCursor? after = null;
            do
            {
                var page = await store.ListQueueAsync("support", after, size, Stop);
                Assert.InRange(page.Conversations.Count, 1, size);
                Assert.Equal(17, page.Total);
                pages.AddRange(page.Conversations.Select(c => c.ConversationId));
                after = page.Next;
            }
            while (after is not null);
            Assert.Equal(whole, pages);
        }
    }

    [Fact]
    public async Task Who_is_claimed_leaves_the_queue_and_who_is_given_back_returns_to_the_same_place()
    {
        var (store, other) = (CreateStore(), CreateStore());
        await WriteAsync(store, TestConversations.Initialize());
        await WriteAsync(store, TestConversations.Message("m-1"));
        await WriteAsync(store, Escalate(TestConversations.Agent, "billing"));
        var place = QueueCursor.Of((await store.ListQueueAsync("billing", null, 1, Stop)).Conversations[0]);

        await WriteAsync(store, Claim(Alice));
        Assert.Empty(await QueueAsync(store, null, 0));
        Assert.Empty(await QueueAsync(other, "billing", 0));

        await WriteAsync(other, Release(Alice));
        Assert.Equal(["cs-TKT-001"], await QueueAsync(other, null, 1));
        Assert.Equal(place, QueueCursor.Of((await store.ListQueueAsync("billing", null, 1, Stop)).Conversations[0]));

        await WriteAsync(store, TestConversations.Erase());
        Assert.Empty(await QueueAsync(store, null, 0));
        Assert.Empty(await QueueAsync(other, "billing", 0));
    }

    [Fact]
    public async Task Whose_lease_ran_out_waits_again_before_that_is_recorded()
    {
        var (store, other) = (CreateStore(), CreateStore());
        var start = Now - TimeSpan.FromHours(1);
        await WaitAsync(store, "TKT-001", "billing", Priority.Medium, start);
        await WaitAsync(store, "after", "billing", Priority.Medium, start.AddMinutes(30));
        await WriteAsync(store, Claim(Alice, TimeSpan.FromMinutes(5)), start.AddMinutes(10));

        foreach (var each in (IConversationStore[])[store, other])
        {
            Assert.Equal(["cs-TKT-001", "cs-after"], await QueueAsync(each, "billing", 2));
            Assert.Equal(["cs-TKT-001", "cs-after"], await QueueAsync(each, null, 2));
            Assert.Empty(await QueueAsync(each, "support", 0));
            var first = await each.ListQueueAsync(null, null, 1, Stop);
            Assert.Equal(("queue:billing", 2), (first.Conversations[0].Owner.ToString(), first.Total));
            Assert.Equal("cs-after", Assert.Single((await each.ListQueueAsync(null, first.Next, 1, Stop)).Conversations).ConversationId);
        }

        await WriteAsync(store, Settle());
        Assert.Equal(["cs-TKT-001", "cs-after"], await QueueAsync(other, "billing", 2));
    }

    [Fact]
    public async Task Approvals_that_wait_are_listed_by_deadline_and_by_the_queue_that_decides()
    {
        var (store, other) = (CreateStore(), CreateStore());
        var late = await AskAsync(store, "late", TimeSpan.FromHours(3));
        var soon = await AskAsync(store, "soon", TimeSpan.FromHours(1));
        var next = await AskAsync(store, "next", TimeSpan.FromHours(2));
        Assert.Equal([soon, next, late], await PendingAsync(other, null, 3));
        Assert.Equal([soon, next, late], await PendingAsync(store, "support", 3));
        Assert.Empty(await PendingAsync(store, "billing", 0));
        var page = await store.ListPendingApprovalsAsync(null, 2, Stop);
        Assert.Equal([soon, next], page.Approvals.Select(a => a.Approval.ApprovalId));
        Assert.Equal(3, page.Total);

        // A cursor leads through all of them, however many a page has.
        foreach (var queue in new[] { null, "support" })
        {
            var (found, cursor) = (new List<string>(), (ApprovalCursor?)null);
            do
            {
                var one = await other.ListPendingApprovalsAsync(queue, cursor, 1, Stop);
                Assert.Equal(3, one.Total);
                found.AddRange(one.Approvals.Select(a => a.Approval.ApprovalId));
                cursor = one.Next;
            }
            while (cursor is not null);
            Assert.Equal([soon, next, late], found);
        }

        // Whose people decide follows the conversation: into its queue, and through a claim, back to where it came from.
        await WriteAsync(store, Escalate(TestConversations.Agent, "billing") with { Id = TestConversations.Id("next") });
        Assert.Equal([next], await PendingAsync(other, "billing", 1));
        Assert.Equal([soon, late], await PendingAsync(other, "support", 2));
        await WriteAsync(other, Claim(Alice) with { Id = TestConversations.Id("next") });
        Assert.Equal([next], await PendingAsync(store, "billing", 1));
        await WriteAsync(other, HandBack(Alice) with { Id = TestConversations.Id("next") });
        Assert.Equal([soon, next, late], await PendingAsync(store, "support", 3));

        await WriteAsync(store, TwoOwners.Decide(soon, Alice) with { Id = TestConversations.Id("soon") });
        Assert.Equal([next, late], await PendingAsync(other, null, 2));
        await WriteAsync(store, TestConversations.Erase(TestConversations.Id("next")));
        Assert.Equal([late], await PendingAsync(other, "support", 1));
    }

    [Fact]
    public async Task An_approval_whose_deadline_has_passed_waits_no_more_before_that_is_recorded()
    {
        var store = CreateStore();
        var start = Now - TimeSpan.FromHours(1);
        await WriteAsync(store, TestConversations.Initialize(), start);
        await WriteAsync(store, Ask() with { ExpiresIn = TimeSpan.FromMinutes(30) }, start);
        await WriteAsync(store, Ask(HalfOfIt) with { ExpiresIn = TimeSpan.FromHours(2) }, start);

        var pending = await store.ListPendingApprovalsAsync(null, 10, Stop);

        Assert.Equal(1, pending.Total);
        Assert.Equal(Digest.OfAction("refund", HalfOfIt), Assert.Single(pending.Approvals).Approval.Digest);
        await WriteAsync(store, Settle());
        Assert.Single(await PendingAsync(CreateStore(), "support", 1));
    }

    /// <summary>A conversation that waits in a queue since a time.</summary>
    private async Task WaitAsync(IConversationStore store, string ticket, string queue, Priority priority, DateTimeOffset since)
    {
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id(ticket)) with { Priority = priority }, since);
        await WriteAsync(store, Escalate(TestConversations.Agent, queue) with { Id = TestConversations.Id(ticket) }, since);
    }

    private async Task<string> AskAsync(IConversationStore store, string ticket, TimeSpan expiresIn)
    {
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id(ticket)));
        return (await WriteAsync(store, Ask() with { Id = TestConversations.Id(ticket), ExpiresIn = expiresIn })).Approvals[0].ApprovalId;
    }

    private static async Task<List<string>> QueueAsync(IConversationStore store, string? queue, int total)
    {
        var page = await store.ListQueueAsync(queue, null, 100, Stop);
        Assert.Equal((total, null), (page.Total, page.Next));
        return [.. page.Conversations.Select(c => c.ConversationId)];
    }

    private static async Task<List<string>> PendingAsync(IConversationStore store, string? queue, int total)
    {
        var page = await store.ListPendingApprovalsAsync(queue, 100, Stop);
        Assert.Equal(total, page.Total);
        return [.. page.Approvals.Select(a => a.Approval.ApprovalId)];
    }
}
