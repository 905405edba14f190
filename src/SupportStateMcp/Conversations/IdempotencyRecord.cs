using System.Text.Json.Serialization;

namespace SupportStateMcp.Conversations;

/// <summary>
/// The outcome of a write, as its caller learns it and as it is kept under the caller's key for a repeat.
/// </summary>
public sealed record IdempotencyRecord
{
    /// <summary>The digest of the arguments it was the answer to; null where it was not kept.</summary>
    public string? ArgumentsDigest { get; init; }

    /// <summary>The version of the conversation after the write.</summary>
    public required long Version { get; init; }

    public required string State { get; init; }

    public string? PreviousState { get; init; }

    public required TicketStatus TicketStatus { get; init; }

    public required Priority Priority { get; init; }

    public required string AssignedTo { get; init; }

    public required long MessageCount { get; init; }

    /// <summary>Who owned the conversation after the write.</summary>
    public Owner? Owner { get; init; }

    public long Epoch { get; init; }

    /// <summary>The approval that the write was about; null where it was about none.</summary>
    public string? ApprovalId { get; init; }

    /// <summary>The task that the write created; null where it created none.</summary>
    public string? TaskId { get; init; }

    /// <summary>The what-if copy that the write announced; null where it announced none.</summary>
    public string? Fork { get; init; }

    /// <summary>The version that the write went back to; null where it was no rollback.</summary>
    public long? RolledBackTo { get; init; }

    /// <summary>True where the conversation already was as the call wanted it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Unchanged { get; init; }

    /// <summary>When the conversation last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The record of a write that left the conversation like this.</summary>
    public static IdempotencyRecord Of(Conversation after, string? argumentsDigest = null, string? approvalId = null) => new()
    {
        ArgumentsDigest = argumentsDigest,
        Version = after.Version,
        State = after.State,
        PreviousState = after.PreviousState,
        TicketStatus = after.TicketStatus,
        Priority = after.Priority,
        AssignedTo = after.AssignedTo,
        MessageCount = after.MessageCount,
        Owner = after.Owner,
        Epoch = after.Epoch,
        ApprovalId = approvalId,
        UpdatedAt = after.UpdatedAt,
    };
}

/// <summary>What a write led to.</summary>
/// <param name="IdempotencyRecord">The outcome.</param>
/// <param name="Conversation">The conversation as it is after the call; on a replay, as it is now.</param>
/// <param name="ExpiresAt">When the conversation will be gone unless it changes again.</param>
/// <param name="Changed">True where this call changed the conversation; false for a replay or a conversation that already was so.</param>
/// <param name="Replayed">True where the outcome is the first one of a repeated call.</param>
public sealed record Outcome(IdempotencyRecord IdempotencyRecord, Conversation Conversation, DateTimeOffset? ExpiresAt, bool Changed, bool Replayed)
{
    /// <summary>How many messages an erasure took.</summary>
    public long ErasedMessages { get; init; }

    /// <summary>False after an erasure whose content could not be removed from the store's files yet.</summary>
    public bool ContentRemoved { get; init; } = true;
}
