using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>Arguments that name a state of the workflow, which the schema of a tool cannot list.</summary>
internal static class StateArgument
{
    /// <summary>The state that is meant, or the refusal.</summary>
    /// <param name="workflow">The workflow.</param>
    /// <param name="argument">The name of the argument.</param>
    /// <param name="sent">What was sent; null passes.</param>
    public static (string? State, Error? Error) Read(WorkflowDefinition workflow, string argument, string? sent)
    {
        if (sent is null)
            return (null, null);
        return workflow.Find(sent) is { } state
            ? (state, null)
            : (null, Error.InvalidArgument(
                argument,
                $"it must be one of the workflow's states: {string.Join(", ", workflow.States)}",
                SentValue.Quoted(sent),
                ArgumentNames.GuessValue(workflow.States, ArgumentNames.Fold(sent))));
    }
}
