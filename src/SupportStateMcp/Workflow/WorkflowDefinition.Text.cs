using SupportStateMcp.Primitives;

namespace SupportStateMcp.Workflow;

/// <content>The workflow in words and as a picture.</content>
public sealed partial class WorkflowDefinition
{
    /// <summary>One sentence that tells anyone who works on the conversation what to do in this state.</summary>
    public string Guidance(string state)
    {
        if (Profile.Guidance.TryGetValue(state, out var sentence))
            return sentence;
        if (ReopensTo(state) is { } to && ReopenWindow > TimeSpan.Zero)
            return $"The conversation is closed; a new message of the customer reopens it to {to} within {DurationText.Exactly(ReopenWindow)}, after that reopen_conversation opens a linked follow-up.";

        return IsClosed(state)
            ? "The conversation is finished; reopen_conversation opens a linked follow-up for what comes after."
            : $"Work on the conversation, then move it on with transition_state to one of: {string.Join(", ", AllowedFrom(state))}.";
    }

    /// <summary>What is special about an allowed transition: <c>reopen, within 7 days</c> or <c>hand back</c>; null for any other.</summary>
    public string? Label(string from, string to) => Ask(from, to, WorkflowContext.Unrestricted)?.Transition.Label;

    /// <summary>The workflow as a Mermaid state diagram; a closed state leads to the end as well.</summary>
    public string ToMermaid() => WorkflowDiagram.Of(_machine.Describe(), this);
}
