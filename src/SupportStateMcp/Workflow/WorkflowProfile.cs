namespace SupportStateMcp.Workflow;

/// <summary>What a workflow is made of, under a name. Sound only once <see cref="WorkflowDefinition.Create"/> took it.</summary>
public sealed record WorkflowProfile
{
    /// <summary>The profiles that need no configuration; the first is the default.</summary>
    public static IReadOnlyList<WorkflowProfile> BuiltIn { get; } = [StrictProfile.Profile, DeskProfile.Profile];

    public required string Name { get; init; }

    /// <summary>All states, the initial one first.</summary>
    public required IReadOnlyList<string> States { get; init; }

    /// <summary>The moves from each state; a state without any is terminal.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Transitions { get; init; }

    /// <summary>
    /// The states in which a conversation is finished, besides the terminal ones. Null names none; where the state machine is
    /// switched off, and so no state is terminal, null names <c>resolved</c> if there is one.
    /// </summary>
    public IReadOnlyList<string>? Closed { get; init; }

    /// <summary>What to do in a state, in one sentence; a state without one gets a sentence made from the table.</summary>
    public IReadOnlyDictionary<string, string> Guidance { get; init; } = new Dictionary<string, string>();

    /// <summary>The state in which a person takes care of the conversation; null means <c>escalated</c> if there is one.</summary>
    public string? EscalationState { get; init; }

    /// <summary>True where a configuration went over the profile of this name.</summary>
    public bool Changed { get; init; }
}
