using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Support;

/// <summary>Commands about tasks and versions of the one conversation of <see cref="OneConversation"/>.</summary>
internal static class OneTask
{
    public static ConversationCommand.CreateTask Take(string goal = "Restore the login", params string[] steps) =>
        new() { Id = OneConversation.Id, Actor = OneConversation.Agent, Roles = OneConversation.Trusted, Goal = goal, Steps = steps };

    public static ConversationCommand.PlanTask Plan(string taskId, params string[] steps) =>
        new() { Id = OneConversation.Id, Actor = OneConversation.Agent, Roles = OneConversation.Trusted, TaskId = taskId, Steps = steps };

    public static ConversationCommand.AdvanceTask Advance(string taskId, TaskTrigger trigger) =>
        new() { Id = OneConversation.Id, Actor = OneConversation.Agent, Roles = OneConversation.Trusted, TaskId = taskId, Trigger = trigger };

    public static ConversationCommand.SetCheckpoint Name(string name) =>
        new() { Id = OneConversation.Id, Actor = OneConversation.Agent, Roles = OneConversation.Trusted, Name = name };

    /// <summary>As the server makes it of what it read.</summary>
    public static ConversationCommand.Rollback Rollback(Conversation target, bool keepState = false, Actor? by = null) => new()
    {
        Id = OneConversation.Id, Actor = by ?? OneConversation.Agent, Roles = by == TwoOwners.Sue ? Roles.Supervisor : OneConversation.Trusted,
        To = $"{target.Version}", Target = target, KeepState = keepState,
    };

    public static ConversationCommand.Rollback Rollback(string? to = null, int? steps = null, bool keepState = false) =>
        new() { Id = OneConversation.Id, Actor = OneConversation.Agent, Roles = OneConversation.Trusted, To = to, Steps = steps, KeepState = keepState };
}
