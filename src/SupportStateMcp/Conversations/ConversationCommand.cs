using System.Text.Json;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

/// <summary>What somebody wants to happen to a conversation. The union is closed: these are all there are.</summary>
public abstract partial record ConversationCommand
{
    private ConversationCommand() { }

    public required ConversationId Id { get; init; }

    /// <summary>Who wants it; from the connection.</summary>
    public required Actor Actor { get; init; }

    /// <summary>What they may do; from the connection.</summary>
    public Roles Roles { get; init; }

    /// <summary>Refuse unless the conversation stands at this version; null accepts any.</summary>
    public long? ExpectedVersion { get; init; }

    /// <summary>A repeat under the same key with the same arguments returns the first outcome; null means none.</summary>
    public virtual string? IdempotencyKey { get; init; }

    /// <summary>What the outcome is kept under: the key, with its kind before it, so that message ids and other keys cannot meet.</summary>
    public virtual string? StoredKey => IdempotencyKey is { } key ? "key:" + key : null;

    /// <summary>Opens the conversation of a ticket.</summary>
    public sealed record Initialize : ConversationCommand
    {
        public required string UserId { get; init; }
        public required Priority Priority { get; init; }
        public required string AssignedTo { get; init; }

        /// <summary>The closed conversation that this one goes on from.</summary>
        public ConversationId? FollowsUp { get; init; }

        public string? Description { get; init; }
        public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }
    }

    /// <summary>Appends a message to the history. Its id is its idempotency key.</summary>
    public sealed record AddMessage : ConversationCommand
    {
        public required string MessageId { get; init; }
        public required MessageRole Role { get; init; }
        public required string Content { get; init; }

        /// <summary>Who gets to see it.</summary>
        public Visibility Visibility { get; init; }

        /// <summary>True where a program sends it by itself.</summary>
        public bool Automated { get; init; }

        public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }
        public override string? IdempotencyKey => MessageId;
        public override string? StoredKey => "message:" + MessageId;
    }

    /// <summary>Moves the conversation along an edge of the workflow.</summary>
    public sealed record Transition : ConversationCommand
    {
        public required string NewState { get; init; }
        public string? Reason { get; init; }
    }

    /// <summary>Changes the facts about a conversation; what is null stays. In <see cref="Metadata"/> a JSON null removes a key.</summary>
    public sealed record UpdateMetadata : ConversationCommand
    {
        public TicketStatus? TicketStatus { get; init; }
        public Priority? Priority { get; init; }
        public string? AssignedTo { get; init; }
        public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }
    }

    /// <summary>Erases what the conversation holds about the customer: snapshot, history, custom facts.</summary>
    public sealed record Erase : ConversationCommand
    {
        public string? Reason { get; init; }
    }
}
