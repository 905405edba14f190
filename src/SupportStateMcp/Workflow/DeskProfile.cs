namespace SupportStateMcp.Workflow;

/// <summary>
/// The strict table and what a desk of people and assistants also needs: a way to a person from everywhere in the
/// work, a way back from them, and conversations that the customer can reopen.
/// </summary>
internal static class DeskProfile
{
    public static WorkflowProfile Profile { get; } = StrictProfile.Profile with
    {
        Name = "desk",
        Transitions = new Dictionary<string, IReadOnlyList<string>>(StrictProfile.Profile.Transitions, StringComparer.Ordinal)
        {
            ["awaiting_confirmation"] = ["resolved", "gathering_info", "escalated"],
            ["escalated"] = ["resolved", "gathering_info"],
            ["resolved"] = ["gathering_info"],
        },
        Closed = ["resolved"],
        ReopensTo = new Dictionary<string, string>(StringComparer.Ordinal) { ["resolved"] = "gathering_info" },
        HandBackTo = "gathering_info",
        Guidance = new Dictionary<string, string>(StrictProfile.Profile.Guidance, StringComparer.Ordinal)
        {
            ["awaiting_confirmation"] = "Ask the customer whether the problem is solved; move to resolved if they confirm, back to gathering_info if not, or to escalated if a person is needed.",
            ["escalated"] = "A person takes care of the conversation: answer nothing on their behalf; they hand back to gathering_info when the assistant can go on, or move to resolved when they have solved it.",
        },
    };
}
