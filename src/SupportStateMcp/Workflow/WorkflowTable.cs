namespace SupportStateMcp.Workflow;

/// <summary>
/// What a profile says about its states, and what follows where it names nothing: the only state that fits, or none.
/// The order of a list means nothing. Read by the rules, which refuse what is unclear, and by the machine's builder.
/// </summary>
internal sealed class WorkflowTable
{
    private readonly WorkflowProfile _profile;
    private readonly bool _enforced;
    private readonly Dictionary<string, IReadOnlyList<string>> _listed;
    private readonly HashSet<string> _closed;

    /// <param name="profile">Need not be sound: targets that are no states are left out.</param>
    /// <param name="enforced">False lets any state follow any other.</param>
    public WorkflowTable(WorkflowProfile profile, bool enforced)
    {
        (_profile, _enforced) = (profile, enforced);
        States = [.. profile.States.Distinct()];
        _listed = States.ToDictionary(
            s => s,
            IReadOnlyList<string> (s) => [.. profile.Transitions.GetValueOrDefault(s, []).Where(to => to != s && States.Contains(to)).Distinct()],
            StringComparer.Ordinal);
        Initial = profile.Initial ?? Only(Roots);
        // Without the state machine no state is terminal: then those count that the table declares to have no way out.
        _closed = [.. (profile.Closed ?? (enforced ? [] : States.Where(s => s != Initial && profile.Transitions.GetValueOrDefault(s) is { Count: 0 })))
            .Concat(enforced ? States.Where(s => Allowed(s).Count == 0) : [])];
    }

    public IReadOnlyList<string> States { get; }

    /// <summary>The states that no transition leads to.</summary>
    public IReadOnlyList<string> Roots => [.. States.Where(s => !_listed.Values.Any(targets => targets.Contains(s)))];

    /// <summary>The state named, else the only root; null where that is unclear.</summary>
    public string? Initial { get; }

    /// <summary>Where a new conversation moves on to: the state named, else the only one that follows; null where it stays.</summary>
    public string? OpensTo => (_profile.OpensTo ?? Only(Initial is null ? [] : Listed(Initial))) is { } to && to != Initial ? to : null;

    public string? EscalationState => _profile.EscalationState;

    /// <summary>Where a person hands back to: the state named, else the only one of <see cref="WorkAfter"/>; null where there is none.</summary>
    public string? HandBackTo => EscalationState is not { } escalated || IsClosed(escalated)
        ? null
        : _profile.HandBackTo ?? Only(WorkAfter(escalated));

    /// <summary>Where a closed state is reopened to: the state named, else the only one of <see cref="WorkAfter"/>; null where there is none.</summary>
    public string? ReopensTo(string state) => IsClosed(state)
        ? _profile.ReopensTo.GetValueOrDefault(state) ?? Only(WorkAfter(state))
        : null;

    /// <summary>What the table lists after a state.</summary>
    public IReadOnlyList<string> Listed(string state) => _listed.GetValueOrDefault(state, []);

    /// <summary>What may follow a state.</summary>
    public IReadOnlyList<string> Allowed(string state) => _enforced ? Listed(state) : [.. States.Where(other => other != state)];

    /// <summary>True where a conversation is finished in the state.</summary>
    public bool IsClosed(string state) => _closed.Contains(state);

    /// <summary>True for a transition from a closed state back to work.</summary>
    public bool Reopens(string from, string to) => IsClosed(from) && !IsClosed(to);

    /// <summary>
    /// The listed states after this one that are not closed. Without the state machine, where the table lists not exactly
    /// one, the work begins where that of a new conversation does.
    /// </summary>
    public IReadOnlyList<string> WorkAfter(string state)
    {
        IReadOnlyList<string> listed = [.. Listed(state).Where(to => !IsClosed(to))];
        return _enforced || listed.Count == 1
            ? listed
            : [.. new[] { OpensTo, Initial }.OfType<string>().Where(to => to != state && !IsClosed(to)).Take(1)];
    }

    /// <summary>The only one there is; null where there is none or more than one.</summary>
    public static string? Only(IEnumerable<string> states) => states.Take(2).ToList() is [var only] ? only : null;
}
