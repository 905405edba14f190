namespace SupportStateMcp.Workflow;

/// <summary>The strict table: states, moves and guidance where the configuration says nothing.</summary>
public static class DefaultWorkflow
{
    public static IReadOnlyList<string> States { get; } =
        ["initialized", "gathering_info", "processing", "awaiting_confirmation", "escalated", "resolved"];

    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Transitions { get; } =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
        {
            ["initialized"] = ["gathering_info"],
            ["gathering_info"] = ["processing", "escalated"],
            ["processing"] = ["awaiting_confirmation", "escalated"],
            ["awaiting_confirmation"] = ["resolved", "gathering_info"],
            ["escalated"] = ["resolved"],
            ["resolved"] = [],
        };

    public static IReadOnlyDictionary<string, string> Guidance { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["initialized"] = "Greet the customer and move to gathering_info to begin.",
            ["gathering_info"] = "Ask for what is missing to understand the problem; move to processing once you know it, or to escalated if a person is needed.",
            ["processing"] = "Work on the solution and tell the customer what you do; move to awaiting_confirmation when it is done, or to escalated if you cannot do it.",
            ["awaiting_confirmation"] = "Ask the customer whether the problem is solved; move to resolved if they confirm, or back to gathering_info if not.",
            ["escalated"] = "A person takes care of the case: answer nothing on their behalf; move to resolved when they have settled it.",
            ["resolved"] = "The case is finished; a new question needs a new ticket.",
        };
}
