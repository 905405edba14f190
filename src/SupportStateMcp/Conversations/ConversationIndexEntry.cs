namespace SupportStateMcp.Conversations;

/// <summary>
/// Where a conversation is found: what listings, queues and clocks go by. A store keeps an entry beside each conversation
/// and brings it up to date with every change; whether the entry is right is decided by the conversation alone.
/// </summary>
public sealed record ConversationIndexEntry
{
    public required string ConversationId { get; init; }

    public required string State { get; init; }

    public required string UserId { get; init; }

    public required string AssignedTo { get; init; }

    /// <summary>Who owns it, as text; null where an entry that was kept does not say.</summary>
    public required string? Owner { get; init; }

    /// <summary>When it last changed: the order of listings.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>How often its owner has changed. It leaves a queue for good: in the same queue again it has another epoch.</summary>
    public required long Epoch { get; init; }

    /// <summary>Its place in a queue; null where it does not wait for a person.</summary>
    public QueuePlace? Place { get; init; }

    /// <summary>The queue whose people decide on <see cref="Approvals"/>.</summary>
    public required string ApprovalQueue { get; init; }

    /// <summary>Its approvals that wait for a decision.</summary>
    public IReadOnlyList<ApprovalDeadline> Approvals { get; init; } = [];

    /// <summary>When its next lease or approval runs out; null where none is running.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The step of its run that a worker may take; null where there is none.</summary>
    public WorkPlace? Work { get; init; }

    public static ConversationIndexEntry Of(Conversation c) => new()
    {
        ConversationId = c.ConversationId,
        State = c.State,
        UserId = c.UserId,
        AssignedTo = c.AssignedTo,
        Owner = c.Owner.ToString(),
        UpdatedAt = c.UpdatedAt,
        Epoch = c.Epoch,
        Place = QueuePlace.Of(c),
        ApprovalQueue = c.ApprovalQueue,
        Approvals = c.HasPendingApprovals ? [.. c.PendingApprovals.Select(a => new ApprovalDeadline(a.ApprovalId, a.Deadline))] : [],
        DueAt = c.DueAt,
        Work = WorkPlace.Of(c),
    };

    /// <summary>True where the same approvals wait for the people of the same queue.</summary>
    /// <param name="other">Another entry of the conversation; null where it was not there.</param>
    public bool SameApprovals(ConversationIndexEntry? other) => other is null or { Approvals.Count: 0 }
        ? Approvals.Count == 0
        : ApprovalQueue == other.ApprovalQueue && Approvals.SequenceEqual(other.Approvals);

    /// <summary>True where nothing but the time of the last change differs, so that the conversation is found in the same places.</summary>
    public bool SamePlaces(ConversationIndexEntry other) =>
        (State, UserId, AssignedTo, Owner, Place, DueAt, Work) == (other.State, other.UserId, other.AssignedTo, other.Owner, other.Place, other.DueAt, other.Work)
        && SameApprovals(other)
        // Without a place and an approval nothing is found by it.
        && ((Place is null && Approvals.Count == 0) || Epoch == other.Epoch);
}

/// <summary>A place in a queue.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Priority">The most urgent comes first.</param>
/// <param name="Since">Within a priority, who has waited longest.</param>
public sealed record QueuePlace(string Queue, Priority Priority, DateTimeOffset Since)
{
    /// <summary>The place of a conversation; null where it does not wait for a person.</summary>
    public static QueuePlace? Of(Conversation c) => c.Queue is { } queue ? new QueuePlace(queue, c.Priority, c.QueuedSince) : null;
}

/// <summary>A step that a worker may take.</summary>
/// <param name="Role">Which workers.</param>
/// <param name="ReadyAt">From when.</param>
/// <param name="Version">The version of the conversation in which it became ready: no other stay has it.</param>
public sealed record WorkPlace(string Role, DateTimeOffset ReadyAt, long Version)
{
    /// <summary>The step that a worker may take of a conversation; null where there is none.</summary>
    public static WorkPlace? Of(Conversation c) => c.ReadyStep is { } step ? new WorkPlace(step.Role, step.ReadyAt!.Value, step.ReadyVersion!.Value) : null;
}

/// <summary>An approval that waits for a decision.</summary>
/// <param name="ApprovalId">The approval; its id leads to its conversation.</param>
/// <param name="Deadline">When it expires.</param>
public sealed record ApprovalDeadline(string ApprovalId, DateTimeOffset Deadline);
