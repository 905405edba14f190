namespace SupportStateMcp.Conversations;

/// <summary>A task, and the conversation it belongs to.</summary>
/// <param name="Task">The task as it stands.</param>
/// <param name="Conversation">The conversation as it stands.</param>
/// <param name="Outcome">What the call that asked led to; null where it only read.</param>
public sealed record TaskOf(ConversationTask Task, Conversation Conversation, Outcome? Outcome = null);

/// <summary>Changes tasks, and finds them by their ids.</summary>
public sealed class TaskService(ConversationCommandHandler commands, ConversationQueries queries)
{
    /// <summary>Creates a task, plans it or advances it; the task after that. On a replay it is shown as it stands now.</summary>
    /// <param name="command">One of the commands of tasks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<TaskOf>> ExecuteAsync(ConversationCommand command, CancellationToken cancellationToken)
    {
        var result = await commands.ExecuteAsync(command, cancellationToken);
        if (!result.TryGet(out var outcome, out var error))
            return error;
        var taskId = command switch
        {
            ConversationCommand.PlanTask c => c.TaskId,
            ConversationCommand.AdvanceTask c => c.TaskId,
            _ => outcome.IdempotencyRecord.TaskId!,
        };
        return outcome.Conversation.Task(taskId) is { } task ? new TaskOf(task, outcome.Conversation, outcome) : Error.NoSuchTask(taskId);
    }

    /// <summary>A task as it stands.</summary>
    public async ValueTask<Result<TaskOf>> GetAsync(string taskId, CancellationToken cancellationToken)
    {
        if (ConversationTask.ConversationOf(taskId) is not { } id)
            return Error.NoSuchTask(taskId);
        var loaded = await queries.GetAsync(id, cancellationToken);
        if (!loaded.TryGet(out var found, out var error))
            return error.Code == ErrorCodes.NotFound ? Error.NoSuchTask(taskId) : error;
        return found.Conversation!.Task(taskId) is { } task ? new TaskOf(task, found.Conversation) : Error.NoSuchTask(taskId);
    }
}
