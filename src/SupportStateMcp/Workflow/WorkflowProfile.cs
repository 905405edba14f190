namespace SupportStateMcp.Workflow;

/// <summary>What a workflow is made of, under a name. Sound only once <see cref="WorkflowDefinition.Create"/> took it.</summary>
public sealed record WorkflowProfile
{
    /// <summary>The profiles that need no configuration; the first is the default.</summary>
    public static IReadOnlyList<WorkflowProfile> BuiltIn { get; } = [StrictProfile.Profile, DeskProfile.Profile];

    public required string Name { get; init; }

    /// <summary>All states.</summary>
    public required IReadOnlyList<string> States { get; init; }

    /// <summary>The states that may follow each state; a state without any is terminal.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Transitions { get; init; }

    /// <summary>Where every conversation begins. Null: the only state that no transition leads to; where there is not exactly one, it has to be named.</summary>
    public string? Initial { get; init; }

    /// <summary>
    /// Where a new conversation moves on to at once. Null: the only state that follows the initial one; where several do, it has to
    /// be named. The initial state itself: a new conversation stays there.
    /// </summary>
    public string? OpensTo { get; init; }

    /// <summary>
    /// The states in which a conversation is finished, in addition to the terminal ones. Null names none; where the state machine is
    /// switched off, and so no state is terminal, null names the states with an empty list of transitions.
    /// </summary>
    public IReadOnlyList<string>? Closed { get; init; }

    /// <summary>
    /// Where a conversation in a closed state goes when it is reopened, by closed state. For a state without an entry: the only
    /// state after it that is not closed; where there are several, it has to be named.
    /// </summary>
    public IReadOnlyDictionary<string, string> ReopensTo { get; init; } = new Dictionary<string, string>();

    /// <summary>What to do in a state, in one sentence; a state without one gets a sentence made from the table.</summary>
    public IReadOnlyDictionary<string, string> Guidance { get; init; } = new Dictionary<string, string>();

    /// <summary>The state in which a person takes care of the conversation; null: there is none.</summary>
    public string? EscalationState { get; init; }

    /// <summary>
    /// Where a person hands an escalated conversation back to. Null: the only state after the escalation state that is not closed;
    /// where there are several, it has to be named.
    /// </summary>
    public string? HandBackTo { get; init; }

    /// <summary>True where a configuration went over the profile of this name.</summary>
    public bool Changed { get; init; }
}
