using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Conversations;

public sealed class ReopeningTests : IAsyncDisposable
{
    private static readonly ConversationId s_next = ConversationId.OfTicket("TKT-001-f1")!.Value;

    private TestCommandHandler _desk = new(WorkflowDefinition.Desk);

    [Fact]
    public async Task A_conversation_that_is_open_stays_as_it_is()
    {
        await _desk.DoAsync(Open());

        Assert.Equal(ReopenOutcome.AlreadyOpen, (await ReopenAsync()).Outcome);
    }

    [Fact]
    public async Task A_closed_conversation_is_open_again_with_its_history()
    {
        await CloseAsync();

        var reopened = await ReopenAsync();

        Assert.Equal((ReopenOutcome.Reopened, "gathering_info", Id.Value), (reopened.Outcome, reopened.Conversation.Conversation.State, reopened.Conversation.Conversation.ConversationId));
        Assert.Equal(1, reopened.Conversation.Conversation.MessageCount);
    }

    [Fact]
    public async Task What_stays_closed_goes_on_in_a_linked_conversation()
    {
        await StrictAsync();

        var first = await ReopenAsync();
        var again = await ReopenAsync();

        Assert.Equal((ReopenOutcome.FollowUp, true, s_next.Value), (first.Outcome, first.Created, first.Conversation.Conversation.ConversationId));
        Assert.Equal((ReopenOutcome.FollowUp, false, s_next.Value), (again.Outcome, again.Created, again.Conversation.Conversation.ConversationId));
        Assert.Equal(s_next.Value, (await _desk.LoadAsync(Id)).Conversation!.FollowUp);
        Assert.Equal(Id.Value, first.Conversation.Conversation.FollowsUp);
        Assert.Equal("user-1", first.Conversation.Conversation.UserId);
    }

    [Fact]
    public async Task A_follow_up_that_a_person_opens_of_what_they_closed_is_the_AIs_again()
    {
        await _desk.DisposeAsync();
        _desk = new TestCommandHandler();
        foreach (var command in (ConversationCommand[])[Open(), Claim(Alice), MoveTo("escalated") with { Actor = Alice }, MoveTo("resolved") with { Actor = Alice }])
            Assert.True((await _desk.DoAsync(command)).Value.Changed);

        var opened = (await new Reopening(_desk.Desk, _desk.Store).ReopenAsync(Reopen(Alice), TestContext.Current.CancellationToken)).Value.Conversation.Conversation;

        Assert.Equal((Agent.Id, Owner.Of(Agent)), (opened.AssignedTo, opened.Owner));
    }

    [Fact]
    public async Task A_follow_up_that_was_opened_and_not_linked_is_linked_by_a_repeat()
    {
        await StrictAsync();
        var store = new StoreAround(_desk.Store) { BeforeCommit = n => n == 2 ? throw new StoreUnavailableException("gone") : Task.CompletedTask };

        var failed = await new Reopening(_desk.Another(store), store).ReopenAsync(Reopen(Agent), TestContext.Current.CancellationToken);

        Assert.Equal("store_unavailable", failed.Error!.Code);
        Assert.Equal(Id.Value, (await _desk.LoadAsync(s_next)).Conversation!.FollowsUp);
        Assert.Null((await _desk.LoadAsync(Id)).Conversation!.FollowUp);
        Assert.Equal(s_next.Value, (await ReopenAsync()).Conversation.Conversation.ConversationId);
        Assert.Equal(s_next.Value, (await _desk.LoadAsync(Id)).Conversation!.FollowUp);
        Assert.Single((await _desk.TrailAsync(Id)).OfType<ConversationEvent.FollowUpOpened>());
    }

    [Fact]
    public async Task A_follow_up_that_is_closed_as_well_goes_on_in_the_next()
    {
        await StrictAsync();
        await ReopenAsync();
        await _desk.DoAsync(MoveTo("escalated") with { Id = s_next });
        await _desk.DoAsync(MoveTo("resolved") with { Id = s_next });

        Assert.Equal("cs-TKT-001-f2", (await ReopenAsync()).Conversation.Conversation.ConversationId);
    }

    [Theory]
    [InlineData("somebody-else")]
    [InlineData("user-1")]
    public async Task A_follow_up_takes_no_id_that_is_another_conversations(string userId)
    {
        await StrictAsync();
        await _desk.DoAsync(Open() with { Id = s_next, UserId = userId });

        var reopened = await ReopenAsync();

        Assert.Equal(("cs-TKT-001-f2", true), (reopened.Conversation.Conversation.ConversationId, reopened.Created));
        Assert.Equal("cs-TKT-001-f2", (await _desk.LoadAsync(Id)).Conversation!.FollowUp);
        Assert.False((await ReopenAsync()).Created);
        Assert.Null((await _desk.LoadAsync(s_next)).Conversation!.FollowsUp);
    }

    [Fact]
    public async Task A_follow_up_of_an_earlier_conversation_of_the_ticket_is_passed_over()
    {
        await StrictAsync();
        Assert.Equal(s_next.Value, (await ReopenAsync()).Conversation.Conversation.ConversationId);
        await _desk.DoAsync(Erase());
        _desk.Time.Advance(TimeSpan.FromMinutes(1));
        await CloseAsync();

        var reopened = await ReopenAsync();

        Assert.Equal(("cs-TKT-001-f2", true), (reopened.Conversation.Conversation.ConversationId, reopened.Created));
    }

    [Fact]
    public async Task A_follow_up_is_opened_once_also_after_the_clock_was_set_back()
    {
        await StrictAsync();
        _desk.Time.Advance(TimeSpan.FromHours(-1));

        var first = await ReopenAsync();
        var again = await ReopenAsync();

        Assert.Equal((ReopenOutcome.FollowUp, true, s_next.Value), (first.Outcome, first.Created, first.Conversation.Conversation.ConversationId));
        Assert.Equal((ReopenOutcome.FollowUp, false, s_next.Value), (again.Outcome, again.Created, again.Conversation.Conversation.ConversationId));
        Assert.Equal((await _desk.LoadAsync(Id)).Conversation!.CreatedAt, (await _desk.LoadAsync(s_next)).Conversation!.CreatedAt);
        Assert.Null((await _desk.LoadAsync(ConversationId.OfTicket("TKT-001-f2")!.Value)).Conversation);
    }

    [Fact]
    public async Task What_the_customer_wrote_to_the_closed_conversation_comes_along_once()
    {
        await StrictAsync();
        await _desk.DoAsync(Hear("c-2"));
        await _desk.DoAsync(Hear("c-3") with { Automated = true });

        var first = await ReopenAsync();
        await _desk.DoAsync(Hear("c-4"));
        var again = await ReopenAsync();

        Assert.Equal((true, 1), (first.Created, first.Conversation.Conversation.MessageCount));
        Assert.Equal((false, 2), (again.Created, again.Conversation.Conversation.MessageCount));
        Assert.Equal(["c-2", "c-4"], await IdsAsync(s_next));
        Assert.Equal(2, (await _desk.LoadAsync(s_next)).Conversation!.Unanswered.Count);
        Assert.Equal(["c-1", "c-2", "c-3", "c-4"], await IdsAsync(Id));
        Assert.Equal(2, (await ReopenAsync()).Conversation.Conversation.MessageCount);
    }

    [Fact]
    public async Task What_came_late_to_a_desk_comes_along_too_and_nothing_of_what_was_said_in_time()
    {
        await CloseAsync();
        _desk.Time.Advance(TimeSpan.FromDays(7));
        await _desk.DoAsync(Hear("c-2"));

        Assert.Equal("cs-TKT-001-f1", (await ReopenAsync()).Conversation.Conversation.ConversationId);
        Assert.Equal(["c-2"], await IdsAsync(s_next));
    }

    [Fact]
    public async Task A_follow_up_that_lacks_what_came_late_gets_it_by_a_repeat()
    {
        await StrictAsync();
        await _desk.DoAsync(Hear("c-2"));
        var store = new StoreAround(_desk.Store) { BeforeCommit = n => n == 3 ? throw new StoreUnavailableException("gone") : Task.CompletedTask };

        var failed = await new Reopening(_desk.Another(store), store).ReopenAsync(Reopen(Agent), TestContext.Current.CancellationToken);

        Assert.Equal("store_unavailable", failed.Error!.Code);
        Assert.Empty(await IdsAsync(s_next));
        await ReopenAsync();
        Assert.Equal(["c-2"], await IdsAsync(s_next));
    }

    [Fact]
    public async Task A_ticket_id_of_full_length_has_a_follow_up_under_a_cut_one()
    {
        var full = ConversationId.OfTicket(new string('L', ConversationId.MaxTicketLength))!.Value;
        await using var desk = new TestCommandHandler();
        foreach (var command in (ConversationCommand[])[Open(), MoveTo("escalated"), MoveTo("resolved")])
            Assert.True((await desk.DoAsync(command with { Id = full })).Value.Changed);

        var reopened = await new Reopening(desk.Desk, desk.Store).ReopenAsync(Reopen(Agent) with { Id = full }, TestContext.Current.CancellationToken);

        Assert.Equal($"cs-{new string('L', 97)}-f1", reopened.Value.Conversation.Conversation.ConversationId);
    }

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    private async Task<Reopened> ReopenAsync() =>
        (await new Reopening(_desk.Desk, _desk.Store).ReopenAsync(Reopen(Agent), TestContext.Current.CancellationToken)).Value;

    private async Task<IEnumerable<string>> IdsAsync(ConversationId id) =>
        (await _desk.Store.ReadMessagesAsync(id, long.MaxValue, 100, TestContext.Current.CancellationToken)).Select(m => m.MessageId);

    private async Task StrictAsync()
    {
        await _desk.DisposeAsync();
        _desk = new TestCommandHandler();
        await CloseAsync();
    }

    private async Task CloseAsync()
    {
        await _desk.DoAsync(Open());
        await _desk.DoAsync(Hear("c-1"));
        await _desk.DoAsync(MoveTo("escalated"));
        Assert.True((await _desk.DoAsync(MoveTo("resolved"))).Value.Changed);
    }
}
