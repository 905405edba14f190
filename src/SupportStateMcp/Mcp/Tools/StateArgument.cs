using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Primitives;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>Arguments that name a state of the workflow, which the schema of a tool cannot list.</summary>
internal static class StateArgument
{
    /// <summary>Reads the state that is meant; the refusal, or null.</summary>
    /// <param name="workflow">The workflow.</param>
    /// <param name="argument">The name of the argument.</param>
    /// <param name="sent">What was sent; null passes.</param>
    /// <param name="state">The state; null where none was sent, or none is meant.</param>
    public static Error? Read(WorkflowDefinition workflow, string argument, string? sent, out string? state)
    {
        state = sent is null ? null : workflow.Find(sent);
        return sent is null || state is not null ? null : Error.InvalidArgument(
            argument,
            $"it must be one of the workflow's states: {string.Join(", ", workflow.States)}",
            SentValue.Quoted(sent),
            ArgumentNames.GuessValue(workflow.States, ArgumentNames.Fold(sent)));
    }
}
