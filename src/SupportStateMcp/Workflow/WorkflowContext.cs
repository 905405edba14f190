namespace SupportStateMcp.Workflow;

/// <summary>
/// The facts that the guards look at. They are handed in with each question, so that any number of threads may ask one
/// machine at once.
/// </summary>
/// <param name="Now">The time of the question.</param>
/// <param name="IsClosed">True where the conversation is closed.</param>
/// <param name="ReopenableUntil">Until when a closed conversation may be reopened; null: it may not.</param>
/// <param name="IsLockedByHuman">True where a person owns the conversation and an AI asks.</param>
public sealed record WorkflowContext(DateTimeOffset Now, bool IsClosed, DateTimeOffset? ReopenableUntil, bool IsLockedByHuman)
{
    /// <summary>Facts that meet every guard: what the table alone allows.</summary>
    public static WorkflowContext Unrestricted { get; } = new(default, IsClosed: false, null, IsLockedByHuman: false);
}
