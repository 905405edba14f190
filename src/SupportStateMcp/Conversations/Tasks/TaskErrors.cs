using System.Text.Json.Nodes;
using SupportStateMcp.Primitives;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

public abstract partial record Error
{
    public static Error NoSuchTask(string taskId) => new Errors.NoSuchTask(taskId);

    public static Error TooManyTasks(int limit) => new Errors.TooManyTasks(limit);

    /// <param name="task">The task as it stands.</param>
    /// <param name="trigger">What was to happen to it.</param>
    public static Error InvalidTaskEvent(ConversationTask task, TaskTrigger trigger) =>
        new Errors.InvalidTaskEvent(task.TaskId, task.State, trigger, task.Permitted, task.Open.Count);
}

/// <content>What is refused about tasks.</content>
public static partial class Errors
{
    public sealed record NoSuchTask(string TaskId) : Error(ErrorCodes.NotFound)
    {
        public override JsonObject Facts => new() { ["task_id"] = TaskId };
    }

    public sealed record TooManyTasks(int Limit) : Error(ErrorCodes.LimitReached)
    {
        public override JsonObject Facts => new() { ["limit"] = Limit };
    }

    /// <param name="TaskId">The task.</param>
    /// <param name="State">Where it stands.</param>
    /// <param name="Trigger">What was to happen to it.</param>
    /// <param name="Allowed">What can happen to it now.</param>
    /// <param name="OpenSteps">How many of its steps are left.</param>
    public sealed record InvalidTaskEvent(string TaskId, TaskState State, TaskTrigger Trigger, IReadOnlyList<TaskTrigger> Allowed, int OpenSteps)
        : Error(ErrorCodes.InvalidTaskEvent)
    {
        public override JsonObject Facts => new()
        {
            ["task_id"] = TaskId,
            ["status"] = SnakeCaseEnum.Of(State),
            ["event"] = SnakeCaseEnum.Of(Trigger),
            ["allowed"] = Texts(Allowed.Select(SnakeCaseEnum.Of)),
            ["open_steps"] = OpenSteps,
        };
    }
}
