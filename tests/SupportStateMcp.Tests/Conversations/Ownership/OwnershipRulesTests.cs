using SupportStateMcp.Tests.Support;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Conversations.ConversationEvent;
using static SupportStateMcp.Tests.Conversations.Specification;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Conversations;

public class OwnershipRulesTests
{
    private static readonly TimeSpan s_tick = TimeSpan.FromTicks(1);

    private static readonly GivenConversation s_asked = Given(WorkflowDefinition.Desk).And(Open()).And(Begin(Agent));

    private static readonly GivenConversation s_claimed = s_asked.And(Escalate(Agent, "billing")).And(Claim(Alice), TimeSpan.FromMinutes(1));

    private static readonly TimeSpan s_lapse = TimeSpan.FromMinutes(1) + Lease;

    [Fact]
    public void A_lease_holds_until_the_last_tick_and_not_at_its_end()
    {
        s_claimed.When(Settle(), s_lapse - s_tick).ThenNothingHappens();
        s_claimed.When(Tell(Alice), s_lapse - s_tick).Then(typeof(MessageAdded));

        var lapsed = Assert.IsType<OwnerChanged>(Assert.Single(s_claimed.When(Settle(), s_lapse).Then(typeof(OwnerChanged))));

        Assert.Equal((Owner.InQueue("billing"), OwnershipCause.LeaseExpired, Conversation.Clock, Now), (lapsed.Owner, lapsed.Cause, lapsed.Actor, lapsed.WaitingSince));
        Assert.Equal(lapsed.Owner, s_claimed.Conversation!.AsOf(Now + s_lapse).Owner);
    }

    [Fact]
    public void A_lease_that_has_run_out_ends_once_and_before_whatever_comes_next()
    {
        s_claimed.When(Tell(Alice), s_lapse).Then(typeof(OwnerChanged), typeof(OwnerChanged), typeof(MessageAdded));
        s_claimed.And(Settle(), s_lapse).When(Settle(), s_lapse).ThenNothingHappens();
        s_claimed.When(Tell(Agent), s_lapse).ThenItIsRefused("not_owner");
    }

    [Fact]
    public void Who_has_answered_keeps_the_conversation_without_a_lease()
    {
        var answered = s_claimed.And(Tell(Alice), Lease);

        Assert.Null(answered.Conversation!.LeaseUntil);
        answered.When(Settle(), Day).ThenNothingHappens();
        answered.When(Claim(Alice), Day).ThenNothingHappens();
    }

    [Fact]
    public void What_a_tool_returned_is_no_answer_that_keeps_the_conversation() =>
        Assert.Equal(Now + s_lapse, s_claimed.And(Tell(Alice) with { Role = MessageRole.Tool }, Lease).Conversation!.LeaseUntil);

    [Fact]
    public void A_claim_again_lengthens_the_lease_and_never_shortens_it()
    {
        s_claimed.When(Claim(Alice), Lease).Then(typeof(LeaseExtended));
        s_claimed.When(Claim(Alice, s_tick), Lease).ThenNothingHappens();
    }

    [Fact]
    public void A_person_keeps_others_out_except_a_supervisor()
    {
        s_claimed.When(Claim(Bob), Lease).ThenItIsRefused("not_owner");
        s_claimed.When(Tell(Bob), Lease).ThenItIsRefused("not_owner");
        s_claimed.When(Release(Bob), Lease).ThenItIsRefused("not_owner");
        s_claimed.When(HandBack(Bob), Lease).ThenItIsRefused("not_owner");
        s_claimed.When(Escalate(Bob), Lease).ThenItIsRefused("not_owner");
        s_claimed.When(MoveTo("resolved"), Lease).ThenItIsRefused("not_owner");
        s_claimed.When(Claim(Sue), Lease).Then(typeof(OwnerChanged));
        s_claimed.When(Release(Sue), Lease).Then(typeof(OwnerChanged));
    }

    [Fact]
    public void Only_people_claim_release_and_hand_back() => Assert.All(
        (ConversationCommand[])[Claim(Agent), Release(Agent), HandBack(Agent)],
        command => Assert.Equal("""{"needs":["kind:human"]}""", Json(s_claimed.When(command, Lease).ThenItIsRefused("not_authorized").Facts)));

    [Fact]
    public void Nobody_claims_a_finished_conversation() =>
        s_claimed.And(MoveTo("resolved") with { Actor = Alice }, Lease).When(Claim(Alice), Lease).ThenItIsRefused("terminal_state");

    [Fact]
    public void A_released_conversation_waits_in_its_queue_since_the_customer_asked()
    {
        var released = s_claimed.And(Release(Alice), Lease).Conversation!;

        Assert.Equal(("billing", Now), (released.Queue, released.WaitingSince));
    }

    [Fact]
    public void An_answer_stops_the_clock_and_the_next_question_starts_it()
    {
        Assert.Null(s_claimed.And(Tell(Alice), Lease).Conversation!.WaitingSince);
        Assert.Equal(Now + Day, s_claimed.And(Tell(Alice), Lease).And(Hear("c-2"), Day).Conversation!.WaitingSince);
    }

    [Fact]
    public void The_stretch_of_a_person_is_told_by_the_numbers_of_the_messages()
    {
        var back = s_claimed.And(Tell(Alice), Lease).And(HandBack(Alice), Day).Conversation!;

        Assert.Equal(new HumanTakeover("human:alice", 2, Now + TimeSpan.FromMinutes(1), 3, Now + Day), back.HumanTakeover);
        Assert.Equal(("gathering_info", Owner.Of(Agent)), (back.State, back.Owner));
    }

    [Fact]
    public void Who_it_is_assigned_to_follows_the_owner_through_every_change_of_hands()
    {
        Assert.Equal("ai-agent-1", s_asked.Conversation!.AssignedTo);
        Assert.Equal("queue:billing", s_asked.And(Escalate(Agent, "billing")).Conversation!.AssignedTo);
        Assert.Equal("human:alice", s_claimed.Conversation!.AssignedTo);
        Assert.Equal("queue:billing", s_claimed.And(Release(Alice), Lease).Conversation!.AssignedTo);
        Assert.Equal("queue:billing", s_claimed.Conversation!.AsOf(Now + s_lapse).AssignedTo);
        Assert.Equal(Agent.Id, s_claimed.And(HandBack(Alice), Lease).Conversation!.AssignedTo);
        Assert.Equal("human:bob", s_asked.And(Tell(Bob)).Conversation!.AssignedTo);
        Assert.Equal("human:sue", s_claimed.And(Claim(Sue), Lease).Conversation!.AssignedTo);
        Assert.Equal(Other.Id, s_asked.And(Begin(Other, "c-2")).Conversation!.AssignedTo);
    }

    [Fact]
    public void Somebody_may_be_named_who_does_not_own_it() => Assert.Equal(
        ("carol", Owner.Of(Alice)),
        s_claimed.And(Update() with { Actor = Alice, AssignedTo = "carol" }, Lease).Conversation is { } c ? (c.AssignedTo, c.Owner) : default);

    [Fact]
    public void A_conversation_that_an_AI_has_cannot_be_handed_back_to_it() => s_asked.When(HandBack(Alice)).ThenItIsRefused("not_owner");

    [Fact]
    public void What_a_person_has_an_ai_neither_erases_nor_dresses_up()
    {
        var facts = new ConversationCommand.UpdateMetadata { Id = Id, Actor = Agent, Roles = OneConversation.Trusted, Metadata = Facts("""{"order":"A-1"}""") };

        s_claimed.When(Erase()).ThenItIsRefused("not_owner");
        s_claimed.When(facts with { TicketStatus = TicketStatus.Closed }).ThenItIsRefused("not_owner");
        s_claimed.When(facts with { Priority = Priority.Low }).ThenItIsRefused("not_owner");
        s_claimed.When(facts with { AssignedTo = "nobody" }).ThenItIsRefused("not_owner");
        s_claimed.When(facts).Then(typeof(MetadataUpdated));
        s_claimed.When(Erase() with { Actor = Bob }).Then(typeof(Erased));
    }

    [Fact]
    public void A_conversation_that_a_person_put_back_is_not_escalated_again() =>
        s_claimed.And(Release(Alice)).When(Escalate(Agent, "billing")).ThenNothingHappens();
}
