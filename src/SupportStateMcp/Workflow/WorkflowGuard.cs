using SupportStateMcp.Primitives;

namespace SupportStateMcp.Workflow;

/// <summary>What a guard is about.</summary>
public enum WorkflowGuardKind
{
    /// <summary>A conversation that a person owns is not moved by an AI.</summary>
    NotLockedByHuman,

    /// <summary>A closed conversation is reopened in time or not at all.</summary>
    ReopenWindow,
}

/// <summary>A condition of a transition, beside the table: who may, and until when.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Description">What it demands, as the machine, the diagram and refusals say it: <c>within 7 days</c>.</param>
/// <param name="IsMet">Whether the facts meet it. What it cannot know, it refuses.</param>
public sealed record WorkflowGuard(WorkflowGuardKind Kind, string Description, Func<WorkflowContext, bool> IsMet)
{
    /// <summary>On every transition: an AI does not move what a person owns.</summary>
    public static WorkflowGuard NotLockedByHuman { get; } =
        new(WorkflowGuardKind.NotLockedByHuman, "no AI while a person owns the conversation", context => !context.IsLockedByHuman);

    /// <summary>On every transition from a closed state back to work.</summary>
    /// <param name="window">How long after it was closed; zero: never.</param>
    public static WorkflowGuard ReopenWindow(TimeSpan window) => new(
        WorkflowGuardKind.ReopenWindow,
        window > TimeSpan.Zero ? $"within {DurationText.Exactly(window)}" : "switched off",
        context => !context.IsClosed || context.ReopenableUntil > context.Now);
}
