namespace SupportStateMcp.Conversations;

/// <summary>
/// Where a what-if copy comes from. Such a copy takes facts, transitions, tasks and internal notes, so that something can be tried; nothing in it
/// reaches a customer or a colleague.
/// </summary>
/// <param name="ConversationId">The conversation that was copied.</param>
/// <param name="Life">Which of the conversations that the ticket had (<see cref="Conversation.Life"/>).</param>
/// <param name="Version">The version that was copied.</param>
public sealed record ForkOrigin(string ConversationId, string Life, long Version);

public sealed partial record Conversation
{
    /// <summary>What this is a what-if copy of; null where it is none.</summary>
    public ForkOrigin? ForkOf { get; init; }

    /// <summary>The what-if copies that were made of this, by id; some may have expired.</summary>
    public IReadOnlyList<string> Forks { get; init; } = [];

    /// <summary>How many what-if copies are made of one conversation.</summary>
    public const int MaxForks = 20;

    private static Conversation Forked(ConversationEvent.ForkOpened e) => new()
    {
        ConversationId = e.ConversationId,
        TicketId = e.TicketId,
        UserId = e.UserId,
        State = e.State,
        StateSince = e.At,
        TicketStatus = e.TicketStatus,
        Priority = e.Priority,
        AssignedTo = e.Owner.Assignee,
        Owner = e.Owner,
        Epoch = e.Epoch,
        OwnerSince = e.At,
        Agent = e.Agent,
        ForkOf = e.Origin,
        Description = e.Description,
        Metadata = Merge(EmptyMetadata, e.Metadata),
        Tasks = e.Tasks,
        CreatedAt = e.At,
        UpdatedAt = e.At,
        Version = e.Version,
    };
}

public abstract partial record ConversationEvent
{
    /// <summary>A what-if copy of this conversation is made.</summary>
    public sealed record ForkAnnounced : ConversationEvent
    {
        /// <summary>Its id.</summary>
        public required string Fork { get; init; }

        /// <summary>The version that is copied.</summary>
        public required long Of { get; init; }
    }

    /// <summary>This conversation begins as a what-if copy of another one: its state, without what was said and without approvals.</summary>
    public sealed record ForkOpened : ConversationEvent
    {
        public required string ConversationId { get; init; }
        public required string TicketId { get; init; }
        public required ForkOrigin Origin { get; init; }
        public required string UserId { get; init; }
        public required string State { get; init; }
        public required TicketStatus TicketStatus { get; init; }
        public required Priority Priority { get; init; }
        public required Owner Owner { get; init; }
        public required Identity.Actor Agent { get; init; }
        public required long Epoch { get; init; }
        public string? Description { get; init; }
        public IReadOnlyDictionary<string, System.Text.Json.JsonElement>? Metadata { get; init; }
        public IReadOnlyList<ConversationTask> Tasks { get; init; } = [];

        public override ConversationEvent Redacted() =>
            this with { UserId = Conversation.ErasedMark, Description = null, Metadata = null, Tasks = [.. Tasks.Select(t => t.Redacted())] };
    }
}
