using System.Text.Json.Serialization;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

public sealed partial record Conversation
{
    /// <summary>What agents have taken on in this conversation, oldest first.</summary>
    public IReadOnlyList<ConversationTask> Tasks { get; init; } = [];

    /// <summary>Those that are not done.</summary>
    [JsonIgnore]
    public IEnumerable<ConversationTask> OpenTasks => Tasks.Where(t => t.IsOpen);

    /// <summary>The task with this id, or null.</summary>
    public ConversationTask? Task(string taskId) => Tasks.FirstOrDefault(t => t.TaskId == taskId);

    private static Conversation After(Conversation before, ConversationEvent.TaskEvent @event) => before with
    {
        // Of one that went to make room, the trail alone tells.
        Tasks = @event is ConversationEvent.TaskCreated created
            ? [.. Room(before.Tasks), Created(created)]
            : [.. before.Tasks.Select(t => t.TaskId == @event.TaskId ? After(t, @event) with { ChangedAt = @event.At, ChangedIn = @event.Version } : t)],
        UpdatedAt = @event.At,
        Version = @event.Version,
    };

    private static ConversationTask Created(ConversationEvent.TaskCreated e) => new()
    {
        TaskId = e.TaskId,
        Goal = e.Goal,
        State = TaskState.Idle,
        Data = Merge(EmptyMetadata, e.Data),
        CreatedBy = e.Actor,
        CreatedAt = e.At,
        ChangedAt = e.At,
        ChangedIn = e.Version,
    };

    private static ConversationTask After(ConversationTask before, ConversationEvent.TaskEvent @event) => @event switch
    {
        ConversationEvent.TaskPlanned e => before with { State = e.State, Open = e.Steps },
        ConversationEvent.TaskAdvanced e => Stepped(before, e) with
        {
            State = e.State,
            Data = Merge(before.Data, e.Data),
            WaitsFor = e.State == TaskState.WaitingFeedback ? e.Reason : null,
        },
        _ => throw new InvalidOperationException($"No rule says what {@event.GetType().Name} changes."),
    };

    private static ConversationTask Stepped(ConversationTask before, ConversationEvent.TaskAdvanced e) => e.Trigger == TaskTrigger.StepComplete
        ? before with { Completed = [.. before.Completed, before.Open[0]], Open = [.. before.Open.Skip(1)] }
        : before;

    private static IEnumerable<ConversationTask> Room(IReadOnlyList<ConversationTask> tasks) =>
        tasks.Count >= TaskLimits.Tasks && tasks.FirstOrDefault(t => !t.IsOpen) is { } oldest
            ? tasks.Where(t => t.TaskId != oldest.TaskId)
            : tasks;
}
