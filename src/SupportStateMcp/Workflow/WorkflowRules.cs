using System.Text.RegularExpressions;

namespace SupportStateMcp.Workflow;

/// <summary>What makes a configured workflow sound. All violations are found at once, each saying how to mend it.</summary>
internal static partial class WorkflowRules
{
    public static IReadOnlyList<string> Violations(
        bool enforced,
        IReadOnlyList<string> states,
        IReadOnlyDictionary<string, IReadOnlyList<string>> transitions,
        IReadOnlyDictionary<string, string>? guidance)
    {
        if (states.Count == 0)
            return ["stateMachine.states: there is no initial state; list at least one state, the initial one first."];

        var violations = new List<string>();
        violations.AddRange(states.Where(s => !StateName().IsMatch(s))
            .Select(s => $"stateMachine.states: '{s}' is no state name; use 1 to 50 lower-case letters, digits and underscores, a letter first."));
        violations.AddRange(states.GroupBy(s => s).Where(g => g.Count() > 1)
            .Select(g => $"stateMachine.states: '{g.Key}' is listed {g.Count()} times; list it once."));
        violations.AddRange((guidance ?? new Dictionary<string, string>()).Keys.Where(s => !states.Contains(s))
            .Select(s => $"stateMachine.guidance: '{s}' is not among the states; add it to stateMachine.states or remove its guidance."));

        // Without the state machine nobody looks at the table of moves.
        if (!enforced)
            return violations;

        foreach (var (from, targets) in transitions)
        {
            if (!states.Contains(from))
                violations.Add($"stateMachine.transitions: '{from}' is not among the states; add it to stateMachine.states or remove its transitions.");
            violations.AddRange(targets.Where(to => !states.Contains(to))
                .Select(to => $"stateMachine.transitions.{from}: unknown target '{to}'; add it to stateMachine.states or remove it."));
            if (targets.Contains(from))
                violations.Add($"stateMachine.transitions.{from}: a state cannot follow itself; remove '{from}' from its targets.");
        }

        var reachable = Reachable(states[0], transitions);
        violations.AddRange(states.Distinct().Where(s => !reachable.Contains(s))
            .Select(s => $"stateMachine.states: '{s}' cannot be reached from the initial state '{states[0]}'; add a transition to it or remove it."));
        return violations;
    }

    private static HashSet<string> Reachable(string initial, IReadOnlyDictionary<string, IReadOnlyList<string>> transitions)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal) { initial };
        var open = new Queue<string>([initial]);
        while (open.TryDequeue(out var from))
        {
            foreach (var to in transitions.GetValueOrDefault(from, []))
            {
                if (reached.Add(to))
                    open.Enqueue(to);
            }
        }

        return reached;
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_]{0,49}\z", RegexOptions.CultureInvariant)]
    private static partial Regex StateName();
}
