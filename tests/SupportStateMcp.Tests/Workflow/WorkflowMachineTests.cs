using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Workflow;

public class WorkflowMachineTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 8, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A configured machine: a state called like a trigger, two closed states after one, two ways back to work.</summary>
    private static readonly WorkflowDefinition s_configured = WorkflowDefinition.Create(new WorkflowProfile
    {
        Name = "configured",
        States = ["done", "human", "reopen", "new", "dropped"],
        Transitions = new Dictionary<string, IReadOnlyList<string>>
        {
            ["new"] = ["reopen", "human"],
            ["reopen"] = ["done", "dropped", "human"],
            ["human"] = ["reopen", "done"],
            ["done"] = ["reopen", "human", "dropped"],
            ["dropped"] = ["reopen"],
        },
        Initial = "new",
        OpensTo = "reopen",
        Closed = ["done", "dropped"],
        ReopensTo = new Dictionary<string, string> { ["done"] = "human" },
        EscalationState = "human",
    }).Workflow!;

    public static TheoryData<string, bool> Workflows() =>
        new(from name in new[] { "strict", "desk", "configured" } from enforced in new[] { true, false } select (name, enforced));

    [Theory]
    [MemberData(nameof(Workflows))]
    public void What_the_machine_permits_is_the_table_of_the_profile(string name, bool enforced)
    {
        var profile = Named(name).Profile;
        var workflow = WorkflowDefinition.Create(profile, enforced).Workflow!;

        Assert.All(profile.States, state =>
        {
            var listed = enforced ? profile.Transitions.GetValueOrDefault(state, []) : [.. profile.States.Where(s => s != state)];
            Assert.Equal(listed, workflow.AllowedFrom(state));
            Assert.Equal(listed, workflow.Permitted(state, WorkflowContext.Unrestricted).Select(t => t.To));
            Assert.All(profile.States, to =>
                Assert.Equal(listed.Contains(to), workflow.Ask(state, to, WorkflowContext.Unrestricted) is { IsPermitted: true }));
        });
    }

    [Fact]
    public void Each_transition_has_the_trigger_of_its_meaning()
    {
        Assert.Equal(
            [
                "initialized: gathering_info", "gathering_info: processing, escalate", "processing: awaiting_confirmation, escalate",
                "awaiting_confirmation: resolve, gathering_info, escalate", "escalated: resolve, hand_back", "resolved: reopen",
            ],
            Triggers(WorkflowDefinition.Desk));
        Assert.Equal(
            ["done: reopen, reopen, dropped", "human: hand_back, resolve", "reopen: done, dropped, escalate", "new: reopen, escalate", "dropped: reopen"],
            Triggers(s_configured));

        static IEnumerable<string> Triggers(WorkflowDefinition workflow) => workflow.States.Select(state =>
            $"{state}: {string.Join(", ", workflow.Permitted(state, WorkflowContext.Unrestricted).Select(t => t.Trigger))}");
    }

    [Fact]
    public void A_state_called_like_a_trigger_is_another_thing()
    {
        Assert.Equal("human", s_configured.Ask("done", WorkflowTrigger.Reopen, WorkflowContext.Unrestricted)!.Transition.To);
        Assert.Equal("reopen", s_configured.Ask("done", WorkflowTrigger.To("reopen"), WorkflowContext.Unrestricted)!.Transition.To);
        Assert.Null(s_configured.Ask("new", WorkflowTrigger.Reopen, WorkflowContext.Unrestricted));
    }

    [Fact]
    public void What_is_closed_is_left_within_the_window_and_by_no_way_after_it()
    {
        var open = new WorkflowContext(s_now, IsClosed: true, s_now.AddTicks(1), IsLockedByHuman: false);
        var over = open with { ReopenableUntil = s_now };
        var never = open with { ReopenableUntil = null };

        Assert.Equal(["reopen", "human", "dropped"], s_configured.Permitted("done", open).Select(t => t.To));
        Assert.Equal(["dropped"], s_configured.Permitted("done", over).Select(t => t.To));
        Assert.Equal(["dropped"], s_configured.Permitted("done", never).Select(t => t.To));
        Assert.Equal(
            ["within 7 days"], s_configured.Ask("done", WorkflowTrigger.Reopen, over)!.Unmet.Select(g => g.Description));
        Assert.True(s_configured.Ask("done", "dropped", over)!.IsPermitted);
    }

    [Fact]
    public void An_AI_moves_nothing_that_a_person_owns()
    {
        var locked = WorkflowContext.Unrestricted with { IsLockedByHuman = true };

        Assert.All(WorkflowDefinition.Desk.States, state =>
        {
            Assert.Empty(WorkflowDefinition.Desk.Permitted(state, locked));
            Assert.All(WorkflowDefinition.Desk.AllowedFrom(state), to => Assert.Equal(
                ["no AI while a person owns the conversation"],
                WorkflowDefinition.Desk.Ask(state, to, locked)!.Unmet.Select(g => g.Description)));
        });
    }

    [Fact]
    public void Every_guard_that_refuses_is_named()
    {
        var answer = WorkflowDefinition.Desk.Ask("resolved", "gathering_info", new WorkflowContext(s_now, true, s_now, true))!;

        Assert.False(answer.IsPermitted);
        Assert.Equal([WorkflowGuardKind.NotLockedByHuman, WorkflowGuardKind.ReopenWindow], answer.Unmet.Select(g => g.Kind));
    }

    [Fact]
    public void Nothing_is_said_of_states_and_transitions_that_are_not_there()
    {
        Assert.Null(WorkflowDefinition.Desk.Ask("nowhere", "resolved", WorkflowContext.Unrestricted));
        Assert.Null(WorkflowDefinition.Desk.Ask("initialized", "resolved", WorkflowContext.Unrestricted));
        Assert.Null(WorkflowDefinition.Default.Ask("escalated", WorkflowTrigger.HandBack, WorkflowContext.Unrestricted));
        Assert.Empty(WorkflowDefinition.Desk.Permitted("nowhere", WorkflowContext.Unrestricted));
    }

    [Fact]
    public async Task Many_threads_ask_at_once_and_each_gets_the_answer_to_its_facts()
    {
        using var start = new ManualResetEventSlim();
        var asking = Enumerable.Range(0, 8).Select(i => Task.Factory.StartNew(
            () =>
            {
                var mayReopen = i % 2 == 0;
                var context = new WorkflowContext(s_now, IsClosed: true, mayReopen ? s_now.AddDays(1) : s_now, IsLockedByHuman: false);
                start.Wait();
                return Enumerable.Range(0, 20_000).All(_ =>
                    WorkflowDefinition.Desk.Ask("resolved", WorkflowTrigger.Reopen, context)!.IsPermitted == mayReopen
                    && WorkflowDefinition.Desk.Permitted("resolved", context).Count == (mayReopen ? 1 : 0)
                    && WorkflowDefinition.Desk.AllowedFrom("resolved").Count == 1);
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        start.Set();

        Assert.All(await Task.WhenAll(asking), Assert.True);
    }

    [Fact]
    public void The_diagram_of_a_configured_machine_comes_from_its_graph() => Assert.Equal(
        """
        stateDiagram-v2
            [*] --> new
            done --> reopen: reopen, within 7 days
            done --> human: reopen, within 7 days
            done --> dropped
            done --> [*]
            human --> reopen: hand back
            human --> done
            reopen --> done
            reopen --> dropped
            reopen --> human
            new --> reopen
            new --> human
            dropped --> reopen: reopen, within 7 days
            dropped --> [*]

        """,
        s_configured.ToMermaid());

    private static WorkflowDefinition Named(string name) => name switch
    {
        "strict" => WorkflowDefinition.Default,
        "desk" => WorkflowDefinition.Desk,
        _ => s_configured,
    };
}
