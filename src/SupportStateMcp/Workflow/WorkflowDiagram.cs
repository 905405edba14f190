using Stateless.Graph;
using Stateless.Reflection;

namespace SupportStateMcp.Workflow;

/// <summary>
/// How the library's graph of a workflow is written as a Mermaid state diagram: the initial state first, a label only where
/// it says more than the target, and a closed state leads to the end as well.
/// </summary>
internal sealed class WorkflowDiagram : MermaidGraphStyle
{
    private readonly WorkflowDefinition _workflow;

    private WorkflowDiagram(StateGraph graph, WorkflowDefinition workflow) : base(graph, direction: null) => _workflow = workflow;

    public static string Of(StateMachineInfo machine, WorkflowDefinition workflow)
    {
        var graph = new StateGraph(machine);
        return graph.ToGraph(new WorkflowDiagram(graph, workflow)).ReplaceLineEndings("\n") + "\n";
    }

    public override string GetPrefix() => $"{base.GetPrefix()}\n    [*] --> {_workflow.Initial}";

    public override string GetInitialTransition(StateInfo initialState) => "";

    public override List<string> FormatAllTransitions(List<Transition> transitions)
    {
        var from = transitions.ToLookup(t => t.SourceState.StateName, StringComparer.Ordinal);
        return [.. _workflow.States.SelectMany(state => (List<string>)
            [.. base.FormatAllTransitions([.. from[state]]), .. _workflow.IsClosed(state) ? [$"    {state} --> [*]"] : Array.Empty<string>()])];
    }

    public override string FormatOneTransition(
        string sourceNodeName, string trigger, IEnumerable<string> actions, string destinationNodeName, IEnumerable<string> guards) =>
        _workflow.Label(sourceNodeName, destinationNodeName) is { } label
            ? $"    {sourceNodeName} --> {destinationNodeName}: {label}"
            : $"    {sourceNodeName} --> {destinationNodeName}";
}
