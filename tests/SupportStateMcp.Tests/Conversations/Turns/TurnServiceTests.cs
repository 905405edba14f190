using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Conversations;

public sealed class TurnServiceTests : IAsyncDisposable
{
    private readonly TestCommandHandler _desk = new(WorkflowDefinition.Desk);

    [Fact]
    public async Task A_turn_brings_the_history_before_the_message()
    {
        await _desk.DoAsync(Open());
        var first = await BeginAsync("c-1");
        await CompleteAsync(first.Turn!);

        var second = await BeginAsync("c-2");

        Assert.Empty(first.History);
        Assert.Equal(["c-1", "~reply-1-1"], second.History.Select(m => m.MessageId));
        Assert.Equal((3, new Turn(Id, second.Outcome.Conversation.Life, 1, 3)), (second.Number, second.Turn));
    }

    [Fact]
    public async Task Who_died_in_between_begins_the_same_turn_again()
    {
        await _desk.DoAsync(Open());
        var first = await BeginAsync("c-1");
        await _desk.DoAsync(Hear("c-2"));

        var again = await BeginAsync("c-1", instance: new TurnService(_desk.Another(), _desk.Store));

        Assert.True(again.Outcome.Replayed);
        Assert.Equal((first.Number, first.Turn), (again.Number, again.Turn));
        Assert.Empty(again.History);
        Assert.True((await CompleteAsync(again.Turn!)).Value.Changed);
        Assert.True((await CompleteAsync(again.Turn!)).Value.Replayed);
        Assert.Equal(3, (await _desk.LoadAsync(Id)).Conversation!.MessageCount);
    }

    [Fact]
    public async Task A_message_that_was_added_begins_a_turn_as_well()
    {
        await _desk.DoAsync(Open());
        await _desk.DoAsync(Hear("c-1"));

        var begun = await BeginAsync("c-1");

        Assert.Equal(new Turn(Id, begun.Outcome.Conversation.Life, 1, 1), begun.Turn);
    }

    [Fact]
    public async Task What_a_person_answered_meanwhile_begins_no_turn()
    {
        await _desk.DoAsync(Open());
        await BeginAsync("c-1");
        await _desk.DoAsync(Tell(Alice));
        await _desk.DoAsync(HandBack(Alice));

        Assert.Null((await BeginAsync("c-1")).Turn);
    }

    [Fact]
    public async Task While_people_have_the_conversation_only_they_get_a_turn()
    {
        await _desk.DoAsync(Open());
        await _desk.DoAsync(Escalate(Agent));
        Assert.Null((await BeginAsync("c-1")).Turn);
        Assert.NotNull((await BeginAsync("c-1", Alice)).Turn);

        await _desk.DoAsync(Claim(Alice));
        Assert.Null((await BeginAsync("c-1")).Turn);
        Assert.Null((await BeginAsync("c-1", Bob)).Turn);
        Assert.NotNull((await BeginAsync("c-1", Alice)).Turn);
    }

    [Fact]
    public async Task A_turn_begun_again_after_the_lease_ran_out_can_be_completed()
    {
        await _desk.DoAsync(Open());
        await BeginAsync("c-1");
        await _desk.DoAsync(Claim(Alice));
        _desk.Time.Advance(Lease);

        var again = await BeginAsync("c-1", Alice);

        Assert.Equal(Owner.InQueue("support"), again.Outcome.Conversation.Owner);
        Assert.True((await CompleteAsync(again.Turn!, Alice)).Value.Changed);
    }

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    private async Task<TurnBegun> BeginAsync(string messageId, Actor? by = null, TurnService? instance = null) =>
        (await (instance ?? new TurnService(_desk.Desk, _desk.Store)).BeginAsync(
            Begin(by ?? Agent, messageId), new Caller(by ?? Agent, Roles.Agent), 50, TestContext.Current.CancellationToken)).Value;

    private ValueTask<Result<Outcome>> CompleteAsync(Turn turn, Actor? by = null) => _desk.DoAsync(Complete(by ?? Agent, turn.Number, turn.Epoch) with { Turn = turn });
}
