using System.Collections.Frozen;
using Stateless;
using Stateless.Graph;

namespace SupportStateMcp.Workflow;

/// <summary>
/// A pipeline as machines of the library Stateless, as <see cref="WorkflowMachine"/> is made: one for each step, built when it is first
/// asked, never fired. A branch is a trigger whose guard is its condition, and that none before it is met.
/// </summary>
internal sealed class PipelineMachine
{
    private readonly PipelineDefinition _pipeline;
    private readonly FrozenDictionary<string, Lazy<AtStep>> _steps;

    public PipelineMachine(PipelineDefinition pipeline)
    {
        _pipeline = pipeline;
        _steps = pipeline.Steps.ToFrozenDictionary(s => s.Name, s => new Lazy<AtStep>(() => new AtStep(s)), StringComparer.Ordinal);
    }

    /// <summary>Where a step leads on these facts; null where no branch is met.</summary>
    public PipelineTarget? Next(string step, PipelineContext context) => _steps[step].Value.Next(context);

    /// <summary>The pipeline as a Mermaid state diagram; each outcome leads to the end.</summary>
    public string Diagram()
    {
        var whole = new StateMachine<string, string>(_pipeline.Steps[0].Name);
        foreach (var step in _pipeline.Steps)
        {
            for (var i = 0; i < step.Next.Count; i++)
                whole.Configure(step.Name).Permit(Label(step, i), StateOf(step.Next[i].To));
        }

        var ends = _pipeline.Steps.SelectMany(s => s.Next).Where(b => b.To.Step is null).Select(b => StateOf(b.To)).Distinct(StringComparer.Ordinal);
        return string.Join('\n', (string[])[MermaidGraph.Format(whole.GetInfo()).ReplaceLineEndings("\n").TrimEnd(), .. ends.Select(e => $"    {e} --> [*]")]) + "\n";
    }

    private static string StateOf(PipelineTarget target) => target.Step ?? target.Outcome!;

    // Two branches without a condition of their own would share a trigger; a sound pipeline has one at most.
    private static string Label(PipelineStep step, int branch) => step.Next[branch].When?.Text ?? "done";

    private sealed class AtStep
    {
        private readonly StateMachine<string, string> _machine;
        private readonly List<(StateMachine<string, string>.TriggerWithParameters<PipelineContext> Trigger, PipelineTarget To)> _branches = [];

        public AtStep(PipelineStep step)
        {
            _machine = new StateMachine<string, string>(
                () => step.Name, _ => throw new InvalidOperationException("The machine of a step is asked, never fired."));
            var configuration = _machine.Configure(step.Name);
            for (var i = 0; i < step.Next.Count; i++)
            {
                var (branch, before) = (step.Next[i], step.Next.Take(i).ToList());
                var trigger = new StateMachine<string, string>.TriggerWithParameters<PipelineContext>(Label(step, i));
                configuration.PermitIf(
                    trigger, StateOf(branch.To), context => branch.When?.IsMet(context) is not false && !before.Any(b => b.When?.IsMet(context) is not false));
                _branches.Add((trigger, branch.To));
            }
        }

        public PipelineTarget? Next(PipelineContext context)
        {
            foreach (var (trigger, to) in _branches)
            {
                if (_machine.CanFire(trigger, context))
                    return to;
            }

            return null;
        }
    }
}

/// <summary>The pipelines that tickets can go through, by name.</summary>
public sealed class Pipelines
{
    private readonly FrozenDictionary<string, (PipelineDefinition Definition, PipelineMachine Machine)> _all;

    public Pipelines(params IEnumerable<PipelineDefinition> pipelines)
    {
        All = [.. pipelines];
        _all = All.ToFrozenDictionary(p => p.Name, p => (p, new PipelineMachine(p)), StringComparer.Ordinal);
    }

    /// <summary>The built-in pipeline alone.</summary>
    public static Pipelines Default { get; } = new(SupportTicketPipeline.Definition);

    public IReadOnlyList<PipelineDefinition> All { get; }

    /// <summary>The pipeline with this name; null where there is none.</summary>
    public PipelineDefinition? Find(string name) => _all.TryGetValue(name, out var found) ? found.Definition : null;

    /// <summary>Where a step of a pipeline leads on these facts; null where no branch is met.</summary>
    public PipelineTarget? Next(PipelineDefinition pipeline, PipelineStep step, PipelineContext context) => _all[pipeline.Name].Machine.Next(step.Name, context);

    /// <summary>A pipeline as a Mermaid state diagram.</summary>
    public string Diagram(PipelineDefinition pipeline) => _all[pipeline.Name].Machine.Diagram();
}
