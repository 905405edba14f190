using Snapshooter.Xunit3;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Workflow;

public class DeskProfileTests
{
    private static readonly WorkflowDefinition s_desk = WorkflowDefinition.Desk;

    [Fact]
    public void The_desk_is_the_strict_table_and_three_moves()
    {
        var strict = WorkflowDefinition.Default;

        Assert.Equal(strict.States, s_desk.States);
        Assert.Equal(
            ["awaiting_confirmation → escalated", "escalated → gathering_info", "resolved → gathering_info"],
            Moves(s_desk).Except(Moves(strict)));
        Assert.Empty(Moves(strict).Except(Moves(s_desk)));
    }

    [Fact]
    public void A_resolved_conversation_is_closed_and_reopens_to_gathering_info()
    {
        Assert.Equal(["resolved"], s_desk.States.Where(s_desk.IsClosed));
        Assert.False(s_desk.IsTerminal("resolved"));
        Assert.Equal("gathering_info", s_desk.ReopensTo("resolved"));
    }

    [Fact]
    public void An_escalated_conversation_is_handed_back_to_gathering_info()
    {
        Assert.Equal("escalated", s_desk.EscalationState);
        Assert.Equal("gathering_info", s_desk.HandBackTo);
        Assert.Null(WorkflowDefinition.Default.HandBackTo);
    }

    [Fact]
    public void The_guidance_names_every_move_there_is() => Assert.All(s_desk.States, state =>
        Assert.All(s_desk.AllowedFrom(state), to => Assert.Contains(to, s_desk.Guidance(state), StringComparison.Ordinal)));

    [Fact]
    public void A_resolved_conversation_waits_seven_days_for_the_customer() => Assert.Equal(
        "The conversation is closed; a new message of the customer reopens it to gathering_info within 7 days, after that reopen_conversation opens a linked follow-up.",
        s_desk.Guidance("resolved"));

    [Fact]
    public void The_desk_as_a_diagram() => Snapshot.Match(s_desk.ToMermaid());

    [Fact]
    public void The_documentation_shows_both_profiles_as_they_are() => Assert.All(
        [(WorkflowDefinition.Default, Repository.File("README.md")), (s_desk, Repository.File("docs", "configuration.md"))],
        shown => Assert.Contains($"```mermaid\n{shown.Item1.ToMermaid()}```", File.ReadAllText(shown.Item2), StringComparison.Ordinal));

    private static IEnumerable<string> Moves(WorkflowDefinition workflow) =>
        workflow.States.SelectMany(from => workflow.AllowedFrom(from).Select(to => $"{from} → {to}"));
}
