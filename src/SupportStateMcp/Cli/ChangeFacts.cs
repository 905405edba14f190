using SupportStateMcp.Conversations;

namespace SupportStateMcp.Cli;

/// <summary>What a change of a conversation led to.</summary>
internal sealed record ChangeFacts
{
    public required string ConversationId { get; init; }

    public required string State { get; init; }

    public required TicketStatus TicketStatus { get; init; }

    public required Owner Owner { get; init; }

    public required long Epoch { get; init; }

    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>The message that was stored.</summary>
    public string? MessageId { get; init; }

    /// <summary>Its number.</summary>
    public long? Number { get; init; }

    /// <summary>What became of the wish to open it again.</summary>
    public ReopenOutcome? Outcome { get; init; }

    public required IReadOnlyList<string> AllowedTransitions { get; init; }

    public required long Version { get; init; }

    /// <summary>False where the conversation already was so.</summary>
    public required bool Changed { get; init; }

    /// <summary>True where this is the first outcome of a repeated call.</summary>
    public required bool Replayed { get; init; }

    public static ChangeFacts Of(Outcome outcome, CliContext context) => new()
    {
        ConversationId = outcome.Conversation.ConversationId,
        State = outcome.IdempotencyRecord.State,
        TicketStatus = outcome.IdempotencyRecord.TicketStatus,
        Owner = outcome.IdempotencyRecord.Owner ?? outcome.Conversation.Owner,
        Epoch = outcome.IdempotencyRecord.Epoch,
        LeaseUntil = outcome.Conversation.LeaseUntil,
        AllowedTransitions = context.Workflow.AllowedFrom(outcome.IdempotencyRecord.State),
        Version = outcome.IdempotencyRecord.Version,
        Changed = outcome.Changed,
        Replayed = outcome.Replayed,
    };
}
