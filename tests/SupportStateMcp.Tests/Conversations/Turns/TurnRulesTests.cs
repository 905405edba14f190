using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Conversations.ConversationEvent;
using static SupportStateMcp.Tests.Conversations.Specification;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Conversations;

public class TurnRulesTests
{
    private static readonly GivenConversation s_open = Given(WorkflowDefinition.Desk).And(Open());

    private static readonly GivenConversation s_asked = s_open.And(Begin(Agent));

    [Fact]
    public void An_answer_and_the_move_that_goes_with_it_are_one() =>
        s_asked.When(Complete(Agent, 1, 1, "processing")).Then(typeof(MessageAdded), typeof(Transitioned));

    [Fact]
    public void An_answer_whose_move_is_not_allowed_is_not_given() =>
        s_asked.When(Complete(Agent, 1, 1, "resolved")).ThenItIsRefused("invalid_transition");

    [Fact]
    public void Another_AI_that_begins_a_turn_has_the_conversation_and_the_turn_before_is_void()
    {
        var taken = s_asked.And(Begin(Other, "c-2"));

        Assert.Equal((Owner.Of(Other), 2), (taken.Conversation!.Owner, taken.Conversation.Epoch));
        taken.When(Complete(Agent, 1, 1)).ThenItIsRefused("not_owner");
        taken.When(Complete(Other, 2, 2)).Then(typeof(MessageAdded));
    }

    [Fact]
    public void A_turn_begun_before_a_person_claimed_is_void_also_after_they_handed_back()
    {
        var claimed = s_asked.And(Claim(Alice));

        Assert.Equal("human:alice", (string?)claimed.When(Complete(Agent, 1, 1)).ThenItIsRefused("not_owner").Facts["owner"]);
        claimed.And(HandBack(Alice)).When(Complete(Agent, 1, 1)).ThenItIsRefused("not_owner");
    }

    [Fact]
    public void What_a_person_answered_is_not_answered_again_by_the_AI_that_gets_the_conversation_back() =>
        s_asked.And(Tell(Alice)).And(HandBack(Alice)).When(Complete(Agent, 1, 3)).ThenItIsRefused("already_answered");

    [Fact]
    public void Nor_after_that_AI_has_answered_something_else() =>
        s_asked.And(Tell(Alice)).And(HandBack(Alice)).And(Begin(Agent, "c-2")).And(Complete(Agent, 4, 3))
            .When(Complete(Agent, 1, 3)).ThenItIsRefused("already_answered");

    [Fact]
    public void A_person_does_not_answer_again_what_the_AI_answered() =>
        s_asked.And(Complete(Agent, 1, 1)).When(Complete(Alice, 1, 1)).ThenItIsRefused("already_answered");

    [Fact]
    public void What_nobody_answered_is_answered_by_whoever_gets_the_conversation()
    {
        var second = s_asked.And(Begin(Agent, "c-2")).And(Complete(Agent, 1, 1)).And(Claim(Alice)).And(HandBack(Alice));

        Assert.Equal([2], second.Conversation!.Unanswered.Select(u => u.Number));
        second.When(Complete(Agent, 2, 3)).Then(typeof(MessageAdded));
        second.When(Complete(Agent, 1, 3)).ThenItIsRefused("already_answered");
    }

    [Fact]
    public void A_person_who_completes_a_turn_takes_the_conversation_over() =>
        s_asked.When(Complete(Alice, 1, 1)).Then(typeof(OwnerChanged), typeof(MessageAdded));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    public void A_turn_that_never_began_cannot_be_completed(long number, long epoch) =>
        s_asked.When(Complete(Agent, number, epoch)).ThenItIsRefused("invalid_argument");

    [Fact]
    public void A_closed_conversation_is_not_answered() => s_asked.And(MoveTo("escalated")).And(MoveTo("resolved"))
        .When(Complete(Alice, 1, 2)).ThenItIsRefused("terminal_state");

    [Fact]
    public void What_a_tool_returned_answers_nobody_and_takes_no_conversation()
    {
        var looked = s_asked.And(Tell(Other) with { Role = MessageRole.Tool });

        Assert.Equal((Now, 1, Owner.Of(Agent)), (looked.Conversation!.WaitingSince, looked.Conversation.Unanswered.Count, looked.Conversation.Owner));
        looked.And(Claim(Alice)).And(HandBack(Alice)).When(Complete(Agent, 1, 3)).Then(typeof(MessageAdded));
    }

    [Fact]
    public void A_note_between_colleagues_changes_neither_owner_nor_clock()
    {
        foreach (var by in (Actor[])[Agent, Other, Alice, Bob])
        {
            var before = s_asked.And(Claim(Alice)).Conversation!;
            var after = s_asked.And(Claim(Alice)).And(Tell(by) with { Visibility = Visibility.Internal }, Lease / 2).Conversation!;
            Assert.Equal((before.Owner, before.Epoch, before.WaitingSince, before.LeaseUntil), (after.Owner, after.Epoch, after.WaitingSince, after.LeaseUntil));
        }
    }

    [Fact]
    public void What_a_program_sends_by_itself_answers_nothing_and_owns_nothing()
    {
        var notified = s_asked.And(Tell(Alice) with { Automated = true }).And(Hear("x") with { Automated = true });

        Assert.Equal((Owner.Of(Agent), 1, Now), (notified.Conversation!.Owner, notified.Conversation.Epoch, notified.Conversation.WaitingSince));
        s_asked.And(Claim(Alice)).When(Tell(Agent) with { Automated = true }).ThenItIsRefused("not_owner");
    }

    [Fact]
    public void In_a_queue_programs_may_send_a_receipt_and_AIs_may_not_answer()
    {
        var waiting = s_asked.And(Escalate(Agent));

        waiting.When(Tell(Agent)).ThenItIsRefused("not_owner");
        Assert.Equal(Now, waiting.And(Tell(Agent) with { Automated = true }, Lease).Conversation!.WaitingSince);
    }

    [Fact]
    public void However_much_the_customer_writes_an_answer_to_a_part_of_it_leaves_them_waiting()
    {
        var many = Enumerable.Range(1, Conversation.MaxUnanswered + 5).Aggregate(s_open, (c, i) => c.And(Hear($"c-{i}"), TimeSpan.FromSeconds(i)));

        Assert.Equal(Conversation.MaxUnanswered, many.Conversation!.Unanswered.Count);
        Assert.NotNull(many.And(Complete(Agent, Conversation.MaxUnanswered, 1), Lease).Conversation!.WaitingSince);
        Assert.Null(many.And(Tell(Agent), Lease).Conversation!.WaitingSince);
    }
}
