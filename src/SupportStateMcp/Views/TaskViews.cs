using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Views;

/// <summary>A task as <c>get_task</c> and <c>list_tasks</c> show it.</summary>
public record TaskView
{
    public TaskView() { }

    [SetsRequiredMembers]
    public TaskView(ConversationTask task, Conversation conversation)
    {
        TaskId = task.TaskId;
        ConversationId = conversation.ConversationId;
        Goal = task.Goal;
        Status = task.State;
        StepsCompleted = task.Completed;
        StepsRemaining = task.Open;
        CurrentStep = task.CurrentStep;
        WaitsFor = task.WaitsFor;
        Data = task.Data;
        AllowedEvents = conversation.ClosedAt is null ? task.Permitted : [];
        CreatedBy = task.CreatedBy.ToString();
        CreatedAt = task.CreatedAt;
        ChangedAt = task.ChangedAt;
        Version = conversation.Version;
    }

    [Description("The handle of the task; pass it to the other tools.")]
    public required string TaskId { get; init; }

    public required string ConversationId { get; init; }

    public required string Goal { get; init; }

    public required TaskState Status { get; init; }

    [Description("In the order in which they were done.")]
    public required IReadOnlyList<string> StepsCompleted { get; init; }

    [Description("The next one first.")]
    public required IReadOnlyList<string> StepsRemaining { get; init; }

    [Description("The step to do now; absent where there is none, or the task waits.")]
    public string? CurrentStep { get; init; }

    [Description("What it waits for.")]
    public string? WaitsFor { get; init; }

    public required IReadOnlyDictionary<string, JsonElement> Data { get; init; }

    [Description("The events that advance_task accepts now.")]
    public required IReadOnlyList<TaskTrigger> AllowedEvents { get; init; }

    public required string CreatedBy { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset ChangedAt { get; init; }

    [Description("The version of the conversation.")]
    public required long Version { get; init; }
}

/// <summary>What <c>create_task</c>, <c>plan_task</c> and <c>advance_task</c> answer.</summary>
public sealed record TaskChangedView : TaskView
{
    public TaskChangedView() { }

    [SetsRequiredMembers]
    public TaskChangedView(TaskOf changed) : base(changed.Task, changed.Conversation) => Replayed = changed.Outcome!.Replayed;

    [Description("True where an earlier call under this key did it; the task is shown as it stands now.")]
    public required bool Replayed { get; init; }
}

/// <summary>What <c>list_tasks</c> answers.</summary>
public sealed record TaskListView
{
    public required string ConversationId { get; init; }

    [Description("Oldest first.")]
    public required IReadOnlyList<TaskView> Tasks { get; init; }

    [Description("How many of them the answer had no room for; get_task shows one alone.")]
    public int? LeftOut { get; init; }

    [Description("The version of the conversation.")]
    public required long Version { get; init; }

    /// <summary>The tasks of a conversation.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="state">Only those that stand there; null for all.</param>
    /// <param name="size">How much of them is shown.</param>
    public static TaskListView Of(Conversation conversation, TaskState? state, AnswerSize size)
    {
        var found = conversation.Tasks.Where(t => state is null || t.State == state).ToList();
        var (shown, _) = AnswerBudget.Fit(found.Select(t => new TaskView(t, conversation)), size);
        return new TaskListView
        {
            ConversationId = conversation.ConversationId,
            Tasks = shown,
            LeftOut = shown.Count == found.Count ? null : found.Count - shown.Count,
            Version = conversation.Version,
        };
    }
}
