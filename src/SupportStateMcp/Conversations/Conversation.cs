using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

/// <summary>What the customer sees of a conversation.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<TicketStatus>))]
public enum TicketStatus
{
    Open,
    Pending,
    Solved,
    Closed,
}

/// <summary>How urgent a conversation is.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<Priority>))]
public enum Priority
{
    Low,
    Medium,
    High,
    Urgent,
}

/// <summary>
/// The snapshot of one support conversation: everything the rules decide on. It is the fold of the conversation's events
/// (<see cref="Apply"/>), so it can always be rebuilt from them.
/// </summary>
public sealed partial record Conversation
{
    public required string ConversationId { get; init; }

    public required string TicketId { get; init; }

    public required string UserId { get; init; }

    /// <summary>Where the workflow stands: one of the configured states.</summary>
    public required string State { get; init; }

    /// <summary>The state before this one; null while there was only one.</summary>
    public string? PreviousState { get; init; }

    /// <summary>Since when the conversation has been in <see cref="State"/>.</summary>
    public required DateTimeOffset StateSince { get; init; }

    public required TicketStatus TicketStatus { get; init; }

    public required Priority Priority { get; init; }

    /// <summary>
    /// Who works on the conversation: with each change of hands the new owner (<see cref="Owner.Assignee"/>), until somebody
    /// names another.
    /// </summary>
    public required string AssignedTo { get; init; }

    /// <summary>Who may answer the customer now.</summary>
    public required Owner Owner { get; init; }

    /// <summary>How often the conversation has changed hands, from 1: a turn begun under another epoch is void.</summary>
    public required long Epoch { get; init; }

    public required DateTimeOffset OwnerSince { get; init; }

    /// <summary>The AI that had the conversation last, to whom it goes back.</summary>
    public required Actor Agent { get; init; }

    /// <summary>Until when the person who claimed the conversation has to answer; null where they have, or nobody claimed it.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>The queue that a claimed conversation goes back to.</summary>
    public string? ReturnQueue { get; init; }

    /// <summary>Since when somebody waits for an answer: the customer's first unanswered message, else the handoff; null where nobody waits.</summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>The customer's unanswered messages, oldest first; of more than <see cref="MaxUnanswered"/> the last entry stands for the rest.</summary>
    public IReadOnlyList<Unanswered> Unanswered { get; init; } = [];

    /// <summary>The number of the last message that answered the customer.</summary>
    public long? LastReply { get; init; }

    /// <summary>The last of those that was given before the conversation came into these hands.</summary>
    public long? EarlierReply { get; init; }

    /// <summary>The last time a person had the conversation.</summary>
    public HumanTakeover? HumanTakeover { get; init; }

    /// <summary>What was said at the last escalation.</summary>
    public Handoff? Handoff { get; init; }

    /// <summary>What was asked for and decided in this conversation, oldest first.</summary>
    public IReadOnlyList<Approval> Approvals { get; init; } = [];

    /// <summary>When the conversation was closed; null while it is open.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>Until when a closed conversation can be opened again; null where it cannot, or is open.</summary>
    public DateTimeOffset? ReopenableUntil { get; init; }

    /// <summary>The number of the first message that the customer wrote after the conversation was closed, and that did not open it again; null where there is none.</summary>
    public long? LateFrom { get; init; }

    /// <summary>The conversation that this one goes on from.</summary>
    public string? FollowsUp { get; init; }

    /// <summary>The conversation in which this one goes on.</summary>
    public string? FollowUp { get; init; }

    public string? Description { get; init; }

    /// <summary>Custom facts about the conversation, by key.</summary>
    public IReadOnlyDictionary<string, JsonElement> Metadata { get; init; } = EmptyMetadata;

    /// <summary>How many messages the history holds.</summary>
    public long MessageCount { get; init; }

    public DateTimeOffset? LastMessageAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// Tells this conversation from any other that the same ticket has, had or will have: a ticket that expired or was erased can be
    /// opened again, under the same id. Handles that callers keep hold it (docs/decisions/0017).
    /// </summary>
    [JsonIgnore]
    public string Life => LifeOf(CreatedAt);

    /// <summary>The <see cref="Life"/> of a conversation that was opened at a time.</summary>
    public static string LifeOf(DateTimeOffset createdAt) => createdAt.UtcTicks.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>
    /// When its content was erased, or null. An erased conversation keeps its trail of events and its version, nothing else;
    /// to every caller it is gone, until its ticket is initialized again.
    /// </summary>
    public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>The number of events so far; each event raises it by one.</summary>
    public required long Version { get; init; }

    /// <summary>How many unanswered messages are counted one by one.</summary>
    public const int MaxUnanswered = 20;

    public static IReadOnlyDictionary<string, JsonElement> EmptyMetadata { get; } =
        new Dictionary<string, JsonElement>();
}
