using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Conversations.ConversationEvent;
using static SupportStateMcp.Tests.Conversations.Specification;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>Who gives a conversation to whom.</summary>
public class AssignmentRulesTests
{
    private static readonly GivenConversation s_asked = Given(WorkflowDefinition.Desk).And(Open()).And(Begin(Agent));

    private static readonly GivenConversation s_waiting = s_asked.And(Escalate(Agent, "billing"));

    private static readonly GivenConversation s_claimed = s_waiting.And(Claim(Alice), TimeSpan.FromMinutes(1));

    [Fact]
    public void A_named_person_has_it_at_once_and_under_a_lease()
    {
        var changed = Assert.IsType<OwnerChanged>(Assert.Single(s_asked.When(Assign(Agent, "human:bob")).Then(typeof(OwnerChanged))));

        Assert.Equal((Owner.Of(Bob), OwnershipCause.Assigned, Now + Lease, "support"), (changed.Owner, changed.Cause, changed.LeaseUntil, changed.ReturnQueue));
        var given = s_asked.And(Assign(Agent, "human:bob"));
        Assert.Equal("human:bob", given.Conversation!.AssignedTo);
        given.When(Tell(Agent)).ThenItIsRefused("not_owner");
        given.When(Complete(Agent, 1, 1)).ThenItIsRefused("not_owner");
        given.When(Tell(Bob)).Then(typeof(MessageAdded));
    }

    [Fact]
    public void A_person_who_does_not_answer_loses_it_to_the_queue_it_came_from()
    {
        Assert.Equal(Owner.InQueue("support"), s_asked.And(Assign(Agent, "human:bob")).Conversation!.AsOf(Now + Lease).Owner);
        Assert.Equal(Owner.InQueue("billing"), s_claimed.And(Assign(Alice, "human:bob")).Conversation!.AsOf(Now + Lease).Owner);
        Assert.Null(s_asked.And(Assign(Agent, "human:bob")).And(Tell(Bob)).Conversation!.LeaseUntil);
    }

    [Fact]
    public void A_team_finds_it_in_its_queue_since_the_customer_asked()
    {
        var given = s_asked.And(Assign(Agent, "queue:billing"), Day).Conversation!;

        Assert.Equal(("billing", Now, "queue:billing"), (given.Queue, given.WaitingSince, given.AssignedTo));
        Assert.Null(given.LeaseUntil);
        Assert.Equal("sales", s_claimed.And(Assign(Alice, "queue:sales")).Conversation!.Queue);
        // Out of one queue into another, by a person.
        Assert.Equal("sales", s_waiting.And(Assign(Bob, "queue:sales")).Conversation!.Queue);
    }

    [Fact]
    public void Between_people_only_the_owner_or_a_supervisor_gives_it()
    {
        s_claimed.When(Assign(Bob, "human:bob")).ThenItIsRefused("not_owner");
        s_claimed.When(Assign(Bob, "queue:support")).ThenItIsRefused("not_owner");
        s_claimed.When(Assign(Bob, "ai:desk-agent")).ThenItIsRefused("not_owner");
        s_claimed.When(Assign(Alice, "human:bob")).Then(typeof(OwnerChanged));
        s_claimed.When(Assign(Sue, "human:bob")).Then(typeof(OwnerChanged));
    }

    [Theory]
    [InlineData("ai:desk-agent", Roles.Agent)]
    [InlineData("ai:desk-agent", Roles.Supervisor)]
    [InlineData("system:router", Roles.Agent)]
    [InlineData("system:router", Roles.Supervisor)]
    public void No_program_gives_away_what_a_person_or_a_queue_has(string actor, Roles roles) => Assert.All(["human:bob", "queue:support", "ai:desk-agent"], to =>
    {
        var assign = Assign(Actor.TryParse(actor)!, to) with { Roles = roles };
        s_claimed.When(assign).ThenItIsRefused("not_owner");
        s_waiting.When(assign).ThenItIsRefused("not_owner");
    });

    [Fact]
    public void What_an_AI_has_it_gives_to_people_and_no_other_AI_does()
    {
        s_asked.When(Assign(Other, "human:bob")).ThenItIsRefused("not_owner");
        var refused = s_asked.When(Assign(Agent, "ai:other-agent")).ThenItIsRefused("invalid_argument");

        Assert.Equal("to", (string?)refused.Facts["argument"]);
        s_asked.When(Assign(new Actor(ActorKind.System, "router"), "queue:billing")).Then(typeof(OwnerChanged));
        s_asked.When(Assign(Alice, "ai:other-agent")).Then(typeof(OwnerChanged));
        s_asked.When(Assign(Alice, "human:alice")).Then(typeof(OwnerChanged));
    }

    [Fact]
    public void The_note_is_for_who_gets_it_and_not_for_the_customer()
    {
        var decision = s_claimed.When(Assign(Alice, "human:bob", "The bank calls at ten."));

        decision.Then(typeof(MessageAdded), typeof(OwnerChanged));
        var note = Assert.Single(((Decision.Accepted)decision).Messages);
        Assert.Equal(("The bank calls at ten.", Visibility.Internal, "human:alice"), (note.Content, note.Visibility, note.RecordedBy));
        s_claimed.When(Assign(Alice, "human:bob", "")).Then(typeof(OwnerChanged));
    }

    [Fact]
    public void An_AI_that_people_give_an_escalated_conversation_to_goes_on_with_the_work()
    {
        s_claimed.When(Assign(Alice, "ai:other-agent", "Ask whether it works.")).Then(typeof(MessageAdded), typeof(Transitioned), typeof(OwnerChanged));
        var given = s_waiting.And(Assign(Bob, "ai:other-agent")).Conversation!;

        Assert.Equal(("gathering_info", Owner.Of(Other), Other), (given.State, given.Owner, given.Agent));
        Given().And(Open()).And(Escalate(Agent)).When(Assign(Bob, "ai:other-agent")).Then(typeof(OwnerChanged));
    }

    [Fact]
    public void To_the_present_owner_nothing_changes_but_a_lease_that_ends_later_and_what_is_said()
    {
        s_asked.When(Assign(Agent, "ai:desk-agent")).ThenNothingHappens();
        s_waiting.When(Assign(Agent, "queue:billing")).ThenNothingHappens();
        s_claimed.When(Assign(Alice, "human:alice", lease: Lease)).ThenNothingHappens();
        s_claimed.When(Assign(Alice, "human:alice", lease: Day)).Then(typeof(LeaseExtended));
        s_claimed.When(Assign(Sue, "human:alice", lease: Day)).Then(typeof(LeaseExtended));
        s_claimed.When(Assign(Bob, "human:alice", lease: Day)).ThenNothingHappens();
        s_claimed.When(Assign(Agent, "human:alice", lease: Day)).ThenNothingHappens();
        s_claimed.When(Assign(Bob, "human:alice", "The bank called.")).Then(typeof(MessageAdded));
        s_claimed.And(Tell(Alice)).When(Assign(Alice, "human:alice", lease: Day)).ThenNothingHappens();
    }

    [Fact]
    public void A_closed_conversation_is_given_to_nobody() =>
        s_claimed.And(MoveTo("resolved") with { Actor = Alice }).When(Assign(Alice, "human:bob")).ThenItIsRefused("terminal_state");

    [Theory]
    [InlineData("billing", "queue:billing")]
    [InlineData("bob", "human:bob")]
    [InlineData("Bob", "human:ID")]
    [InlineData("", "human:ID")]
    [InlineData("human:", "human:ID")]
    [InlineData("human:a b", "human:ID")]
    [InlineData("human:bob\u202e", "human:ID")]
    [InlineData("queue:Billing", "lower-case")]
    [InlineData("queue:", "queue:NAME")]
    [InlineData("customer:maria", "human:ID")]
    [InlineData("system:clock", "human:ID")]
    [InlineData("team:billing", "queue:NAME")]
    public void Who_gets_it_is_named_with_its_kind_and_the_refusal_says_how(string to, string told)
    {
        var violation = Assign(Alice, to).Violation()!;

        Assert.Equal(("invalid_argument", "to"), (violation.Code, (string?)violation.Facts["argument"]));
        Assert.Contains(told, (string?)violation.Facts["rule"], StringComparison.Ordinal);
    }

    [Fact]
    public void The_kind_is_taken_in_any_case() => Assert.Equal("human:Bob", s_asked.And(Assign(Agent, "Human:Bob")).Conversation!.AssignedTo);

    [Theory]
    [InlineData(29)]
    [InlineData(86_401)]
    public void A_lease_has_the_bounds_of_a_claim(int seconds) =>
        Assert.Equal("lease_seconds", (string?)Assign(Alice, "human:bob", lease: TimeSpan.FromSeconds(seconds)).Violation()!.Facts["argument"]);
}
