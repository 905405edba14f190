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

    /// <summary>The refusal of a repeat with other arguments than the first call had.</summary>
    public virtual Error OtherArguments() => Error.IdempotencyMismatch(IdempotencyKey ?? "");

    /// <summary>
    /// The first bound that the arguments break; null where they break none. The command handler refuses such a command,
    /// so that no face can forget a bound.
    /// </summary>
    // Its own arguments first: where a message id is the key, it is told by its own name.
    public Error? Violation() => Check() ?? Bounds.Text("idempotency_key", IdempotencyKey, Limits.Key, 1);

    /// <summary>The bounds of this command's own arguments.</summary>
    protected virtual Error? Check() => null;

    /// <summary>A conversation's id in the place of the ticket's would open a second conversation for the ticket. Only follow-ups have their id from another conversation.</summary>
    private static Error? TicketViolation(ConversationId id) => id.TicketId.StartsWith(ConversationId.Prefix, StringComparison.Ordinal)
        ? Error.InvalidArgument(
            "ticket_id",
            $"it must be the ticket's id, which does not begin with {ConversationId.Prefix}: the conversation's id does",
            $"\"{id.TicketId}\"",
            ConversationId.TryParse(id.TicketId)?.TicketId)
        : null;

    /// <summary>Opens the conversation of a ticket.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record Initialize : ConversationCommand
    {
        /// <summary>Who works on a conversation first where nobody says.</summary>
        public const string DefaultAssignee = "ai-agent-1";

        public required string UserId { get; init; }
        public required Priority Priority { get; init; }
        public required string AssignedTo { get; init; }

        /// <summary>The closed conversation that this one goes on from.</summary>
        public ConversationId? FollowsUp { get; init; }

        /// <summary>When the conversation that this one goes on from was opened: this one begins no earlier, also by a clock that is behind. Never from the caller.</summary>
        public DateTimeOffset? NotBefore { get; init; }

        public string? Description { get; init; }
        public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

        protected override Error? Check() =>
            (FollowsUp is null ? TicketViolation(Id) : null)
            ?? Bounds.Text("user_id", UserId, Limits.UserId, 1)
            ?? Bounds.Text("assigned_to", AssignedTo, Limits.AssignedTo, 1)
            ?? Bounds.Text("description", Description, Limits.Description)
            ?? Bounds.Facts("metadata", Metadata);
    }

    /// <summary>Appends a message to the history. Its id is its idempotency key.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record AddMessage : ConversationCommand
    {
        public required string MessageId { get; init; }
        public required MessageRole Role { get; init; }
        public required string Content { get; init; }

        /// <summary>Who gets to see it.</summary>
        public Visibility Visibility { get; init; }

        /// <summary>True where a program sends it by itself.</summary>
        public bool Automated { get; init; }

        /// <inheritdoc cref="Message.ToolCallId"/>
        public string? ToolCallId { get; init; }

        public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }
        public override string? IdempotencyKey => MessageId;
        public override string? StoredKey => "message:" + MessageId;

        protected override Error? Check() =>
            Bounds.Text("message_id", MessageId, Limits.Key, 1)
            ?? Bounds.Text("content", Content, Limits.Content)
            ?? Bounds.Text("tool_call_id", ToolCallId, Limits.Key, 1)
            ?? Bounds.Facts("metadata", Metadata);
    }

    /// <summary>Moves the conversation along an edge of the workflow.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record Transition : ConversationCommand
    {
        public required string NewState { get; init; }
        public string? Reason { get; init; }

        protected override Error? Check() =>
            Bounds.Text("new_state", NewState, Limits.State, 1) ?? Bounds.Text("reason", Reason, Limits.Reason);
    }

    /// <summary>Changes the facts about a conversation; what is null stays. In <see cref="Metadata"/> a JSON null removes a key.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record UpdateMetadata : ConversationCommand
    {
        public TicketStatus? TicketStatus { get; init; }
        public Priority? Priority { get; init; }
        public string? AssignedTo { get; init; }
        public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

        protected override Error? Check() =>
            Bounds.Text("assigned_to", AssignedTo, Limits.AssignedTo, 1) ?? Bounds.Facts("metadata", Metadata);
    }

    /// <summary>Erases what the conversation holds about the customer: snapshot, history, custom facts.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record Erase : ConversationCommand
    {
        public string? Reason { get; init; }

        /// <summary>The what-if copies that are erased already, by the server.</summary>
        public IReadOnlyList<string> ErasedForks { get; init; } = [];

        /// <summary>True where a what-if copy is erased since its conversation is; never from the caller.</summary>
        public bool WithOrigin { get; init; }

        protected override Error? Check() =>
            Bounds.Text("reason", Reason, Limits.Reason);
    }
}
