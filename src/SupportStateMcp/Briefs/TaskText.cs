using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Briefs;

/// <summary>The plan of a task in one line.</summary>
internal static class TaskText
{
    /// <summary>How many of the steps that are left are named.</summary>
    private const int Named = 5;

    /// <summary>For example <c>Restore the login: 1 of 3 steps done; now: Send a link; then: Confirm (task-0f3a9c21-TKT-001)</c>.</summary>
    public static string Of(ConversationTask task)
    {
        var steps = task.Completed.Count + task.Open.Count;
        var done = steps == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{task.Completed.Count} of {steps} steps done");
        return $"{CustomerText.Other(task.Goal)}: {string.Join("; ", ((string?[])[Where(task), done, .. Left(task)]).OfType<string>())} ({task.TaskId})";
    }

    private static string? Where(ConversationTask task) => task.State switch
    {
        TaskState.Idle => "not begun",
        TaskState.Planning => "no plan yet",
        TaskState.WaitingFeedback => task.WaitsFor is { Length: > 0 } what ? $"waits for: {CustomerText.Other(what)}" : "waits for feedback",
        _ when task.Open.Count == 0 => "nothing left but to end it",
        _ => null,
    };

    private static IEnumerable<string> Left(ConversationTask task)
    {
        if (task.CurrentStep is { } now)
            yield return $"now: {CustomerText.Other(now)}";
        var then = task.Open.Skip(task.CurrentStep is null ? 0 : 1).ToList();
        if (then.Count > 0)
            yield return $"then: {string.Join(", ", then.Take(Named).Select(CustomerText.Other))}{(then.Count > Named ? string.Create(CultureInfo.InvariantCulture, $" and {then.Count - Named} more") : "")}";
    }
}
