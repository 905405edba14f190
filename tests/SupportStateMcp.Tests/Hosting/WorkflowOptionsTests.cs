using System.Collections;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Hosting;

public sealed class WorkflowOptionsTests : IDisposable
{
    private const string Queue = """
        "profiles": {"queue": {"states": ["new", "human", "done"], "initial": "new", "closed": ["done"], "escalationState": "human",
          "transitions": {"new": ["human"], "human": ["done", "new"], "done": ["new"]}, "guidance": {"new": "Say hello."}}}
        """;

    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData("\"enabled\": true", "strict")]
    [InlineData("\"profile\": \"strict\"", "strict")]
    [InlineData("\"profile\": \"desk\"", "desk")]
    [InlineData("\"profile\": \"Desk\"", "desk")]
    public void A_profile_is_chosen_by_name(string json, string name)
    {
        var workflow = Valid(json);

        Assert.Equal(name, workflow.Profile.Name);
        Assert.False(workflow.Profile.Changed);
        Assert.Equal((name == "desk" ? WorkflowDefinition.Desk : WorkflowDefinition.Default).ToMermaid(), workflow.ToMermaid());
    }

    [Fact]
    public void A_variable_may_choose_the_profile() => Assert.Equal("desk", OptionsReader.Read(
        OptionsSources.Read(null, new Hashtable { ["SUPPORTSTATE__STATEMACHINE__PROFILE"] = "desk" }, new Dictionary<string, string?>()),
        null).Options!.Workflow.Profile.Name);

    [Fact]
    public void A_profile_of_ones_own_is_described_in_full()
    {
        var workflow = Valid($"\"profile\": \"queue\", {Queue}");

        Assert.Equal("queue", workflow.Profile.Name);
        Assert.Equal(["new", "human", "done"], workflow.States);
        Assert.Equal(["done"], workflow.States.Where(workflow.IsClosed));
        Assert.Equal("human", workflow.EscalationState);
        Assert.Equal("new", workflow.HandBackTo);
        Assert.Equal("new", workflow.ReopensTo("done"));
        Assert.Equal("Say hello.", workflow.Guidance("new"));
    }

    [Fact]
    public void Every_meaning_of_a_state_has_a_key()
    {
        var workflow = Valid("""
            "states": ["done", "human", "busy", "new"], "initial": "new", "opensTo": "human", "closed": ["done"],
            "reopensTo": {"done": "busy"}, "escalationState": "human", "handBackTo": "busy",
            "transitions": {"new": ["busy", "human"], "busy": ["human", "done"], "human": ["busy", "new"], "done": ["new", "busy"]}
            """);

        Assert.Equal(("new", "human"), (workflow.Initial, workflow.OpensTo));
        Assert.Equal(("human", "busy", "busy"), (workflow.EscalationState, workflow.HandBackTo, workflow.ReopensTo("done")));
    }

    [Fact]
    public void A_profile_that_nobody_chose_changes_nothing() =>
        Assert.Equal(WorkflowDefinition.Default.ToMermaid(), Valid(Queue).ToMermaid());

    [Theory]
    [InlineData("strict", "")]
    [InlineData("desk", "\"profile\": \"desk\", ")]
    public void A_profile_of_ones_own_goes_before_the_built_in_one(string name, string chosen) => Assert.Equal(
        ["new", "human", "done"], Valid(chosen + Queue.Replace("\"queue\"", $"\"{name}\"", StringComparison.Ordinal)).States);

    [Fact]
    public void Parts_go_over_the_profile_chosen()
    {
        var workflow = Valid("""
            "profile": "desk", "closed": [], "escalationState": "processing", "handBackTo": "awaiting_confirmation", "guidance": {"resolved": "Done."}
            """);

        Assert.True(workflow.Profile.Changed);
        Assert.DoesNotContain(workflow.States, workflow.IsClosed);
        Assert.Equal("processing", workflow.EscalationState);
        Assert.Equal("Done.", workflow.Guidance("resolved"));
        Assert.Equal(WorkflowDefinition.Desk.Guidance("escalated"), workflow.Guidance("escalated"));
        Assert.True(workflow.Allows("escalated", "gathering_info"));
    }

    [Fact]
    public void What_a_profile_says_of_states_that_are_gone_falls_away()
    {
        var workflow = Valid("""
            "profile": "desk", "states": ["new", "processing"], "transitions": {"new": ["processing"]}
            """);

        Assert.Equal(["processing"], workflow.States.Where(workflow.IsClosed));
        Assert.Null(workflow.EscalationState);
        Assert.Equal(WorkflowDefinition.Desk.Guidance("processing"), workflow.Guidance("processing"));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("3600", 3600)]
    [InlineData("315360000", 315_360_000)]
    public void The_window_is_given_in_seconds(string json, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Valid($"\"reopenWindow\": {json}").ReopenWindow);

    [Theory]
    [InlineData("\"reopenWindow\": -1", "stateMachine.reopenWindow: '-1' is out of range; use 0 to 315360000 seconds.")]
    [InlineData("\"reopenWindow\": 315360001", "stateMachine.reopenWindow: '315360001' is out of range; use 0 to 315360000 seconds.")]
    [InlineData("\"closed\": [\"initialized\"]", "stateMachine.closed: 'initialized' is the initial state, and no conversation begins finished; remove it.")]
    [InlineData("\"enabled\": false, \"closed\": [\"gone\"]",
        "stateMachine.closed: 'gone' is not among the states; add it to stateMachine.states or remove it.")]
    [InlineData("\"escalationState\": \"gone\"",
        "stateMachine.escalationState: 'gone' is not among the states; add it to stateMachine.states or name another.")]
    [InlineData("\"initial\": \"gone\"",
        "stateMachine.initial: 'gone' is not among the states; add it to stateMachine.states or name another.")]
    [InlineData("\"states\": [\"a\", \"b\"], \"transitions\": {\"a\": []}, \"enabled\": false",
        "stateMachine.initial: no transition leads to a, b, so the table does not say where a conversation begins; name the initial state.")]
    [InlineData("\"reopen\": 5", "stateMachine.reopen: there is no such key; docs/configuration.md lists them all.")]
    [InlineData("\"profiles\": {\"x\": {}}", "stateMachine.profiles.x.states: there is no state; list at least one.")]
    [InlineData("\"profiles\": {\"x y\": {\"states\": [\"a\"]}}",
        "stateMachine.profiles: 'x y' is no profile name; use 1 to 50 letters, digits, underscores and hyphens, a letter first.")]
    [InlineData("\"profiles\": {\"x\": {\"states\": [\"a\"], \"closing\": [\"a\"]}}",
        "stateMachine.profiles.x.closing.0: there is no such key; docs/configuration.md lists them all.")]
    public void What_is_wrong_is_said_with_how_to_mend_it(string json, string violation) => Assert.Equal(violation, Violations(json));

    [Fact]
    public void An_unknown_profile_is_refused_with_those_there_are() => Assert.Equal(
        """
        stateMachine.profile: 'lax' is not valid; use one of desk, queue, strict, or describe it in stateMachine.profiles.
        stateMachine.profiles.queue.closed: 'gone' is not among the states; add it to stateMachine.profiles.queue.states or remove it.
        """,
        Violations($"\"profile\": \"lax\", {Queue.Replace("[\"done\"], \"esc", "[\"done\", \"gone\"], \"esc", StringComparison.Ordinal)}"));

    [Fact]
    public void A_violation_names_the_place_where_the_part_stands() => Assert.Equal(
        """
        stateMachine.closed: 'gone' is not among the states; add it to stateMachine.profiles.mine.states or remove it.
        stateMachine.profiles.mine.transitions.a: unknown target 'c'; add it to stateMachine.profiles.mine.states or remove it.
        """,
        Violations("""
            "profile": "mine", "closed": ["gone"], "profiles": {"mine": {"states": ["a", "b"], "transitions": {"a": ["b", "c"]}}}
            """));

    public void Dispose() => _directory.Dispose();

    private WorkflowDefinition Valid(string stateMachine)
    {
        var (options, violations) = Read(stateMachine);
        Assert.Empty(violations);
        return options!.Workflow;
    }

    private string Violations(string stateMachine) => string.Join('\n', Read(stateMachine).Violations);

    private (ServerOptions? Options, IReadOnlyList<string> Violations) Read(string stateMachine) => OptionsReader.Read(
        OptionsSources.Read(
            _directory.File($"{Guid.NewGuid():N}.json", $$"""{"mcp": {"stateMachine": { {{stateMachine}} } } }"""),
            new Hashtable(), new Dictionary<string, string?>()),
        null);
}
