using System.Collections.Frozen;
using Stateless;
using Stateless.Reflection;

namespace SupportStateMcp.Workflow;

/// <summary>
/// The workflow as machines of the library Stateless: one for each state, which stands in that state for ever. They are
/// built once and never fired, only asked; asking one reads it, so any number of threads may. What a guard looks at comes
/// with the question. Each is built when it is first asked, so that the start of the program does not wait for it.
/// </summary>
internal sealed class WorkflowMachine
{
    private readonly FrozenDictionary<string, Lazy<AtState>> _states;
    private readonly IReadOnlyList<WorkflowTransition> _transitions;
    private readonly string _initial;

    public WorkflowMachine(IReadOnlyList<string> states, string initial, IReadOnlyList<WorkflowTransition> transitions)
    {
        (_transitions, _initial) = (transitions, initial);
        _states = states.ToFrozenDictionary(
            s => s, s => new Lazy<AtState>(() => new AtState(s, transitions.Where(t => t.From == s))), StringComparer.Ordinal);
    }

    /// <summary>The transition that this trigger fires from a state, and the guards that hold it back; null where there is none.</summary>
    public WorkflowAnswer? Ask(string state, WorkflowTrigger trigger, WorkflowContext context) =>
        _states.TryGetValue(state, out var at) ? at.Value.Ask(trigger, context) : null;

    /// <summary>As <see cref="Ask(string, WorkflowTrigger, WorkflowContext)"/>, for the transition that leads to a state.</summary>
    public WorkflowAnswer? Ask(string state, string to, WorkflowContext context) =>
        _states.TryGetValue(state, out var at) && at.Value.TriggerTo(to) is { } trigger ? at.Value.Ask(trigger, context) : null;

    /// <summary>The transitions that are permitted from a state on these facts, in the order of the configuration.</summary>
    public IReadOnlyList<WorkflowTransition> Permitted(string state, WorkflowContext context) =>
        _states.TryGetValue(state, out var at) ? at.Value.Permitted(context) : [];

    /// <summary>The whole workflow as one machine's description, for diagrams.</summary>
    public StateMachineInfo Describe()
    {
        var whole = new StateMachine<string, WorkflowTrigger>(_initial);
        foreach (var state in _states.Keys)
            Configure(whole, state, _transitions.Where(t => t.From == state));
        return whole.GetInfo();
    }

    private static Dictionary<WorkflowTrigger, Edge> Configure(
        StateMachine<string, WorkflowTrigger> machine, string state, IEnumerable<WorkflowTransition> transitions)
    {
        // Also where nothing follows: the library adds a state that it does not know when it is asked.
        var configuration = machine.Configure(state);
        var edges = new Dictionary<WorkflowTrigger, Edge>();
        foreach (var transition in transitions)
        {
            var trigger = new StateMachine<string, WorkflowTrigger>.TriggerWithParameters<WorkflowContext>(transition.Trigger);
            configuration.PermitIf(trigger, transition.To, [.. transition.Guards.Select(g => Tuple.Create(g.IsMet, g.Description))]);
            edges.Add(transition.Trigger, new Edge(trigger, transition));
        }

        return edges;
    }

    private sealed record Edge(StateMachine<string, WorkflowTrigger>.TriggerWithParameters<WorkflowContext> Trigger, WorkflowTransition Transition);

    private sealed class AtState
    {
        private readonly StateMachine<string, WorkflowTrigger> _machine;
        private readonly Dictionary<WorkflowTrigger, Edge> _edges;
        private readonly FrozenDictionary<string, WorkflowTrigger> _byTarget;

        public AtState(string state, IEnumerable<WorkflowTransition> transitions)
        {
            _machine = new StateMachine<string, WorkflowTrigger>(
                () => state, _ => throw new InvalidOperationException("The machine of a state is asked, never fired."));
            _edges = Configure(_machine, state, transitions);
            _byTarget = _edges.Values.ToFrozenDictionary(e => e.Transition.To, e => e.Transition.Trigger, StringComparer.Ordinal);
        }

        public WorkflowTrigger? TriggerTo(string state) => _byTarget.GetValueOrDefault(state);

        public WorkflowAnswer? Ask(WorkflowTrigger trigger, WorkflowContext context)
        {
            if (!_edges.TryGetValue(trigger, out var edge))
                return null;
            var permitted = _machine.CanFire(edge.Trigger, context, out var unmet);
            return new WorkflowAnswer(edge.Transition, permitted ? [] : [.. edge.Transition.Guards.Where(g => unmet.Contains(g.Description))]);
        }

        public IReadOnlyList<WorkflowTransition> Permitted(WorkflowContext context)
        {
            // Complete at once: no guard is asynchronous. The library's synchronous twin hops to another thread.
            var triggers = _machine.GetPermittedTriggersAsync(context).GetAwaiter().GetResult().ToHashSet();
            return [.. _edges.Where(e => triggers.Contains(e.Key)).Select(e => e.Value.Transition)];
        }
    }
}

/// <summary>What the machine says of a transition that the workflow has.</summary>
/// <param name="Transition">The transition asked about.</param>
/// <param name="Unmet">The guards that refuse it; none where it is permitted.</param>
public sealed record WorkflowAnswer(WorkflowTransition Transition, IReadOnlyList<WorkflowGuard> Unmet)
{
    public bool IsPermitted => Unmet.Count == 0;

    /// <summary>True where a guard of this kind refuses the transition.</summary>
    public bool IsRefusedBy(WorkflowGuardKind kind) => Unmet.Any(g => g.Kind == kind);
}
