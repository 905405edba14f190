namespace SupportStateMcp.Workflow;

/// <summary>The parts of a profile that a configuration names; null where it says nothing.</summary>
public sealed record WorkflowChanges
{
    private static readonly WorkflowChanges s_none = new();

    public IReadOnlyList<string>? States { get; init; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Transitions { get; init; }

    public string? Initial { get; init; }

    public string? OpensTo { get; init; }

    public IReadOnlyList<string>? Closed { get; init; }

    public IReadOnlyDictionary<string, string>? ReopensTo { get; init; }

    public string? EscalationState { get; init; }

    public string? HandBackTo { get; init; }

    public IReadOnlyDictionary<string, string>? Guidance { get; init; }

    /// <summary>The parts as a profile in full: what they do not name is empty.</summary>
    public WorkflowProfile AsProfile(string name) => new()
    {
        Name = name,
        States = States ?? [],
        Transitions = Transitions ?? new Dictionary<string, IReadOnlyList<string>>(),
        Initial = Initial,
        OpensTo = OpensTo,
        Closed = Closed,
        ReopensTo = ReopensTo ?? new Dictionary<string, string>(),
        EscalationState = EscalationState,
        HandBackTo = HandBackTo,
        Guidance = Guidance ?? new Dictionary<string, string>(),
    };

    /// <summary>
    /// The profile with these parts in place of its own; <see cref="Guidance"/> and <see cref="ReopensTo"/> go over state by
    /// state. What the profile says of states that a new list leaves out falls away, except for its transitions: a table must
    /// fit its states. So does what the profile says of transitions that are no longer there.
    /// </summary>
    public WorkflowProfile Over(WorkflowProfile profile)
    {
        if (this == s_none)
            return profile;

        var states = States ?? profile.States;
        var transitions = Transitions ?? profile.Transitions;
        var closed = Closed ?? profile.Closed?.Where(states.Contains).ToList();
        bool Leads(string? from, string? to) => from is not null && to is not null && transitions.GetValueOrDefault(from, []).Contains(to);
        bool IsWork(string state) => closed?.Contains(state) is not true && transitions.GetValueOrDefault(state, []).Count > 0;
        string? IfStays(string? state) => state is not null && states.Contains(state) ? state : null;

        var initial = Initial ?? IfStays(profile.Initial);
        var escalation = EscalationState ?? IfStays(profile.EscalationState);
        return profile with
        {
            States = states,
            Transitions = transitions,
            Initial = initial,
            OpensTo = OpensTo ?? (Leads(initial, profile.OpensTo) ? profile.OpensTo : null),
            Closed = closed,
            ReopensTo = Merged(profile.ReopensTo.Where(r => Leads(r.Key, r.Value) && !IsWork(r.Key) && IsWork(r.Value)), ReopensTo),
            EscalationState = escalation,
            HandBackTo = HandBackTo ?? (Leads(escalation, profile.HandBackTo) && IsWork(escalation!) && IsWork(profile.HandBackTo!) ? profile.HandBackTo : null),
            Guidance = Merged(profile.Guidance.Where(g => states.Contains(g.Key)), Guidance),
            Changed = true,
        };
    }

    private static Dictionary<string, string> Merged(
        IEnumerable<KeyValuePair<string, string>> below, IReadOnlyDictionary<string, string>? above)
    {
        var merged = below.ToDictionary(StringComparer.Ordinal);
        foreach (var (state, value) in above ?? new Dictionary<string, string>())
            merged[state] = value;
        return merged;
    }
}
