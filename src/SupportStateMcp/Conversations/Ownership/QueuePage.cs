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

/// <summary>A place in the list of approvals that wait for a decision: after this one.</summary>
public readonly record struct ApprovalCursor(DateTimeOffset Deadline, string ApprovalId)
{
    public static ApprovalCursor Of(Approval approval) => new(approval.Deadline, approval.ApprovalId);

    /// <summary>True where an approval comes after this place.</summary>
    public bool IsBefore(Approval approval) =>
        approval.Deadline > Deadline || (approval.Deadline == Deadline && string.CompareOrdinal(approval.ApprovalId, ApprovalId) > 0);
}

/// <summary>A page of the approvals that wait for a decision.</summary>
/// <param name="Approvals">By deadline, the next one first.</param>
/// <param name="Total">How many wait in all.</param>
public sealed record PendingApprovals(IReadOnlyList<ApprovalOf> Approvals, int Total)
{
    /// <summary>Where the next page starts; null on the last.</summary>
    public ApprovalCursor? Next { get; init; }

    /// <summary>A page of those that were found.</summary>
    /// <param name="found">In any order, at least one more than the page has where there are more.</param>
    /// <param name="limit">How many the page has at most.</param>
    /// <param name="total">How many wait in all.</param>
    /// <param name="more">True where there are more for certain.</param>
    public static PendingApprovals Page(IReadOnlyCollection<ApprovalOf> found, int limit, int total, bool more)
    {
        List<ApprovalOf> page =
            [.. found.OrderBy(a => a.Approval.Deadline).ThenBy(a => a.Approval.ApprovalId, StringComparer.Ordinal).Take(limit)];
        return new PendingApprovals(page, total)
        {
            Next = page.Count > 0 && (more || found.Count > page.Count) ? ApprovalCursor.Of(page[^1].Approval) : null,
        };
    }

    /// <summary>What waits in these conversations.</summary>
    /// <param name="conversations">The conversations, as they stand now.</param>
    /// <param name="queue">Only of conversations of this queue (<see cref="Conversation.ApprovalQueue"/>); null for all.</param>
    /// <param name="after">Where the last page ended; null for the first.</param>
    /// <param name="limit">How many to return; <see cref="Total"/> counts all.</param>
    public static PendingApprovals Of(IEnumerable<Conversation> conversations, string? queue, ApprovalCursor? after, int limit)
    {
        var pending = conversations
            .Where(c => queue is null || c.ApprovalQueue == queue)
            .SelectMany(c => c.PendingApprovals, (c, a) => new ApprovalOf(a, c))
            .ToList();
        return Page([.. pending.Where(a => after is not { } place || place.IsBefore(a.Approval))], limit, pending.Count, more: false);
    }
}
