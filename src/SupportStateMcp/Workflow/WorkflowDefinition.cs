using System.Collections.Frozen;

namespace SupportStateMcp.Workflow;

/// <summary>
/// The states a conversation can be in and the transitions between them, as configured. A state that no transition leaves is
/// terminal. Any number of threads may ask.
/// </summary>
public sealed partial class WorkflowDefinition
{
    private readonly WorkflowMachine _machine;
    private readonly FrozenDictionary<string, AtState> _states;

    private WorkflowDefinition(WorkflowProfile profile, WorkflowTable table, bool enforced, TimeSpan reopenWindow)
    {
        (Profile, Enforced, ReopenWindow) = (profile, enforced, reopenWindow);
        Initial = table.Initial!;
        OpensTo = table.OpensTo;
        EscalationState = table.EscalationState;
        HandBackTo = table.HandBackTo;
        _machine = new WorkflowMachine(profile.States, Initial, WorkflowTransition.Of(table, reopenWindow));
        // What the table alone allows is asked once: no guard changes it.
        _states = profile.States.ToFrozenDictionary(
            s => s,
            s => new AtState(
                new Lazy<IReadOnlyList<string>>(() => [.. _machine.Permitted(s, WorkflowContext.Unrestricted).Select(t => t.To)]),
                table.IsClosed(s),
                table.ReopensTo(s)),
            StringComparer.Ordinal);
    }

    /// <summary>What this workflow is made of.</summary>
    public WorkflowProfile Profile { get; }

    /// <summary>False where the state machine is switched off: then any known state may follow any other.</summary>
    public bool Enforced { get; }

    /// <summary>All states, in the order of the configuration.</summary>
    public IReadOnlyList<string> States => Profile.States;

    /// <summary>Where every conversation begins.</summary>
    public string Initial { get; }

    /// <summary>Where a new conversation moves on to within its first commit; null where it stays in the initial state.</summary>
    public string? OpensTo { get; }

    /// <summary>How long after it entered a closed state a conversation may be reopened. Default 7 days; zero: never.</summary>
    public TimeSpan ReopenWindow { get; }

    /// <summary>The state in which a person takes care of the conversation; null where there is none.</summary>
    public string? EscalationState { get; }

    /// <summary>Where a person hands an escalated conversation back to; null where there is no such state.</summary>
    public string? HandBackTo { get; }

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
        var table = new WorkflowTable(profile, enforced);
        var violations = new WorkflowRules(profile, table, path ?? (part => $"stateMachine.{part}")).Violations(enforced);
        return violations.Count > 0 ? (null, violations) : (new WorkflowDefinition(profile, table, enforced, window), []);
    }

    public bool Knows(string state) => _states.ContainsKey(state);

    /// <summary>The state that a name can only mean: itself, or the one that it is in other letters or with other marks between its words. Null where there is none.</summary>
    public string? Find(string name)
    {
        if (Knows(name))
            return name;
        var meant = States.Where(s => Fold(s) == Fold(name)).Take(2).ToList();
        return meant.Count == 1 ? meant[0] : null;

        static string Fold(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();
    }

    /// <summary>The states that may follow this one where no guard refuses; empty for a terminal or unknown state.</summary>
    public IReadOnlyList<string> AllowedFrom(string state) => _states.TryGetValue(state, out var at) ? at.Allowed.Value : [];

    /// <summary>What the table says. Whether the guards permit it as well, <see cref="Ask(string, string, WorkflowContext)"/> tells.</summary>
    public bool Allows(string from, string to) => AllowedFrom(from).Contains(to);

    /// <summary>True where no transition leaves the state.</summary>
    public bool IsTerminal(string state) => _states.TryGetValue(state, out var at) && at.Allowed.Value.Count == 0;

    /// <summary>True where the conversation is finished in the state: every terminal state, and those the profile names.</summary>
    public bool IsClosed(string state) => _states.TryGetValue(state, out var at) && at.IsClosed;

    /// <summary>True for a transition out of a closed state back to work: permitted only within <see cref="ReopenWindow"/>.</summary>
    public bool Reopens(string from, string to) => IsClosed(from) && !IsClosed(to) && Allows(from, to);

    /// <summary>Where a closed conversation goes when it is reopened; null where there is no such state, or the state is not closed.</summary>
    public string? ReopensTo(string state) => _states.TryGetValue(state, out var at) ? at.ReopensTo : null;

    /// <summary>The transition that this trigger fires from a state, and the guards that refuse it; null where there is none.</summary>
    public WorkflowAnswer? Ask(string state, WorkflowTrigger trigger, WorkflowContext context) => _machine.Ask(state, trigger, context);

    /// <summary>The transition from one state to another, and the guards that refuse it; null where there is none.</summary>
    public WorkflowAnswer? Ask(string from, string to, WorkflowContext context) => _machine.Ask(from, to, context);

    /// <summary>The transitions from a state that the guards permit on these facts.</summary>
    public IReadOnlyList<WorkflowTransition> Permitted(string state, WorkflowContext context) => _machine.Permitted(state, context);

    private sealed record AtState(Lazy<IReadOnlyList<string>> Allowed, bool IsClosed, string? ReopensTo);
}
