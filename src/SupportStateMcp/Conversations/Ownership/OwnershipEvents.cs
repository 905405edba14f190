namespace SupportStateMcp.Conversations;

public abstract partial record ConversationEvent
{
    /// <summary>The conversation changed hands.</summary>
    public sealed record OwnerChanged : ConversationEvent
    {
        public required Owner Owner { get; init; }

        /// <summary>The epoch that begins; turns begun before it are void.</summary>
        public required long Epoch { get; init; }

        public required OwnershipCause Cause { get; init; }

        /// <summary>Until when a person who claimed the conversation has to answer.</summary>
        public DateTimeOffset? LeaseUntil { get; init; }

        /// <summary>The queue that a person's conversation goes back to.</summary>
        public string? ReturnQueue { get; init; }

        /// <summary>Since when somebody waits, where the conversation went to a queue.</summary>
        public DateTimeOffset? WaitingSince { get; init; }
    }

    /// <summary>The person who claimed the conversation has longer to answer.</summary>
    public sealed record LeaseExtended : ConversationEvent
    {
        public required DateTimeOffset LeaseUntil { get; init; }
    }

    /// <summary>The conversation was handed to people, with all that they need to know.</summary>
    public sealed record Escalated : ConversationEvent
    {
        public required string Queue { get; init; }

        public required string Summary { get; init; }

        public string? OpenQuestion { get; init; }

        public IReadOnlyList<string> Promises { get; init; } = [];

        public IReadOnlyList<string> Tried { get; init; } = [];

        public IReadOnlyList<string> PendingApprovals { get; init; } = [];

        public required TicketStatus TicketStatus { get; init; }

        /// <summary>The new priority; null where it stayed.</summary>
        public Priority? Priority { get; init; }

        public override ConversationEvent Redacted() =>
            this with { Summary = Conversation.ErasedMark, Reason = null, OpenQuestion = null, Promises = [], Tried = [] };
    }

    /// <summary>The conversation goes on in another, since it could not be opened again.</summary>
    public sealed record FollowUpOpened : ConversationEvent
    {
        public required string FollowUp { get; init; }
    }
}
