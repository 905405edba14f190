using System.Text.RegularExpressions;

namespace SupportStateMcp.Workflow;

/// <summary>What makes a configured workflow sound. All violations are found at once, each saying how to mend it.</summary>
internal sealed partial class WorkflowRules(WorkflowProfile profile, WorkflowTable table, Func<string, string> path)
{
    private readonly IReadOnlyList<string> _states = profile.States;

    // Where each part stands in the configuration.
    private readonly string _atStates = path("states");
    private readonly string _atTransitions = path("transitions");
    private readonly string _atInitial = path("initial");
    private readonly string _atOpensTo = path("opensTo");
    private readonly string _atClosed = path("closed");
    private readonly string _atReopensTo = path("reopensTo");
    private readonly string _atEscalation = path("escalationState");
    private readonly string _atHandBackTo = path("handBackTo");
    private readonly string _atGuidance = path("guidance");

    public IReadOnlyList<string> Violations(bool enforced)
    {
        if (_states.Count == 0)
            return [$"{_atStates}: there is no state; list at least one."];

        // Without the state machine nobody looks at the table of transitions.
        return enforced
            ? [.. OfStates(), .. OfRoles(), .. OfTransitions(), .. OfTargets(), .. OfReach()]
            : [.. OfStates(), .. OfRoles()];
    }

    private IEnumerable<string> OfStates() =>
    [
        .. _states.Where(s => !StateName().IsMatch(s))
            .Select(s => $"{_atStates}: '{s}' is no state name; use 1 to 50 lower-case letters, digits and underscores, a letter first."),
        .. _states.GroupBy(s => s).Where(g => g.Count() > 1)
            .Select(g => $"{_atStates}: '{g.Key}' is listed {g.Count()} times; list it once."),
        .. profile.Guidance.Keys.Where(Unknown)
            .Select(s => $"{_atGuidance}: '{s}' is not among the states; add it to {_atStates} or remove its guidance."),
    ];

    private IEnumerable<string> OfTransitions()
    {
        foreach (var (from, targets) in profile.Transitions)
        {
            if (Unknown(from))
                yield return $"{_atTransitions}: '{from}' is not among the states; add it to {_atStates} or remove its transitions.";
            foreach (var to in targets.Where(Unknown))
                yield return $"{_atTransitions}.{from}: unknown target '{to}'; add it to {_atStates} or remove it.";
            if (targets.Contains(from))
                yield return $"{_atTransitions}.{from}: a state cannot follow itself; remove '{from}' from its targets.";
        }
    }

    private IEnumerable<string> OfReach()
    {
        if (table.Initial is not { } initial || Unknown(initial))
            return [];
        var reachable = Reachable(initial);
        return table.States.Where(s => !reachable.Contains(s))
            .Select(s => $"{_atStates}: '{s}' cannot be reached from the initial state '{initial}'; add a transition to it or remove it.");
    }

    private HashSet<string> Reachable(string initial)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal) { initial };
        var open = new Queue<string>(reached);
        while (open.TryDequeue(out var from))
        {
            foreach (var to in profile.Transitions.GetValueOrDefault(from, []))
            {
                if (reached.Add(to))
                    open.Enqueue(to);
            }
        }

        return reached;
    }

    private bool Unknown(string state) => !_states.Contains(state);

    [GeneratedRegex(@"^[a-z][a-z0-9_]{0,49}\z", RegexOptions.CultureInvariant)]
    private static partial Regex StateName();
}
