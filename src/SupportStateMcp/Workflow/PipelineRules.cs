using System.Globalization;
using System.Text.RegularExpressions;

namespace SupportStateMcp.Workflow;

/// <summary>
/// What makes a configured pipeline sound. All violations are found at once, each saying how to mend it. What matters most: a letter is reached
/// with a person's grant, or where the customer is not entitled, and in no other way.
/// </summary>
/// <param name="pipeline">The pipeline.</param>
/// <param name="workflow">The states that its steps may name.</param>
public sealed partial class PipelineRules(PipelineDefinition pipeline, WorkflowDefinition workflow)
{
    /// <summary>The tools that take a step's token.</summary>
    public static IReadOnlyList<string> StepTools { get; } = ["lookup_customer", "lookup_system_info", "query_knowledge_base"];

    private const int MostAttempts = 10;

    private static readonly TimeSpan s_longest = TimeSpan.FromDays(30);

    private readonly string _at = $"pipelines.{pipeline.Name}.steps";

    /// <summary>The steps at which it may not be known yet whether the customer is entitled.</summary>
    private readonly HashSet<string> _unknown = [.. Reached(pipeline, s => !s.Has(StepRequirement.Customer)).Where(s => !pipeline.Step(s)!.Has(StepRequirement.Customer))];

    public IReadOnlyList<string> Violations() => pipeline.Steps.Count == 0
        ? [$"{_at}: there is no step; list at least one."]
        : [.. OfName(), .. pipeline.Steps.SelectMany(OfStep), .. OfReach()];

    private IEnumerable<string> OfName()
    {
        if (!Name().IsMatch(pipeline.Name))
            yield return $"pipelines: '{pipeline.Name}' is no name; use 1 to 50 lower-case letters, digits and underscores, a letter first.";
        foreach (var twice in pipeline.Steps.GroupBy(s => s.Name).Where(g => g.Count() > 1))
            yield return $"{_at}: '{twice.Key}' is there {twice.Count()} times; give each step a name of its own.";
        if (pipeline.Steps[0].Has(StepRequirement.Approval) || pipeline.Steps[0].Has(StepRequirement.Letter))
            yield return $"{_at}: '{pipeline.Steps[0].Name}' cannot be the first; a solution comes before its approval and its letter.";
    }

    private IEnumerable<string> OfStep(PipelineStep step)
    {
        var at = $"{_at}.{step.Name}";
        if (!Name().IsMatch(step.Name))
            yield return $"{at}: it is no name of a step; use 1 to 50 lower-case letters, digits and underscores, a letter first.";
        if (!Name().IsMatch(step.Role))
            yield return $"{at}.role: '{step.Role}' is no role; use 1 to 50 lower-case letters, digits and underscores, a letter first.";
        foreach (var tool in step.Tools.Except(StepTools))
            yield return $"{at}.tools: '{tool}' is not valid; use {string.Join(", ", StepTools)}.";
        if (step.Has(StepRequirement.Approval) && step.Requires.Count > 1)
            yield return $"{at}.requires: approval stands alone; make another step of the rest.";
        if (step.Timeout <= TimeSpan.Zero || step.Timeout > s_longest)
            yield return string.Create(CultureInfo.InvariantCulture, $"{at}.timeout: {step.Timeout.TotalSeconds:0} is out of range; use 1 to {s_longest.TotalSeconds:0} seconds.");
        if (step.Attempts is < 1 or > MostAttempts)
            yield return string.Create(CultureInfo.InvariantCulture, $"{at}.attempts: {step.Attempts} is out of range; use 1 to {MostAttempts}.");
        if (step.State is { } state && !workflow.Knows(state))
            yield return $"{at}.state: the workflow has no state '{state}'; use {string.Join(", ", workflow.States)}.";
        foreach (var violation in OfBranches(step, $"{at}.next"))
            yield return violation;
    }

    private IEnumerable<string> OfBranches(PipelineStep step, string at)
    {
        foreach (var branch in step.Next)
        {
            if (branch.To.Step is null ? !Name().IsMatch(branch.To.Outcome!) : pipeline.Step(branch.To.Step) is null)
                yield return $"{at}: '{branch.To}' is no step; use the name of a step, end:OUTCOME or escalate:OUTCOME.";
            if (Target(branch)?.Has(StepRequirement.Approval) is true && !step.Has(StepRequirement.Research))
                yield return $"{at}: '{branch.To}' decides on a solution, and {step.Name} makes none; lead to it from a step that requires research.";
            if (Target(branch)?.Has(StepRequirement.Letter) is true && !MaySend(step, branch))
                yield return $"{at}: '{branch.To}' sends a letter; lead to it from an approval when granted, or when not_entitled.";
        }

        foreach (var twice in step.Next.GroupBy(b => b.When?.Text).Where(g => g.Count() > 1))
            yield return $"{at}: {(twice.Key is null ? "two branches have no condition" : $"'{twice.Key}' is there twice")}; only the first is ever taken.";
        if (step.Next.Any(b => b.When is null))
            yield break;
        if (!step.Has(StepRequirement.Approval) && step.Next.Any(b => b.When == PipelineCondition.NotEntitled) && _unknown.Contains(step.Name))
        {
            yield return $"{at}: nobody has looked at the customer before {step.Name}; add a step that requires customer on every way to it, or a branch without a condition at the end.";
            yield break;
        }

        string[] needed = step.Has(StepRequirement.Approval) ? ["granted", "refused", "expired"] : ["entitled", "not_entitled"];
        if (needed.Except(step.Next.Select(b => b.When!.Text)).ToList() is { Count: > 0 } missing)
            yield return $"{at}: nothing says where it leads {(step.Has(StepRequirement.Approval) ? $"when {string.Join(", ", missing)}" : "otherwise")}; add a branch without a condition at the end.";
    }

    private static bool MaySend(PipelineStep step, PipelineBranch branch) =>
        branch.When == PipelineCondition.NotEntitled || (step.Has(StepRequirement.Approval) && branch.When == PipelineCondition.Of(ApprovalVerdict.Granted));

    private PipelineStep? Target(PipelineBranch branch) => pipeline.Step(branch.To.Step);

    /// <summary>The steps that can be reached from the first, without going on from those that are no <paramref name="way"/>.</summary>
    private static HashSet<string> Reached(PipelineDefinition pipeline, Func<PipelineStep, bool> way)
    {
        var reached = new HashSet<string>(pipeline.Steps.Take(1).Select(s => s.Name), StringComparer.Ordinal);
        var open = new Queue<string>(reached);
        while (open.TryDequeue(out var from))
        {
            if (pipeline.Step(from) is not { } step || !way(step))
                continue;
            foreach (var to in step.Next.Select(b => pipeline.Step(b.To.Step)).OfType<PipelineStep>())
            {
                if (reached.Add(to.Name))
                    open.Enqueue(to.Name);
            }
        }

        return reached;
    }

    private IEnumerable<string> OfReach()
    {
        var reached = Reached(pipeline, _ => true);
        return pipeline.Steps.Where(s => !reached.Contains(s.Name)).Select(s => $"{_at}: '{s.Name}' cannot be reached from {pipeline.Steps[0].Name}; lead to it, or remove it.");
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_]{0,49}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
