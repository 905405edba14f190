using System.Globalization;
using System.Text.Json;
using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

public abstract partial record ConversationCommand
{
    /// <summary>Takes something on in a conversation. With steps it has its plan already.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record CreateTask : ConversationCommand
    {
        /// <summary>What is to be reached.</summary>
        public required string Goal { get; init; }

        /// <summary>The steps to it, the first one first; none where the plan is yet to be made.</summary>
        public IReadOnlyList<string> Steps { get; init; } = [];

        /// <summary>What is kept with it; null for nothing.</summary>
        public IReadOnlyDictionary<string, JsonElement>? Data { get; init; }

        protected override Error? Check() =>
            GoalViolation(Goal)
            ?? Bounds.Items("steps", Steps, TaskLimits.Steps, TaskLimits.Step)
            ?? TaskDataViolation(Data);

        private static Error? GoalViolation(string goal) => string.IsNullOrWhiteSpace(goal)
            ? Error.InvalidArgument("goal", "it says what is to be reached")
            : Bounds.Text("goal", goal, TaskLimits.Goal, 1);
    }

    /// <summary>Gives a task its plan, or other steps in the place of those that are open.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record PlanTask : ConversationCommand
    {
        public required string TaskId { get; init; }

        /// <summary>The steps that are open from now on, the next one first.</summary>
        public required IReadOnlyList<string> Steps { get; init; }

        /// <summary>Why the plan is as it is.</summary>
        public string? Reason { get; init; }

        protected override Error? Check() =>
            Bounds.Items("steps", Steps, TaskLimits.Steps, TaskLimits.Step) ?? Bounds.Text("reason", Reason, Limits.Reason);
    }

    /// <summary>Says what happened to a task.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record AdvanceTask : ConversationCommand
    {
        public required string TaskId { get; init; }
        public required TaskTrigger Trigger { get; init; }

        /// <summary>Why, or what is waited for.</summary>
        public string? Reason { get; init; }

        /// <summary>What is kept with the task from now on; what is null stays, a JSON null removes its key.</summary>
        public IReadOnlyDictionary<string, JsonElement>? Data { get; init; }

        protected override Error? Check() => Bounds.Text("reason", Reason, Limits.Reason) ?? TaskDataViolation(Data);
    }

    internal static Error? TaskDataViolation(IReadOnlyDictionary<string, JsonElement>? data)
    {
        if (data is null)
            return null;
        var length = data.Sum(d => (long)d.Key.Length + d.Value.GetRawText().Length + 6);
        return Bounds.Facts("data", data) ?? (length <= TaskLimits.Data ? null : Error.InvalidArgument(
            "data", string.Create(CultureInfo.InvariantCulture, $"with what the task has already, it has at most {TaskLimits.Data} characters as JSON, this has {length}")));
    }
}
