using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Workflow;

/// <summary>What a state means is named, or it is the only one that fits; where a list stands says nothing.</summary>
public class WorkflowRolesTests
{
    [Fact]
    public void The_order_of_lists_means_nothing()
    {
        var workflow = Create(Profile(["done", "human", "busy", "new"], ("busy", ["human", "done"]), ("human", ["done", "busy"]), ("new", ["busy"]))
            with { EscalationState = "human" });

        Assert.Equal(("new", "busy", "busy"), (workflow.Initial, workflow.OpensTo, workflow.HandBackTo));
    }

    [Fact]
    public void Where_a_new_conversation_moves_on_to_may_be_named()
    {
        var forked = Profile(["new", "busy", "triage"], ("new", ["busy", "triage"]));

        Assert.Equal("triage", Create(forked with { OpensTo = "triage" }).OpensTo);
        Assert.Null(Create(forked with { OpensTo = "new" }).OpensTo);
        Violates(forked, "stateMachine.opensTo: several states may follow the initial state 'new': busy, triage; name the one that a new conversation moves on to, or 'new' if it stays there.");
        Violates(forked with { OpensTo = "gone" }, "stateMachine.opensTo: 'gone' is not among the states; add it to stateMachine.states or name another.");
        Violates(Profile(["new", "busy", "done"], ("new", ["busy"]), ("busy", ["done"])) with { OpensTo = "done" },
            "stateMachine.opensTo: no transition leads from 'new' to 'done'; add it to stateMachine.transitions.new or name another.");
    }

    [Fact]
    public void Where_a_conversation_begins_is_named_unless_the_table_says_it()
    {
        Violates(Profile(["a", "b"], ("a", ["b"]), ("b", ["a"])),
            "stateMachine.initial: a transition leads to every state, so the table does not say where a conversation begins; name the initial state.");
        Violates(Profile(["a", "b", "c"], ("a", ["c"]), ("b", ["c"])),
            "stateMachine.initial: no transition leads to a, b, so the table does not say where a conversation begins; name the initial state.");
        Violates(Profile(["a", "b"], ("a", ["b"])) with { Initial = "gone" },
            "stateMachine.initial: 'gone' is not among the states; add it to stateMachine.states or name another.");
        Assert.Equal("b", Create(Profile(["a", "b"], ("a", ["b"]), ("b", ["a"])) with { Initial = "b" }).Initial);
    }

    [Fact]
    public void Without_the_state_machine_where_a_conversation_begins_is_asked_for_as_well() => Assert.Equal(
        ["stateMachine.initial: no transition leads to a, b, so the table does not say where a conversation begins; name the initial state."],
        WorkflowDefinition.Create(Profile(["a", "b"]), enforced: false).Violations);

    [Fact]
    public void Where_a_person_hands_back_to_is_named_if_it_is_not_the_only_one()
    {
        var forked = Profile(["new", "human", "busy", "done"], ("new", ["human"]), ("human", ["new", "busy", "done"]), ("busy", ["done"]))
            with { Initial = "new", EscalationState = "human" };

        Assert.Equal("busy", Create(forked with { HandBackTo = "busy" }).HandBackTo);
        Violates(forked, "stateMachine.handBackTo: several states may follow 'human': new, busy; name the one that a person hands back to.");
        Violates(forked with { HandBackTo = "done" }, "stateMachine.handBackTo: 'done' is a closed state, and the work goes on from here; name another.");
        Violates(forked with { HandBackTo = "gone" }, "stateMachine.handBackTo: 'gone' is not among the states; add it to stateMachine.states or name another.");
        Violates(forked with { HandBackTo = "human" },
            "stateMachine.handBackTo: no transition leads from 'human' to 'human'; add it to stateMachine.transitions.human or name another.");
        Violates(forked with { HandBackTo = "busy", EscalationState = null },
            "stateMachine.handBackTo: there is no escalation state to hand back from; name it in stateMachine.escalationState or remove 'busy'.");
        Violates(forked with { HandBackTo = "busy", Closed = ["human"], ReopensTo = new Dictionary<string, string> { ["human"] = "busy" } },
            "stateMachine.handBackTo: the escalation state 'human' is closed, so nobody hands back from it; remove 'busy'.");
    }

    [Fact]
    public void Where_a_closed_state_is_reopened_to_is_named_if_it_is_not_the_only_one()
    {
        var forked = Profile(["new", "busy", "done"], ("new", ["busy"]), ("busy", ["done"]), ("done", ["new", "busy"]))
            with { Initial = "new", Closed = ["done"] };

        Assert.Equal("busy", Create(forked with { ReopensTo = To("done", "busy") }).ReopensTo("done"));
        Violates(forked, "stateMachine.reopensTo.done: several states may follow 'done': new, busy; name the one that it is reopened to.");
        Violates(forked with { ReopensTo = To("done", "done") }, "stateMachine.reopensTo.done: 'done' is a closed state, and the work goes on from here; name another.",
            "stateMachine.reopensTo.done: no transition leads from 'done' to 'done'; add it to stateMachine.transitions.done or name another.");
        Violates(forked with { Closed = null, ReopensTo = To("done", "gone") },
            "stateMachine.reopensTo: 'done' is no closed state, so nothing reopens it; add it to stateMachine.closed or remove it.",
            "stateMachine.reopensTo.done: 'gone' is not among the states; add it to stateMachine.states or name another.");
    }

    [Fact]
    public void A_profile_keeps_under_other_transitions_what_still_fits_them()
    {
        var changed = new WorkflowChanges
        {
            States = ["initialized", "triage", "gathering_info", "escalated", "resolved"],
            Transitions = new Dictionary<string, IReadOnlyList<string>>
            {
                ["initialized"] = ["triage"],
                ["triage"] = ["gathering_info", "escalated"],
                ["gathering_info"] = ["resolved"],
                ["escalated"] = ["triage", "gathering_info"],
                ["resolved"] = ["triage"],
            },
        }.Over(WorkflowDefinition.Desk.Profile);

        var workflow = Create(changed);

        Assert.Equal(("initialized", "triage", "escalated"), (workflow.Initial, workflow.OpensTo, workflow.EscalationState));
        Assert.Equal(("gathering_info", "triage"), (workflow.HandBackTo, workflow.ReopensTo("resolved")));
    }

    [Fact]
    public void Without_the_state_machine_those_states_are_closed_that_the_table_declares_to_have_no_way_out()
    {
        var workflow = WorkflowDefinition.Create(
            Profile(["new", "busy", "done"], ("new", ["busy"]), ("done", [])) with { Initial = "new" }, enforced: false).Workflow!;

        Assert.Equal(["done"], workflow.States.Where(workflow.IsClosed));
    }

    [Fact]
    public void A_target_that_is_listed_twice_counts_once() =>
        Assert.Equal(["busy"], Create(Profile(["new", "busy"], ("new", ["busy", "busy"]))).AllowedFrom("new"));

    private static void Violates(WorkflowProfile profile, params string[] violations) =>
        Assert.Equal(violations, WorkflowDefinition.Create(profile).Violations);

    private static WorkflowDefinition Create(WorkflowProfile profile)
    {
        var (workflow, violations) = WorkflowDefinition.Create(profile);
        Assert.Empty(violations);
        return workflow!;
    }

    private static Dictionary<string, string> To(string from, string to) => new() { [from] = to };

    private static WorkflowProfile Profile(string[] states, params (string From, string[] To)[] transitions) => new()
    {
        Name = "test",
        States = states,
        Transitions = transitions.ToDictionary(t => t.From, IReadOnlyList<string> (t) => t.To),
    };
}
