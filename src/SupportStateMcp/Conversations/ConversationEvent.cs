using System.Text.Json;
using System.Text.Json.Serialization;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

/// <summary>
/// What happened to a conversation: one entry of its append-only audit trail. The union is closed. An event about a message
/// names it and digests it, and never holds its content, so that the trail can outlive an erasure.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Initialized), "conversation_initialized")]
[JsonDerivedType(typeof(MessageAdded), "message_added")]
[JsonDerivedType(typeof(Transitioned), "state_transitioned")]
[JsonDerivedType(typeof(MetadataUpdated), "metadata_updated")]
[JsonDerivedType(typeof(Erased), "conversation_erased")]
[JsonDerivedType(typeof(OwnerChanged), "owner_changed")]
[JsonDerivedType(typeof(LeaseExtended), "lease_extended")]
[JsonDerivedType(typeof(Escalated), "conversation_escalated")]
[JsonDerivedType(typeof(FollowUpOpened), "follow_up_opened")]
[JsonDerivedType(typeof(ApprovalRequested), "approval_requested")]
[JsonDerivedType(typeof(ApprovalDecided), "approval_decided")]
[JsonDerivedType(typeof(ApprovalUsed), "approval_used")]
[JsonDerivedType(typeof(ApprovalExpired), "approval_expired")]
[JsonDerivedType(typeof(RunStarted), "run_started")]
[JsonDerivedType(typeof(StepReady), "step_ready")]
[JsonDerivedType(typeof(StepLeased), "step_leased")]
[JsonDerivedType(typeof(QueriesRecorded), "queries_recorded")]
[JsonDerivedType(typeof(StepCompleted), "step_completed")]
[JsonDerivedType(typeof(StepFailed), "step_failed")]
[JsonDerivedType(typeof(StepLeaseExpired), "lease_expired")]
[JsonDerivedType(typeof(SolutionReady), "solution.ready")]
[JsonDerivedType(typeof(RunWaitingApproval), "run_waiting_approval")]
[JsonDerivedType(typeof(RunCompleted), "run_completed")]
[JsonDerivedType(typeof(RunFailed), "run_failed")]
[JsonDerivedType(typeof(RunTerminated), "run_terminated")]
[JsonDerivedType(typeof(SummarySaved), "summary_saved")]
[JsonDerivedType(typeof(TaskCreated), "task_created")]
[JsonDerivedType(typeof(TaskPlanned), "task_planned")]
[JsonDerivedType(typeof(TaskAdvanced), "task_advanced")]
[JsonDerivedType(typeof(CheckpointSet), "checkpoint_set")]
[JsonDerivedType(typeof(RolledBack), "rolled_back")]
[JsonDerivedType(typeof(ForkAnnounced), "fork_announced")]
[JsonDerivedType(typeof(ForkOpened), "fork_opened")]
public abstract partial record ConversationEvent
{
    private ConversationEvent() { }

    /// <summary>The version of the conversation after this event: 1 for the first, then without gaps.</summary>
    public required long Version { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Who did it.</summary>
    public required Actor Actor { get; init; }

    /// <summary>Why, in the words of the one who did it.</summary>
    public string? Reason { get; init; }

    /// <summary>This event without what it says about the customer; what remains of it after an erasure.</summary>
    public virtual ConversationEvent Redacted() => this;

    /// <summary>A conversation was opened for a ticket.</summary>
    public sealed record Initialized : ConversationEvent
    {
        public required string ConversationId { get; init; }
        public required string TicketId { get; init; }
        public required string UserId { get; init; }
        public required string State { get; init; }
        public required TicketStatus TicketStatus { get; init; }
        public required Priority Priority { get; init; }
        public required string AssignedTo { get; init; }

        /// <summary>Who owns the conversation at first: an AI.</summary>
        public required Owner Owner { get; init; }

        public required long Epoch { get; init; }

        /// <summary>The closed conversation that this one goes on from.</summary>
        public string? FollowsUp { get; init; }

        public string? Description { get; init; }
        public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

        public override ConversationEvent Redacted() =>
            this with { UserId = Conversation.ErasedMark, Description = null, Metadata = null };
    }

    /// <summary>A message was appended to the history.</summary>
    public sealed record MessageAdded : ConversationEvent
    {
        public required string MessageId { get; init; }

        /// <summary>Its place in the history, from 1.</summary>
        public required long Number { get; init; }

        public required MessageRole Role { get; init; }

        public Visibility Visibility { get; init; }

        /// <summary>True where a program sent it by itself.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Automated { get; init; }

        /// <summary>The number of the customer's message that it answers.</summary>
        public long? InReplyTo { get; init; }

        /// <summary>SHA-256 of the content's UTF-8, as <c>sha256:</c> and 64 hexadecimal digits.</summary>
        public required string ContentDigest { get; init; }
    }

    /// <summary>The workflow moved from one state to another.</summary>
    public sealed record Transitioned : ConversationEvent
    {
        public required string From { get; init; }
        public required string To { get; init; }

        /// <summary>What the customer sees from now on, where the move changed it.</summary>
        public TicketStatus? TicketStatus { get; init; }

        /// <summary>True where the conversation is finished with this move.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Closes { get; init; }

        /// <summary>Until when a conversation that this move closed can be opened again.</summary>
        public DateTimeOffset? ReopenableUntil { get; init; }
    }

    /// <summary>Facts about the conversation changed; what is null stayed. In <see cref="Metadata"/> a JSON null removed a key.</summary>
    public sealed record MetadataUpdated : ConversationEvent
    {
        public TicketStatus? TicketStatus { get; init; }
        public Priority? Priority { get; init; }
        public string? AssignedTo { get; init; }
        public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

        public override ConversationEvent Redacted() => this with { Metadata = null };
    }

    /// <summary>Content, history and snapshot were erased.</summary>
    public sealed record Erased : ConversationEvent
    {
        /// <summary>How many messages went.</summary>
        public required long Messages { get; init; }
    }
}
