namespace SupportStateMcp.Workflow;

/// <summary>The strict table, the default: what is resolved stays so, and an escalated conversation stays with its person.</summary>
internal static class StrictProfile
{
    public static WorkflowProfile Profile { get; } = new()
    {
        Name = "strict",
        States = ["initialized", "gathering_info", "processing", "awaiting_confirmation", "escalated", "resolved"],
        Transitions = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
        {
            ["initialized"] = ["gathering_info"],
            ["gathering_info"] = ["processing", "escalated"],
            ["processing"] = ["awaiting_confirmation", "escalated"],
            ["awaiting_confirmation"] = ["resolved", "gathering_info"],
            ["escalated"] = ["resolved"],
            ["resolved"] = [],
        },
        Initial = "initialized",
        OpensTo = "gathering_info",
        EscalationState = "escalated",
        // None for resolved: what to say there follows from the table.
        Guidance = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["initialized"] = "Greet the customer and move to gathering_info to begin.",
            ["gathering_info"] = "Ask for what is missing to understand the problem; move to processing once you know it, or to escalated if a person is needed.",
            ["processing"] = "Work on the solution and tell the customer what you do; move to awaiting_confirmation when it is done, or to escalated if you cannot do it.",
            ["awaiting_confirmation"] = "Ask the customer whether the problem is solved; move to resolved if they confirm, or back to gathering_info if not.",
            ["escalated"] = "A person takes care of the conversation: answer nothing on their behalf; move to resolved when they have solved it.",
        },
    };
}
