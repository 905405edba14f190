namespace SupportStateMcp.Conversations;

/// <summary>A place in a queue: after the conversation with this priority that has waited since this time.</summary>
public readonly record struct QueueCursor(Priority Priority, DateTimeOffset Since, string ConversationId)
{
    /// <summary>The place of a conversation that waits.</summary>
    public static QueueCursor Of(Conversation c) => new(c.Priority, c.QueuedSince, c.ConversationId);

    /// <summary>The order of a queue: the most urgent first, then who has waited longest, then by id.</summary>
    public static IComparer<QueueCursor> Order { get; } = Comparer<QueueCursor>.Create((a, b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
        : a.Since != b.Since ? a.Since.CompareTo(b.Since)
        : string.CompareOrdinal(a.ConversationId, b.ConversationId));
}

/// <summary>A page of those who wait.</summary>
/// <param name="Conversations">By priority, then by how long they have waited.</param>
/// <param name="Total">How many wait in all.</param>
/// <param name="Next">Where the next page starts; null on the last.</param>
public sealed record QueuePage(IReadOnlyList<Conversation> Conversations, int Total, QueueCursor? Next);

/// <summary>A page of the approvals that wait for a decision.</summary>
/// <param name="Approvals">By deadline, the next one first.</param>
/// <param name="Total">How many wait in all.</param>
public sealed record PendingApprovals(IReadOnlyList<ApprovalOf> Approvals, int Total)
{
    /// <summary>What waits in these conversations.</summary>
    /// <param name="conversations">The conversations, as they stand now.</param>
    /// <param name="queue">Only of conversations of this queue (<see cref="Conversation.ApprovalQueue"/>); null for all.</param>
    /// <param name="limit">How many to return; <see cref="Total"/> counts all.</param>
    public static PendingApprovals Of(IEnumerable<Conversation> conversations, string? queue, int limit)
    {
        var pending = conversations
            .Where(c => queue is null || c.ApprovalQueue == queue)
            .SelectMany(c => c.PendingApprovals, (c, a) => new ApprovalOf(a, c))
            .OrderBy(a => a.Approval.Deadline).ThenBy(a => a.Approval.ApprovalId, StringComparer.Ordinal)
            .ToList();
        return new PendingApprovals([.. pending.Take(limit)], pending.Count);
    }
}
