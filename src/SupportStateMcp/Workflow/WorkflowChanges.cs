namespace SupportStateMcp.Workflow;

/// <summary>The parts of a profile that a configuration names; null where it says nothing.</summary>
public sealed record WorkflowChanges(
    IReadOnlyList<string>? States,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Transitions,
    IReadOnlyList<string>? Closed,
    IReadOnlyDictionary<string, string>? Guidance,
    string? EscalationState)
{
    private bool Empty => (States, Transitions, Closed, Guidance, EscalationState) is (null, null, null, null, null);

    /// <summary>The parts as a profile in full: what they do not name is empty.</summary>
    public WorkflowProfile AsProfile(string name) => new()
    {
        Name = name,
        States = States ?? [],
        Transitions = Transitions ?? new Dictionary<string, IReadOnlyList<string>>(),
        Closed = Closed,
        Guidance = Guidance ?? new Dictionary<string, string>(),
        EscalationState = EscalationState,
    };

    /// <summary>
    /// The profile with these parts in place of its own; guidance goes over state by state. What the profile says of
    /// states that a new list leaves out falls away, except for its moves: a table must fit its states.
    /// </summary>
    public WorkflowProfile Over(WorkflowProfile profile)
    {
        if (Empty)
            return profile;

        bool Stays(string state) => States?.Contains(state) ?? true;
        var guidance = profile.Guidance.Where(g => Stays(g.Key)).ToDictionary(StringComparer.Ordinal);
        foreach (var (state, sentence) in Guidance ?? new Dictionary<string, string>())
            guidance[state] = sentence;

        return profile with
        {
            States = States ?? profile.States,
            Transitions = Transitions ?? profile.Transitions,
            Closed = Closed ?? profile.Closed?.Where(Stays).ToList(),
            Guidance = guidance,
            EscalationState = EscalationState ?? (profile.EscalationState is { } escalation && Stays(escalation) ? escalation : null),
            Changed = true,
        };
    }
}
