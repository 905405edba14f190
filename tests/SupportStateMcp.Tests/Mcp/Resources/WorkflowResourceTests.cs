using SupportStateMcp.Briefs;
using SupportStateMcp.Mcp.Resources;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Mcp.Resources;

public sealed class WorkflowResourceTests : IAsyncDisposable
{
    private readonly TestCommandHandler _desk = new();

    [Fact]
    public void The_desk_shows_what_is_closed_what_reopens_and_what_is_handed_back()
    {
        var text = Show(WorkflowDefinition.Desk);

        Assert.Contains("\nProfile: desk.\n", text, StringComparison.Ordinal);
        Assert.Contains("    resolved --> gathering_info: reopen, within 7 days\n", text, StringComparison.Ordinal);
        Assert.Contains("| escalated | resolved, gathering_info (hand back) | A person takes care", text, StringComparison.Ordinal);
        Assert.Contains("| resolved | closed; gathering_info (reopen, within 7 days) | The conversation is closed;", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_with_parts_of_the_configuration_is_shown_as_such()
    {
        var changes = new WorkflowChanges { Guidance = new Dictionary<string, string> { ["resolved"] = "Done." } };
        var text = Show(WorkflowDefinition.Create(changes.Over(WorkflowDefinition.Default.Profile)).Workflow!);

        Assert.Contains("\nProfile: strict, with parts of it configured.\n", text, StringComparison.Ordinal);
        Assert.Contains("| resolved | nothing: terminal | Done. |", text, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    private string Show(WorkflowDefinition workflow) => new SupportResources(_desk.Reader, new ConversationBriefs(_desk.Reader), workflow, Pipelines.Default, TimeProvider.System).Workflow();
}
