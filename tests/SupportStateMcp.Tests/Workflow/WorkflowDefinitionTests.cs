using Snapshooter.Xunit3;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Workflow;

public class WorkflowDefinitionTests
{
    [Fact]
    public void The_default_is_the_strict_table()
    {
        var workflow = WorkflowDefinition.Default;

        Assert.True(workflow.Enforced);
        Assert.Equal(["initialized", "gathering_info", "processing", "awaiting_confirmation", "escalated", "resolved"], workflow.States);
        Assert.Equal("initialized", workflow.Initial);
        Assert.Equal("gathering_info", workflow.OpensTo);
        Assert.Equal(["resolved"], workflow.States.Where(workflow.IsTerminal));
        Assert.All(workflow.States, state => Assert.DoesNotContain("Work on the conversation, then", workflow.Guidance(state), StringComparison.Ordinal));
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var (workflow, violations) = WorkflowDefinition.Create(new WorkflowProfile
        {
            Name = "wrong",
            States = ["new", "Bad State", "done", "done", "island"],
            Initial = "new",
            Transitions = new Dictionary<string, IReadOnlyList<string>>
            {
                ["new"] = ["done", "nowhere", "new"],
                ["ghost"] = [],
            },
            Closed = ["new", "spectre", "done"],
            Guidance = new Dictionary<string, string> { ["phantom"] = "Boo." },
            EscalationState = "spook",
        });

        Assert.Null(workflow);
        Assert.Equal(
            """
            stateMachine.states: 'Bad State' is no state name; use 1 to 50 lower-case letters, digits and underscores, a letter first.
            stateMachine.states: 'done' is listed 2 times; list it once.
            stateMachine.guidance: 'phantom' is not among the states; add it to stateMachine.states or remove its guidance.
            stateMachine.closed: 'new' is the initial state, and no conversation begins finished; remove it.
            stateMachine.closed: 'spectre' is not among the states; add it to stateMachine.states or remove it.
            stateMachine.escalationState: 'spook' is not among the states; add it to stateMachine.states or name another.
            stateMachine.transitions.new: unknown target 'nowhere'; add it to stateMachine.states or remove it.
            stateMachine.transitions.new: a state cannot follow itself; remove 'new' from its targets.
            stateMachine.transitions: 'ghost' is not among the states; add it to stateMachine.states or remove its transitions.
            stateMachine.states: 'Bad State' cannot be reached from the initial state 'new'; add a transition to it or remove it.
            stateMachine.states: 'island' cannot be reached from the initial state 'new'; add a transition to it or remove it.
            """,
            string.Join('\n', violations));
    }

    [Fact]
    public void A_workflow_has_states() => Assert.Equal(
        ["stateMachine.states: there is no state; list at least one."],
        WorkflowDefinition.Create(Profile([])).Violations);

    [Theory]
    [InlineData("1st")]
    [InlineData("_x")]
    [InlineData("a-b")]
    [InlineData("a\n")]
    [InlineData("")]
    [InlineData("ä")]
    public void A_state_has_a_plain_name(string name) =>
        Assert.Contains(WorkflowDefinition.Create(Profile([name]), enforced: false).Violations, v => v.Contains("is no state name", StringComparison.Ordinal));

    [Fact]
    public void A_state_name_has_at_most_50_characters()
    {
        Assert.Empty(WorkflowDefinition.Create(Profile([new string('a', 50)]), enforced: false).Violations);
        Assert.Single(WorkflowDefinition.Create(Profile([new string('a', 51)]), enforced: false).Violations);
    }

    [Fact]
    public void Two_states_may_lead_to_each_other()
    {
        var workflow = WorkflowDefinition.Create(Profile(["a", "b"], ("a", ["b"]), ("b", ["a"])) with { Initial = "a" }).Workflow!;

        Assert.DoesNotContain(workflow.States, workflow.IsTerminal);
        Assert.True(workflow.Allows("b", "a"));
    }

    [Fact]
    public void Without_the_state_machine_any_known_state_may_follow_any_other()
    {
        var (workflow, _) = WorkflowDefinition.Create(
            // Nobody looks at the table: it may even be wrong.
            Profile(["new", "busy", "done"], ("new", ["nowhere"])) with { Initial = "new" }, enforced: false);

        Assert.Equal(["new", "done"], workflow!.AllowedFrom("busy"));
        Assert.False(workflow.Allows("busy", "busy"));
        Assert.False(workflow.Allows("busy", "nowhere"));
        Assert.DoesNotContain(workflow.States, workflow.IsTerminal);
        Assert.Null(workflow.OpensTo);
    }

    [Fact]
    public void Nothing_follows_an_unknown_state()
    {
        Assert.Empty(WorkflowDefinition.Default.AllowedFrom("nowhere"));
        Assert.False(WorkflowDefinition.Default.IsTerminal("nowhere"));
        Assert.False(WorkflowDefinition.Default.Knows("Resolved"));
    }

    [Fact]
    public void Each_state_has_guidance_configured_or_derived()
    {
        var (workflow, _) = WorkflowDefinition.Create(
            Profile(["new", "busy", "done"], ("new", ["busy"]), ("busy", ["done"])) with
            {
                Guidance = new Dictionary<string, string> { ["new"] = "Say hello." },
            });

        Assert.Equal("Say hello.", workflow!.Guidance("new"));
        Assert.Equal("Work on the conversation, then move it on with transition_state to one of: done.", workflow.Guidance("busy"));
        Assert.Equal("The conversation is finished; reopen_conversation opens a linked follow-up for what comes after.", workflow.Guidance("done"));
    }

    [Fact]
    public void The_default_workflow_as_a_diagram() => Snapshot.Match(WorkflowDefinition.Default.ToMermaid());

    private static WorkflowProfile Profile(string[] states, params (string From, string[] To)[] moves) => new()
    {
        Name = "test",
        States = states,
        Transitions = moves.ToDictionary(m => m.From, IReadOnlyList<string> (m) => m.To),
    };
}
