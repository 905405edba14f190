using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Contracts;

public abstract partial class ConversationStoreContract
{
    [Fact]
    public async Task Who_waits_is_listed_by_queue_until_a_person_takes_the_conversation()
    {
        var (store, other) = (CreateStore(), CreateStore());
        await WriteAsync(store, TestConversations.Initialize());
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("TKT-002")));
        Assert.Empty(await WaitingAsync(store));

        await WriteAsync(store, Escalate(TestConversations.Agent, "billing"));

        foreach (var each in (IConversationStore[])[store, other])
        {
            Assert.Equal(["cs-TKT-001"], await WaitingAsync(each));
            Assert.Equal(["cs-TKT-001"], await WaitingAsync(each, "billing"));
            Assert.Empty(await WaitingAsync(each, "support"));
        }

        await WriteAsync(other, Claim(Alice));
        Assert.Empty(await WaitingAsync(store));

        await WriteAsync(store, Release(Alice));
        Assert.Equal(["cs-TKT-001"], await WaitingAsync(other, "billing"));

        await WriteAsync(store, TestConversations.Erase());
        Assert.Empty(await WaitingAsync(other));
    }

    [Fact]
    public async Task Conversations_that_live_are_counted()
    {
        var (store, other) = (CreateStore(), CreateStore());
        Assert.Equal(0, await store.CountAsync(Stop));
        await WriteAsync(store, TestConversations.Initialize());
        await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("TKT-002")));
        await WriteAsync(store, TestConversations.Message("m-1"));

        Assert.Equal((2, 2), (await store.CountAsync(Stop), await other.CountAsync(Stop)));

        await WriteAsync(other, TestConversations.Erase());
        Assert.Equal(1, await other.CountAsync(Stop));
    }

    [Fact]
    public async Task A_conversation_with_an_approval_to_decide_is_listed_until_it_is_decided()
    {
        var (store, other) = (CreateStore(), CreateStore());
        await WriteAsync(store, TestConversations.Initialize());

        var asked = await WriteAsync(store, Ask());
        Assert.Equal(["cs-TKT-001"], await PendingAsync(other));

        await WriteAsync(other, TwoOwners.Decide(asked.Approvals[0].ApprovalId, Alice));
        Assert.Empty(await PendingAsync(store));
    }

    [Fact]
    public async Task What_has_run_out_is_named_until_it_is_settled()
    {
        var (store, other) = (CreateStore(), CreateStore());
        var start = Now;
        await WriteAsync(store, TestConversations.Initialize(), start);
        await WriteAsync(store, Claim(Alice, TimeSpan.FromSeconds(40)), start);
        await WriteAsync(store, Ask() with { ExpiresIn = TimeSpan.FromSeconds(60) }, start);

        Assert.Empty(await store.FindOverdueAsync(start.AddSeconds(39.9), 10, Stop));
        foreach (var each in (IConversationStore[])[store, other, store])
            Assert.Equal([Id], await each.FindOverdueAsync(start.AddSeconds(40.001), 10, Stop));

        await WriteAsync(other, Settle(), start.AddSeconds(41));
        Assert.Empty(await store.FindOverdueAsync(start.AddSeconds(41), 10, Stop));
        Assert.Equal([Id], await store.FindOverdueAsync(start.AddSeconds(61), 10, Stop));

        var settled = await WriteAsync(store, Settle(), start.AddSeconds(61));
        Assert.Equal((Owner.InQueue("support"), ApprovalStatus.Expired), (settled.Owner, settled.Approvals[0].Status));
        Assert.Empty(await other.FindOverdueAsync(start.AddYears(1), 10, Stop));
    }

    [Fact]
    public async Task What_got_more_time_is_named_when_that_is_over()
    {
        var (store, other) = (CreateStore(), CreateStore());
        var start = Now;
        await WriteAsync(store, TestConversations.Initialize(), start);
        await WriteAsync(store, Claim(Alice, TimeSpan.FromSeconds(40)), start);
        await WriteAsync(store, TestConversations.Message("m-1"), start);
        await WriteAsync(store, Claim(Alice, TimeSpan.FromSeconds(80)), start);
        await ListAsync(store);

        Assert.Empty(await other.FindOverdueAsync(start.AddSeconds(41), 10, Stop));
        Assert.Equal([Id], await other.FindOverdueAsync(start.AddSeconds(81), 10, Stop));
    }

    [Fact]
    public async Task The_longest_overdue_come_first_and_no_more_than_asked_for()
    {
        var store = CreateStore();
        var start = Now;
        foreach (var (ticket, seconds) in new[] { ("a", 30), ("b", 10), ("c", 20) })
        {
            await WriteAsync(store, TestConversations.Initialize(TestConversations.Id(ticket)), start);
            await WriteAsync(store, Claim(Alice, TimeSpan.FromSeconds(seconds)) with { Id = TestConversations.Id(ticket) }, start);
        }

        Assert.Equal([TestConversations.Id("b"), TestConversations.Id("c")], await store.FindOverdueAsync(start.AddMinutes(1), 2, Stop));
    }

    [Fact]
    public async Task Nothing_that_waits_for_a_person_expires_under_them()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize());

        var asked = await WriteAsync(store, Ask() with { ExpiresIn = TimeSpan.FromDays(5) });
        AssertNear(asked.Approvals[0].Deadline + Day, await ExpiresAtAsync(store));

        await WriteAsync(store, TwoOwners.Decide(asked.Approvals[0].ApprovalId, Alice));
        AssertNear(Now + Day, await ExpiresAtAsync(store));

        var waiting = await WriteAsync(store, Escalate(TestConversations.Agent));
        AssertNear(waiting.WaitingSince!.Value + Conversation.QueueRetention + Day, await ExpiresAtAsync(store));

        await WriteAsync(store, Tell(Alice));
        AssertNear(Now + Day, await ExpiresAtAsync(store));

        var heard = await WriteAsync(store, Hear("c-1"));
        AssertNear(heard.WaitingSince!.Value + Conversation.QueueRetention + Day, await ExpiresAtAsync(store));

        await WriteAsync(store, Tell(Alice, "a-2"));
        AssertNear(Now + Day, await ExpiresAtAsync(store));
    }

    [Fact]
    public async Task A_closed_conversation_is_kept_while_it_can_be_opened_again()
    {
        var store = CreateStore();
        var opened = await WriteAsync(store, TestConversations.Initialize());
        var closed = new ConversationEvent.Transitioned
        {
            Version = opened.Version + 1,
            At = Now,
            Actor = TestConversations.Agent,
            From = opened.State,
            To = "resolved",
            Closes = true,
            ReopenableUntil = Now + TimeSpan.FromDays(7),
        };
        var after = Conversation.Apply(opened, closed);

        await store.CommitAsync(new Commit { Id = Id, Before = opened, After = after, Events = [closed], IdempotencyRecord = IdempotencyRecord.Of(after), Now = Now }, Stop);

        AssertNear(Now + TimeSpan.FromDays(8), await ExpiresAtAsync(store));
    }

    private static async Task<IEnumerable<string>> WaitingAsync(IConversationStore store, string? queue = null) =>
        (await store.ListQueueAsync(queue, null, 100, Stop)).Conversations.Select(c => c.ConversationId);

    private static async Task<IEnumerable<string>> PendingAsync(IConversationStore store) =>
        (await store.ListPendingApprovalsAsync(null, 100, Stop)).Approvals.Select(a => a.Conversation.ConversationId);

    private static async Task<DateTimeOffset> ExpiresAtAsync(IConversationStore store) =>
        (await store.LoadAsync(Id, null, Stop)).ExpiresAt!.Value;
}
