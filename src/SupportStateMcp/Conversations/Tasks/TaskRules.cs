using System.Text.Json;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

public sealed partial class ConversationDecider
{
    private static Decision CreateTask(Conversation current, ConversationCommand.CreateTask c, EventRecorder recorder)
    {
        if (TasksViolation(current, c) is { } violation)
            return Refuse(violation);
        if (current.OpenTasks.Count() >= TaskLimits.Tasks)
            return Refuse(Error.TooManyTasks(TaskLimits.Tasks));

        var created = new ConversationEvent.TaskCreated
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = c.Actor,
            TaskId = ConversationTask.IdOf(current, c.Goal, recorder.Now),
            Goal = c.Goal,
            Data = c.Data,
        };
        recorder.Add(created);
        Fire(recorder, created.TaskId, TaskTrigger.NewTask);
        if (c.Steps.Count > 0)
            Plan(recorder, created.TaskId, c.Steps, reason: null);
        return recorder.Accepted;
    }

    private static Decision PlanTask(Conversation current, ConversationCommand.PlanTask c, EventRecorder recorder)
    {
        if (current.Task(c.TaskId) is not { } task)
            return Refuse(Error.NoSuchTask(c.TaskId));
        if (TasksViolation(current, c) is { } violation)
            return Refuse(violation);
        // A plan of nothing is none; but what is left of a plan can be nothing.
        if (task.State == TaskState.Planning && c.Steps.Count == 0)
            return Refuse(Error.InvalidArgument("steps", "a plan has at least one step; a task without steps needs no plan: advance it with plan_ready"));
        if (task.State is TaskState.Idle or TaskState.Done)
            return Refuse(Error.InvalidTaskEvent(task, TaskTrigger.PlanReady));
        if (task.Completed.Count + c.Steps.Count > TaskLimits.Steps)
            return Refuse(Error.InvalidArgument("steps", $"a task has at most {TaskLimits.Steps} steps, and {task.Completed.Count} of this one are done"));
        if (task.State != TaskState.Planning && task.Open.SequenceEqual(c.Steps))
            return new Decision.Unchanged();

        Plan(recorder, c.TaskId, c.Steps, c.Reason);
        return recorder.Accepted;
    }

    private static Decision AdvanceTask(Conversation current, ConversationCommand.AdvanceTask c, EventRecorder recorder)
    {
        if (current.Task(c.TaskId) is not { } task)
            return Refuse(Error.NoSuchTask(c.TaskId));
        if (TasksViolation(current, c) is { } violation)
            return Refuse(violation);
        if (TaskMachine.Ask(task.State, c.Trigger, task.Open.Count) is not { Unmet: null })
            return Refuse(Error.InvalidTaskEvent(task, c.Trigger));
        if (ConversationCommand.TaskDataViolation(Conversation.Merge(task.Data, c.Data)) is { } tooMuch)
            return Refuse(tooMuch);

        Fire(recorder, c.TaskId, c.Trigger, c.Reason, c.Data);
        return recorder.Accepted;
    }

    /// <summary>
    /// Lets the tasks go on that wait for feedback where some came: the customer wrote, or an approval was decided or expired. It follows
    /// every decision, as <see cref="Advance"/> does.
    /// </summary>
    private static void ResumeTasks(EventRecorder recorder)
    {
        if (recorder.Current.ClosedAt is not null)
            return;
        foreach (var task in recorder.Current.Tasks.Where(t => t.State == TaskState.WaitingFeedback).ToList())
        {
            // What came before the task began to wait is not what it waits for.
            if (recorder.Accepted.Events.Where(e => e.Version > task.ChangedIn).Select(Feedback).FirstOrDefault(f => f is not null) is { } came)
                Fire(recorder, task.TaskId, TaskTrigger.InputReceived, came);
        }
    }

    /// <summary>What an event brings to who waits for feedback, in words; null where it brings nothing.</summary>
    internal static string? Feedback(ConversationEvent @event) => @event switch
    {
        ConversationEvent.MessageAdded { Role: MessageRole.User, Automated: false } e => $"the customer wrote message {e.Number}",
        ConversationEvent.ApprovalDecided { Status: not ApprovalStatus.Pending } e => $"approval {e.ApprovalId} was {(e.Approved ? "granted" : "refused")}",
        ConversationEvent.ApprovalExpired e => $"approval {e.ApprovalId} expired",
        _ => null,
    };

    /// <summary>Why nobody, or not this caller, may change tasks of a conversation now; or null.</summary>
    private static Error? TasksViolation(Conversation current, ConversationCommand by) =>
        current.ClosedAt is not null ? Error.TerminalState(current)
        : IsLockedByHuman(current, by) ? Error.NotOwner(current)
        : null;

    private static void Plan(EventRecorder recorder, string taskId, IReadOnlyList<string> steps, string? reason)
    {
        var task = recorder.Current.Task(taskId)!;
        recorder.Add(new ConversationEvent.TaskPlanned
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = recorder.Actor,
            Reason = reason,
            TaskId = taskId,
            Steps = steps,
            State = TaskMachine.Ask(task.State, TaskTrigger.PlanReady, task.Open.Count)?.To ?? task.State,
        });
    }

    private static void Fire(
        EventRecorder recorder, string taskId, TaskTrigger trigger, string? reason = null, IReadOnlyDictionary<string, JsonElement>? data = null)
    {
        var task = recorder.Current.Task(taskId)!;
        recorder.Add(new ConversationEvent.TaskAdvanced
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = recorder.Actor,
            Reason = reason,
            TaskId = taskId,
            Trigger = trigger,
            State = TaskMachine.Ask(task.State, trigger, task.Open.Count)!.To,
            Data = data,
        });
    }
}
