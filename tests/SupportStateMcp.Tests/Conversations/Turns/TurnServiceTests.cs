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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_same_agent_answered_begins_no_turn(bool inTurn)
    {
        await _desk.DoAsync(Open());
        var first = await BeginAsync("c-1");
        await _desk.DoAsync(Hear("c-2"));
        await _desk.DoAsync(inTurn ? Complete(Agent, 1, 1).Of(first.Outcome.Conversation) : Tell(Agent));

        var (one, two) = (await BeginAsync("c-1"), await BeginAsync("c-2"));

        Assert.Null(one.Turn);
        Assert.Equal((3, inTurn ? "~reply-1-1" : "a-1", Agent), (one.Answer!.Number, one.Answer.MessageId, one.Answer.By));
        // The reply of a turn answers its own message; any other answers all that were waiting.
        Assert.Equal(inTurn, two.Turn is not null);
        Assert.Equal(inTurn ? null : "a-1", two.Answer?.MessageId);
    }

    [Fact]
    public async Task A_later_turn_that_is_completed_first_leaves_the_earlier_one_to_its_agent()
    {
        await _desk.DoAsync(Open());
        var first = (await BeginAsync("c-1")).Turn!;
        var second = (await BeginAsync("c-2")).Turn!;
        await CompleteAsync(second);

        Assert.Equal(first, (await BeginAsync("c-1")).Turn);
        Assert.True((await CompleteAsync(first)).Value.Changed);
        Assert.Equal("~reply-1-1", (await BeginAsync("c-1")).Answer!.MessageId);
    }

    [Fact]
    public async Task What_an_AI_or_a_clock_said_by_itself_answers_nothing()
    {
        await _desk.DoAsync(Open());
        await BeginAsync("c-1");
        await _desk.DoAsync(Tell(Agent) with { Automated = true });
        await _desk.DoAsync(Tell(Agent, "a-2") with { Visibility = Visibility.Internal });
        await _desk.DoAsync(Tell(Agent, "a-3") with { Role = MessageRole.Tool });

        var again = await BeginAsync("c-1");

        Assert.NotNull(again.Turn);
        Assert.Null(again.Answer);
    }

    [Fact]
    public async Task The_answer_is_told_also_after_the_conversation_was_closed_or_is_a_later_one_of_its_ticket()
    {
        await _desk.DoAsync(Open());
        await CompleteAsync((await BeginAsync("c-1")).Turn!);
        await _desk.DoAsync(Erase());
        _desk.Time.Advance(TimeSpan.FromSeconds(1));
        await _desk.DoAsync(Open());
        Assert.Null((await BeginAsync("c-1")).Answer);
        await _desk.DoAsync(Tell(Agent));
        await _desk.DoAsync(MoveTo("escalated"));
        await _desk.DoAsync(MoveTo("resolved"));

        Assert.Equal((2, "a-1"), ((await BeginAsync("c-1")).Answer!.Number, (await BeginAsync("c-1")).Answer!.MessageId));
    }

    [Fact]
    public async Task Who_answers_again_with_other_words_is_told_the_answer()
    {
        await _desk.DoAsync(Open());
        var turn = (await BeginAsync("c-1")).Turn!;
        await CompleteAsync(turn);
        var turns = new TurnService(_desk.Another(), _desk.Store);

        var same = await turns.CompleteAsync(Complete(Agent, 1, 1) with { Turn = turn }, TestContext.Current.CancellationToken);
        var other = await turns.CompleteAsync(Complete(Other, 1, 1) with { Turn = turn, Content = "Other words" }, TestContext.Current.CancellationToken);

        Assert.True(same.Value.Replayed);
        Assert.Equal(new Answer(2, "~reply-1-1", Agent, _desk.Time.GetUtcNow()), Assert.IsType<Errors.AlreadyAnswered>(other.Error).Answer);
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
            Begin(by ?? Agent, messageId), new Caller(by ?? Agent, Roles.Agent), 50, Limits.AnswerCharacters, TestContext.Current.CancellationToken)).Value;

    private ValueTask<Result<Outcome>> CompleteAsync(Turn turn, Actor? by = null) => _desk.DoAsync(Complete(by ?? Agent, turn.Number, turn.Epoch) with { Turn = turn });
}
