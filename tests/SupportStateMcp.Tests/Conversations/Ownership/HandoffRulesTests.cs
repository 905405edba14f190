using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Conversations.ConversationEvent;
using static SupportStateMcp.Tests.Conversations.Specification;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Conversations;

public class HandoffRulesTests
{
    private static readonly TimeSpan s_week = TimeSpan.FromDays(7);

    private static readonly TimeSpan s_tick = TimeSpan.FromTicks(1);

    private static readonly GivenConversation s_strict = Given(WorkflowDefinition.Default).And(Open()).And(Begin(Agent));

    private static readonly GivenConversation s_desk = Given(WorkflowDefinition.Desk).And(Open()).And(Begin(Agent));

    private static readonly GivenConversation s_closed = s_desk.And(Escalate(Agent)).And(Tell(Alice)).And(MoveTo("resolved") with { Actor = Alice });

    [Fact]
    public void A_handoff_is_one_act()
    {
        var escalated = s_desk.When(Escalate(Agent, "billing") with { CustomerMessage = "A colleague will answer.", Priority = Priority.High })
            .Then(typeof(OwnerChanged), typeof(Transitioned), typeof(MessageAdded), typeof(Escalated));

        var after = Conversation.Fold(s_desk.Conversation, escalated)!;
        Assert.Equal(("billing", "escalated", TicketStatus.Pending, Priority.High, Now), (after.Queue, after.State, after.TicketStatus, after.Priority, after.WaitingSince));
        Assert.Equal(("stuck", "Nothing helped."), (after.Handoff!.Reason, after.Handoff.Summary));
    }

    [Fact]
    public void A_handoff_that_the_workflow_does_not_allow_happens_not_at_all()
    {
        var confirming = s_strict.And(MoveTo("processing")).And(MoveTo("awaiting_confirmation"));

        confirming.When(Escalate(Agent)).ThenItIsRefused("invalid_transition");
        s_desk.And(MoveTo("processing")).And(MoveTo("awaiting_confirmation")).When(Escalate(Agent))
            .Then(typeof(OwnerChanged), typeof(Transitioned), typeof(Escalated));
    }

    [Fact]
    public void Who_moved_the_conversation_to_people_can_still_say_why()
    {
        var moved = s_strict.And(MoveTo("escalated"));
        Assert.Equal("support", moved.Conversation!.Queue);

        var told = moved.And(Escalate(Agent));

        Assert.Equal("Nothing helped.", told.Conversation!.Handoff!.Summary);
        Assert.Equal(moved.Conversation.Epoch, told.Conversation.Epoch);
        told.When(Escalate(Agent)).ThenNothingHappens();
        told.When(Escalate(Agent, "billing")).ThenItIsRefused("not_owner");
    }

    [Fact]
    public void A_closed_conversation_is_not_escalated() => s_closed.When(Escalate(Alice)).ThenItIsRefused("terminal_state");

    [Fact]
    public void The_customer_reopens_a_conversation_within_the_window_and_the_AI_has_it()
    {
        var heard = s_closed.When(Begin(Agent, "c-2"), s_week - s_tick).Then(typeof(Transitioned), typeof(OwnerChanged), typeof(MessageAdded));

        var after = Conversation.Fold(s_closed.Conversation, heard)!;
        Assert.Equal(("gathering_info", Owner.Of(Agent), TicketStatus.Open), (after.State, after.Owner, after.TicketStatus));
        Assert.Null(after.Queue);
        Assert.Null(after.ClosedAt);
        Assert.Equal(after.UpdatedAt, after.WaitingSince);
    }

    [Fact]
    public void At_the_end_of_the_window_it_is_over_for_everybody()
    {
        s_closed.When(Begin(Agent, "c-2"), s_week).Then(typeof(MessageAdded));
        s_closed.When(Hear("c-2"), s_week).Then(typeof(MessageAdded));
        s_closed.When(Reopen(Agent), s_week).ThenItIsRefused("reopen_window_over");
        s_closed.When(MoveTo("gathering_info") with { Actor = Alice }, s_week).ThenItIsRefused("reopen_window_over");
        s_closed.When(Reopen(Agent), s_week - s_tick).Then(typeof(Transitioned), typeof(OwnerChanged));
    }

    [Fact]
    public void A_refusal_names_the_guard_that_the_time_does_not_meet()
    {
        s_closed.When(MoveTo("gathering_info") with { Actor = Alice }, s_week).ThenItIsRefused(
            "reopen_window_over",
            "The conversation was closed and could be opened again until 2026-11-28T09:00:00Z (within 7 days); that is over. reopen_conversation opens a linked follow-up conversation.",
            """{"state":"resolved","closed_at":"2026-11-21T09:00:00Z","follow_up":null}""");
        s_closed.When(MoveTo("processing") with { Actor = Alice }, s_week).ThenItIsRefused(
            "invalid_transition",
            "Invalid transition: resolved → processing. No transition from resolved is allowed now; refused by its guard: gathering_info (reopen, within 7 days).",
            """{"from":"resolved","to":"processing","allowed":[]}""");
        s_closed.When(MoveTo("processing") with { Actor = Alice }).ThenItIsRefused(
            "invalid_transition",
            "Invalid transition: resolved → processing. Allowed from resolved: gathering_info.",
            """{"from":"resolved","to":"processing","allowed":["gathering_info"]}""");
    }

    [Fact]
    public void What_was_closed_for_good_stays_so_under_a_profile_that_would_reopen_it()
    {
        var closed = s_strict.And(MoveTo("escalated")).And(MoveTo("resolved")) with { Workflow = WorkflowDefinition.Desk };

        closed.When(MoveTo("gathering_info") with { Actor = Alice }).ThenItIsRefused("reopen_window_over");
        closed.When(Reopen(Agent)).ThenItIsRefused("reopen_window_over");
    }

    [Fact]
    public void What_is_allowed_instead_does_not_depend_on_who_asks() =>
        Assert.Equal(
            ["processing", "escalated"],
            s_desk.And(Claim(Alice)).When(MoveTo("resolved")).ThenItIsRefused("invalid_transition").Facts["allowed"]!.AsArray().Select(a => (string?)a));

    [Fact]
    public void A_window_of_no_length_is_never_open()
    {
        var never = WorkflowDefinition.Create(WorkflowDefinition.Desk.Profile, reopenWindow: TimeSpan.Zero).Workflow!;

        (s_closed with { Workflow = never, Events = [.. s_desk.Events, Moved(4, "gathering_info", "resolved") with { ReopenableUntil = Now }] })
            .When(Hear("c-2")).Then(typeof(MessageAdded));
    }

    [Fact]
    public void In_the_strict_workflow_what_is_resolved_stays_so()
    {
        var resolved = s_strict.And(MoveTo("escalated")).And(MoveTo("resolved"));

        resolved.When(Tell(Agent)).ThenItIsRefused("terminal_state");
        resolved.When(Reopen(Agent)).ThenItIsRefused("reopen_window_over");
    }

    [Fact]
    public void What_the_customer_writes_to_a_closed_conversation_is_kept_and_opens_nothing_that_stays_closed()
    {
        var closed = s_strict.And(MoveTo("processing")).And(MoveTo("awaiting_confirmation")).And(MoveTo("resolved"));
        var late = closed.And(Hear("c-2")).And(Begin(Other, "c-3")).And(Hear("c-4") with { Automated = true });

        Assert.Equal(("resolved", 4, 2), (late.Conversation!.State, late.Conversation.MessageCount, late.Conversation.LateFrom));
        Assert.Equal((closed.Conversation!.Owner, closed.Conversation.Epoch), (late.Conversation.Owner, late.Conversation.Epoch));
        Assert.NotNull(late.Conversation.ClosedAt);
        Assert.Null(late.Conversation.WaitingSince);
        Assert.Empty(late.Conversation.Unanswered);
    }

    [Fact]
    public void What_is_automatic_or_internal_reopens_nothing()
    {
        s_closed.When(Hear("x") with { Automated = true }).Then(typeof(MessageAdded));
        s_closed.When(Tell(Agent) with { Visibility = Visibility.Internal }).Then(typeof(MessageAdded));
        s_closed.When(Tell(Alice)).ThenItIsRefused("terminal_state");
    }

    [Fact]
    public void A_state_that_leads_only_to_other_closed_ones_keeps_what_the_customer_writes()
    {
        var archive = WorkflowDefinition.Create(new WorkflowProfile
        {
            Name = "archive",
            States = ["open", "done", "archived"],
            Transitions = new Dictionary<string, IReadOnlyList<string>> { ["open"] = ["done"], ["done"] = ["archived"] },
            Closed = ["done"],
        }).Workflow!;

        var done = Given(archive).And(Open());

        Assert.Equal(("done", null), (done.Conversation!.State, done.Conversation.ReopenableUntil));
        done.When(Hear("c-1")).Then(typeof(MessageAdded));
    }
}
