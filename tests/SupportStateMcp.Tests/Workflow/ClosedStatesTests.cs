using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Workflow;

public class ClosedStatesTests
{
    private static readonly WorkflowProfile s_archive = Profile(
        ["new", "busy", "solved", "archived"],
        ("new", ["busy"]), ("busy", ["solved"]), ("solved", ["archived", "busy", "new"])) with
    { Initial = "new", Closed = ["solved"], ReopensTo = new Dictionary<string, string> { ["solved"] = "busy" } };

    [Fact]
    public void A_terminal_state_is_closed_without_being_named()
    {
        var workflow = WorkflowDefinition.Default;

        Assert.Equal(["resolved"], workflow.States.Where(workflow.IsClosed));
        Assert.Null(workflow.ReopensTo("resolved"));
        Assert.False(workflow.IsClosed("nowhere"));
    }

    [Fact]
    public void A_closed_state_that_is_named_can_be_left_again()
    {
        var workflow = Create(s_archive);

        Assert.Equal(["solved", "archived"], workflow.States.Where(workflow.IsClosed));
        Assert.True(workflow.Reopens("solved", "busy"));
        Assert.True(workflow.Reopens("solved", "new"));
        Assert.False(workflow.Reopens("busy", "solved"));
        Assert.False(workflow.IsTerminal("solved"));
    }

    [Fact]
    public void What_goes_from_closed_to_closed_reopens_nothing()
    {
        var workflow = Create(s_archive);

        Assert.True(workflow.Allows("solved", "archived"));
        Assert.False(workflow.Reopens("solved", "archived"));
        Assert.Equal("busy", workflow.ReopensTo("solved"));
    }

    [Fact]
    public void A_state_that_is_not_closed_is_not_reopened() => Assert.Null(Create(s_archive).ReopensTo("busy"));

    [Fact]
    public void Nothing_reopens_an_unknown_state() => Assert.Null(WorkflowDefinition.Default.ReopensTo("nowhere"));

    [Fact]
    public void A_conversation_can_be_reopened_for_seven_days_unless_configured()
    {
        Assert.Equal(TimeSpan.FromDays(7), WorkflowDefinition.Desk.ReopenWindow);
        Assert.Equal(TimeSpan.FromHours(1), Create(s_archive, window: TimeSpan.FromHours(1)).ReopenWindow);
        Assert.Throws<ArgumentOutOfRangeException>(() => Create(s_archive, window: TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public void Without_the_state_machine_resolved_is_closed_and_nothing_else()
    {
        var workflow = Create(WorkflowDefinition.Default.Profile, enforced: false);

        Assert.Equal(["resolved"], workflow.States.Where(workflow.IsClosed));
        Assert.DoesNotContain(workflow.States, workflow.IsTerminal);
        Assert.Equal("gathering_info", workflow.ReopensTo("resolved"));
        Assert.Equal("gathering_info", workflow.HandBackTo);
    }

    [Fact]
    public void Without_the_state_machine_the_table_still_says_where_a_conversation_reopens_to() =>
        Assert.Equal("busy", Create(s_archive with { Closed = ["solved", "archived"] }, enforced: false).ReopensTo("solved"));

    [Fact]
    public void Without_the_state_machine_closed_are_the_states_named()
    {
        Assert.Equal(["solved"], Closed(s_archive));
        Assert.Empty(Closed(s_archive with { Closed = null, ReopensTo = new Dictionary<string, string>() }));
        Assert.Empty(Closed(WorkflowDefinition.Default.Profile with { Closed = [] }));
        Assert.Empty(Closed(Profile(["resolved", "busy"]) with { Initial = "busy" }));

        static IEnumerable<string> Closed(WorkflowProfile profile)
        {
            var workflow = Create(profile, enforced: false);
            return workflow.States.Where(workflow.IsClosed);
        }
    }

    [Fact]
    public void Without_any_table_a_conversation_reopens_where_it_began() => Assert.Equal(
        "new", Create(Profile(["new", "busy", "solved"]) with { Initial = "new", Closed = ["solved"] }, enforced: false).ReopensTo("solved"));

    [Fact]
    public void The_state_of_escalated_conversations_is_named_by_the_profile()
    {
        Assert.Equal("escalated", WorkflowDefinition.Default.EscalationState);
        Assert.Null(Create(s_archive).EscalationState);
        Assert.Null(Create(s_archive).HandBackTo);
        Assert.Equal("busy", Create(s_archive with { EscalationState = "busy" }).EscalationState);
        Assert.Null(Create(s_archive with { EscalationState = "busy" }).HandBackTo);
    }

    [Fact]
    public void The_guidance_of_a_closed_state_tells_how_long_it_can_be_reopened()
    {
        Assert.Equal(
            "The conversation is closed; a new message of the customer reopens it to busy within 36 hours, after that reopen_conversation opens a linked follow-up.",
            Create(s_archive, window: TimeSpan.FromHours(36)).Guidance("solved"));
        Assert.Equal(
            "The conversation is finished; reopen_conversation opens a linked follow-up for what comes after.",
            Create(s_archive, window: TimeSpan.Zero).Guidance("solved"));
    }

    [Fact]
    public void The_diagram_shows_what_reopens_and_what_ends() => Assert.Equal(
        """
        stateDiagram-v2
            [*] --> new
            new --> busy
            busy --> solved
            solved --> archived
            solved --> busy: reopen, switched off
            solved --> new: reopen, switched off
            solved --> [*]
            archived --> [*]

        """,
        Create(s_archive, window: TimeSpan.Zero).ToMermaid());

    private static WorkflowDefinition Create(WorkflowProfile profile, bool enforced = true, TimeSpan? window = null)
    {
        var (workflow, violations) = WorkflowDefinition.Create(profile, enforced, window);
        Assert.Empty(violations);
        return workflow!;
    }

    private static WorkflowProfile Profile(string[] states, params (string From, string[] To)[] moves) => new()
    {
        Name = "test",
        States = states,
        Transitions = moves.ToDictionary(m => m.From, IReadOnlyList<string> (m) => m.To),
    };
}
