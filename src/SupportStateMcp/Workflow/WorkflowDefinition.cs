using System.Collections.Frozen;

namespace SupportStateMcp.Workflow;

/// <summary>
/// The states a conversation can be in and the moves between them, as configured. The first state listed is the initial one;
/// a state without outgoing moves is terminal.
/// </summary>
public sealed partial class WorkflowDefinition
{
    private readonly FrozenDictionary<string, IReadOnlyList<string>> _listed;
    private readonly FrozenDictionary<string, IReadOnlyList<string>> _allowed;
    private readonly FrozenSet<string> _closed;

    private WorkflowDefinition(WorkflowProfile profile, bool enforced, TimeSpan reopenWindow)
    {
        Profile = profile;
        Enforced = enforced;
        ReopenWindow = reopenWindow;
        var states = profile.States;
        // Where the state machine is switched off nobody has checked the table.
        _listed = states.ToFrozenDictionary(
            s => s,
            IReadOnlyList<string> (s) => [.. profile.Transitions.GetValueOrDefault(s, []).Where(to => to != s && states.Contains(to))],
            StringComparer.Ordinal);
        _allowed = enforced
            ? _listed
            : states.ToFrozenDictionary(s => s, IReadOnlyList<string> (s) => [.. states.Where(other => other != s)], StringComparer.Ordinal);
        AfterInitial = _listed[Initial].Count > 0 ? _listed[Initial][0] : null;
        _closed = (profile.Closed ?? (enforced ? [] : states.Skip(1).Where(s => s == "resolved")))
            .Concat(enforced ? states.Where(IsTerminal) : [])
            .ToFrozenSet(StringComparer.Ordinal);
        EscalationState = profile.EscalationState ?? states.FirstOrDefault(s => s == "escalated");
    }

    /// <summary>What this workflow is made of.</summary>
    public WorkflowProfile Profile { get; }

    /// <summary>False where the state machine is switched off: then any known state may follow any other.</summary>
    public bool Enforced { get; }

    /// <summary>All states, in the order of the configuration.</summary>
    public IReadOnlyList<string> States => Profile.States;

    /// <summary>Where every conversation begins.</summary>
    public string Initial => States[0];

    /// <summary>Where a new conversation moves on to within its first commit: the first move listed for the initial state; null where there is none.</summary>
    public string? AfterInitial { get; }

    /// <summary>How long after it entered a closed state a conversation may be reopened. Default 7 days; zero: never.</summary>
    public TimeSpan ReopenWindow { get; }

    /// <summary>The state in which a person takes care of the conversation; null where there is none.</summary>
    public string? EscalationState { get; }

    /// <summary>Where a person hands an escalated conversation back to: the first move out of <see cref="EscalationState"/> that leads to work; null where there is none.</summary>
    public string? HandBackTo => EscalationState is { } escalated ? WorkAfter(escalated) : null;

    /// <summary>How long after it entered a closed state a conversation may be reopened, where the configuration says nothing.</summary>
    public static TimeSpan DefaultReopenWindow { get; } = TimeSpan.FromDays(7);

    /// <summary>The profile <c>strict</c>: the default workflow of a support conversation.</summary>
    public static WorkflowDefinition Default { get; } = Create(StrictProfile.Profile).Workflow!;

    /// <summary>The profile <c>desk</c>: the strict table with hand-back and reopening.</summary>
    public static WorkflowDefinition Desk { get; } = Create(DeskProfile.Profile).Workflow!;

    /// <summary>Builds a workflow, or says everything that is wrong with it.</summary>
    /// <param name="profile">What it is made of.</param>
    /// <param name="enforced">False lets any known state follow any other.</param>
    /// <param name="reopenWindow">See <see cref="ReopenWindow"/>; null takes the default.</param>
    /// <param name="path">Where a part of the profile stands in the configuration, for the violations; null: directly below <c>stateMachine</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The window is negative.</exception>
    public static (WorkflowDefinition? Workflow, IReadOnlyList<string> Violations) Create(
        WorkflowProfile profile, bool enforced = true, TimeSpan? reopenWindow = null, Func<string, string>? path = null)
    {
        var window = reopenWindow ?? DefaultReopenWindow;
        ArgumentOutOfRangeException.ThrowIfLessThan(window, TimeSpan.Zero, nameof(reopenWindow));
        var violations = new WorkflowRules(profile, path ?? (part => $"stateMachine.{part}")).Violations(enforced);
        return violations.Count > 0 ? (null, violations) : (new WorkflowDefinition(profile, enforced, window), []);
    }

    public bool Knows(string state) => _allowed.ContainsKey(state);

    /// <summary>The states that may follow this one; empty for a terminal or unknown state.</summary>
    public IReadOnlyList<string> AllowedFrom(string state) => _allowed.TryGetValue(state, out var allowed) ? allowed : [];

    /// <summary>What the table says. Whether a move that <see cref="Reopens"/> comes in time is a matter of the conversation.</summary>
    public bool Allows(string from, string to) => AllowedFrom(from).Contains(to);

    /// <summary>True where no move leaves the state.</summary>
    public bool IsTerminal(string state) => _allowed.TryGetValue(state, out var allowed) && allowed.Count == 0;

    /// <summary>True where the conversation is finished in the state: every terminal state, and those the profile names.</summary>
    public bool IsClosed(string state) => _closed.Contains(state);

    /// <summary>True for a move out of a closed state back to work: allowed only within <see cref="ReopenWindow"/>.</summary>
    public bool Reopens(string from, string to) => IsClosed(from) && !IsClosed(to) && Allows(from, to);

    /// <summary>Where a closed conversation goes when it is reopened: the first move listed that leads to work; null where none does, or the state is not closed.</summary>
    public string? ReopensTo(string state) => IsClosed(state) ? WorkAfter(state) : null;

    /// <summary>
    /// The first state after this one that is not closed. Without the state machine the table is still asked first; where
    /// it says nothing, the work begins where that of a new conversation does.
    /// </summary>
    private string? WorkAfter(string state)
    {
        var listed = _listed[state].FirstOrDefault(to => !IsClosed(to));
        return listed is not null || Enforced
            ? listed
            : new[] { AfterInitial, Initial }.FirstOrDefault(to => to is not null && to != state && !IsClosed(to));
    }
}
