using System.Collections.Frozen;
using System.Text;

namespace SupportStateMcp.Workflow;

/// <summary>
/// The states a case can be in and the moves between them, as configured. The first state listed is the initial one;
/// a state without outgoing moves is terminal.
/// </summary>
public sealed class WorkflowDefinition
{
    private readonly FrozenDictionary<string, IReadOnlyList<string>> _allowed;
    private readonly FrozenDictionary<string, string> _guidance;

    private WorkflowDefinition(
        bool enforced,
        IReadOnlyList<string> states,
        IReadOnlyDictionary<string, IReadOnlyList<string>> transitions,
        IReadOnlyDictionary<string, string> guidance)
    {
        Enforced = enforced;
        States = states;
        AfterInitial = transitions.TryGetValue(states[0], out var next) && next.Count > 0 ? next[0] : null;
        _allowed = states.ToFrozenDictionary(
            s => s,
            s => enforced ? transitions.GetValueOrDefault(s, []) : [.. states.Where(other => other != s)],
            StringComparer.Ordinal);
        _guidance = guidance.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>False where the state machine is switched off: then any known state may follow any other.</summary>
    public bool Enforced { get; }

    /// <summary>All states, in the order of the configuration.</summary>
    public IReadOnlyList<string> States { get; }

    /// <summary>Where every case begins.</summary>
    public string Initial => States[0];

    /// <summary>Where a new case moves on to within its first commit: the first move listed for the initial state; null where there is none.</summary>
    public string? AfterInitial { get; }

    /// <summary>The strict table: the default workflow of a support case.</summary>
    public static WorkflowDefinition Default { get; } = Create(true, DefaultWorkflow.States, DefaultWorkflow.Transitions, null).Workflow!;

    /// <summary>
    /// Builds a workflow, or says everything that is wrong with it. A null part takes the default's.
    /// </summary>
    public static (WorkflowDefinition? Workflow, IReadOnlyList<string> Violations) Create(
        bool enforced,
        IReadOnlyList<string>? states,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? transitions,
        IReadOnlyDictionary<string, string>? guidance)
    {
        states ??= DefaultWorkflow.States;
        transitions ??= DefaultWorkflow.Transitions;
        var violations = WorkflowRules.Violations(enforced, states, transitions, guidance);
        if (violations.Count > 0)
            return (null, violations);

        var sentences = new Dictionary<string, string>(DefaultWorkflow.Guidance, StringComparer.Ordinal);
        foreach (var (state, sentence) in guidance ?? new Dictionary<string, string>())
            sentences[state] = sentence;

        return (new WorkflowDefinition(enforced, states, transitions, sentences), []);
    }

    public bool Knows(string state) => _allowed.ContainsKey(state);

    /// <summary>The states that may follow this one; empty for a terminal or unknown state.</summary>
    public IReadOnlyList<string> AllowedFrom(string state) => _allowed.TryGetValue(state, out var allowed) ? allowed : [];

    public bool Allows(string from, string to) => AllowedFrom(from).Contains(to);

    /// <summary>True where no move leaves the state.</summary>
    public bool IsTerminal(string state) => _allowed.TryGetValue(state, out var allowed) && allowed.Count == 0;

    /// <summary>One sentence that tells whoever works on the case what to do in this state.</summary>
    public string Guidance(string state)
    {
        if (_guidance.TryGetValue(state, out var sentence))
            return sentence;

        return IsTerminal(state)
            ? "The case is finished; a new question needs a new ticket."
            : $"Work on the case, then move it on with transition_state to one of: {string.Join(", ", AllowedFrom(state))}.";
    }

    /// <summary>The workflow as a Mermaid state diagram.</summary>
    public string ToMermaid()
    {
        var text = new StringBuilder("stateDiagram-v2\n").Append("    [*] --> ").Append(Initial).Append('\n');
        foreach (var from in States)
        {
            foreach (var to in AllowedFrom(from))
                text.Append("    ").Append(from).Append(" --> ").Append(to).Append('\n');
            if (IsTerminal(from))
                text.Append("    ").Append(from).Append(" --> [*]\n");
        }

        return text.ToString();
    }
}
