using System.Text.Json;

namespace SupportStateMcp.Conversations;

/// <summary>What the customer sees of a case.</summary>
public enum TicketStatus
{
    Open,
    Pending,
    Solved,
    Closed,
}

/// <summary>How urgent a case is.</summary>
public enum Priority
{
    Low,
    Medium,
    High,
    Urgent,
}

/// <summary>
/// The snapshot of one support case: everything the rules decide on. It is the fold of the case's events
/// (<see cref="Evolve"/>), so it can always be rebuilt from them.
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

    /// <summary>Since when the case has been in <see cref="State"/>.</summary>
    public required DateTimeOffset StateSince { get; init; }

    public required TicketStatus TicketStatus { get; init; }

    public required Priority Priority { get; init; }

    public required string AssignedTo { get; init; }

    public string? Description { get; init; }

    /// <summary>Custom facts about the case, by key.</summary>
    public IReadOnlyDictionary<string, JsonElement> Metadata { get; init; } = EmptyMetadata;

    /// <summary>How many messages the history holds.</summary>
    public long MessageCount { get; init; }

    public DateTimeOffset? LastMessageAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>
    /// When its content was erased, or null. An erased case keeps its trail of events and its version, nothing else;
    /// to every caller it is gone, until its ticket is initialized anew.
    /// </summary>
    public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>The number of events so far; each event raises it by one.</summary>
    public required long Version { get; init; }

    public static IReadOnlyDictionary<string, JsonElement> EmptyMetadata { get; } =
        new Dictionary<string, JsonElement>();
}
