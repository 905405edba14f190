using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>What the columns beside a snapshot say of it, so that listings find it.</summary>
internal sealed record SqliteIndexEntry
{
    public required long UpdatedAt { get; init; }

    public required long Erased { get; init; }

    public required string State { get; init; }

    public required byte[] UserDigest { get; init; }

    public required string AssignedTo { get; init; }

    /// <summary>Who owns it, as text.</summary>
    public required string Owner { get; init; }

    /// <summary>The queue it waits in, or will wait in when the lease of its owner runs out; null for neither.</summary>
    public required string? Queue { get; init; }

    /// <summary>0 where it waits already, else when the lease runs out.</summary>
    public required long? QueueFrom { get; init; }

    /// <summary>0 for the most urgent.</summary>
    public required long? Urgency { get; init; }

    public required long? QueuedSince { get; init; }

    public required long? DueAt { get; init; }

    /// <summary>Whose approvals wait for the people of this queue.</summary>
    public required string ApprovalQueue { get; init; }

    /// <summary>The approvals that wait for a decision: id and deadline.</summary>
    public required IReadOnlyList<(string Id, long Deadline)> Approvals { get; init; }

    public static SqliteIndexEntry Of(Conversation c)
    {
        // Its place in a queue, or the one it will have once its owner has let the lease run out.
        var place = c.LeaseUntil is { } lease ? c.AsOf(lease) : c;
        var waits = place.Queue is not null;
        return new SqliteIndexEntry
        {
            UpdatedAt = c.UpdatedAt.ToUnixTimeMilliseconds(),
            Erased = c.ErasedAt is null ? 0 : 1,
            State = c.State,
            UserDigest = SqliteCommit.Digest(c.UserId),
            AssignedTo = c.AssignedTo,
            Owner = c.Owner.ToString(),
            Queue = place.Queue,
            QueueFrom = !waits ? null : c.LeaseUntil?.UtcTicks ?? 0,
            Urgency = waits ? UrgencyOf(place.Priority) : null,
            QueuedSince = waits ? place.QueuedSince.UtcTicks : null,
            DueAt = c.ErasedAt is null ? c.DueAt?.UtcTicks : null,
            ApprovalQueue = c.ApprovalQueue,
            Approvals = [.. c.PendingApprovals.Select(a => (a.ApprovalId, a.Deadline.UtcTicks))],
        };
    }

    /// <summary>The order of priorities in a queue: 0 comes first.</summary>
    public static long UrgencyOf(Priority priority) => Priority.Urgent - priority;

    /// <summary>True where the rows of pending approvals are right already.</summary>
    public bool HasApprovalsOf(Conversation? before) => before is null || !before.HasPendingApprovals
        ? Approvals.Count == 0
        : before.ApprovalQueue == ApprovalQueue && before.PendingApprovals.Select(a => (a.ApprovalId, a.Deadline.UtcTicks)).SequenceEqual(Approvals);
}
