using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Cli;

/// <summary>All that a person needs to know of a conversation.</summary>
internal sealed record ConversationFacts
{
    public required string ConversationId { get; init; }

    public required string TicketId { get; init; }

    public required string UserId { get; init; }

    public required string State { get; init; }

    public required TicketStatus TicketStatus { get; init; }

    public required Priority Priority { get; init; }

    public required Owner Owner { get; init; }

    public required DateTimeOffset OwnerSince { get; init; }

    public required long Epoch { get; init; }

    /// <summary>Until when the owner has to answer; null where nobody has to.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>The queue in which the conversation waits for a person; null where it does not.</summary>
    public string? Queue { get; init; }

    /// <summary>Since when somebody waits for an answer; null where nobody does.</summary>
    public DateTimeOffset? WaitingSince { get; init; }

    public long? WaitingSeconds { get; init; }

    public string? Description { get; init; }

    public HandoffFacts? Handoff { get; init; }

    /// <summary>The last time a person had the conversation.</summary>
    public HumanTakeover? HumanTakeover { get; init; }

    public required IReadOnlyList<ApprovalFacts> PendingApprovals { get; init; }

    /// <summary>The last messages, in chronological order.</summary>
    public required IReadOnlyList<Message> Messages { get; init; }

    public required long MessageCount { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    public DateTimeOffset? ReopenableUntil { get; init; }

    /// <summary>The conversation that this one goes on from.</summary>
    public string? FollowsUp { get; init; }

    /// <summary>The conversation in which this one goes on.</summary>
    public string? FollowUp { get; init; }

    public required IReadOnlyList<string> AllowedTransitions { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required long Version { get; init; }

    public static ConversationFacts Of(HistoryPage page, WorkflowDefinition workflow, DateTimeOffset now)
    {
        var c = page.Conversation;
        return new ConversationFacts
        {
            ConversationId = c.ConversationId,
            TicketId = c.TicketId,
            UserId = c.UserId,
            State = c.State,
            TicketStatus = c.TicketStatus,
            Priority = c.Priority,
            Owner = c.Owner,
            OwnerSince = c.OwnerSince,
            Epoch = c.Epoch,
            LeaseUntil = c.LeaseUntil,
            Queue = c.Queue,
            WaitingSince = c.WaitingSince,
            WaitingSeconds = c.WaitingSince is { } since ? Math.Max(0, (long)(now - since).TotalSeconds) : null,
            Description = c.Description,
            Handoff = c.Handoff is { } handoff ? HandoffFacts.Of(handoff) : null,
            HumanTakeover = c.HumanTakeover,
            PendingApprovals = [.. c.PendingApprovals.Select(a => ApprovalFacts.Of(a, c))],
            Messages = page.Messages,
            MessageCount = c.MessageCount,
            ClosedAt = c.ClosedAt,
            ReopenableUntil = c.ReopenableUntil,
            FollowsUp = c.FollowsUp,
            FollowUp = c.FollowUp,
            AllowedTransitions = workflow.AllowedFrom(c.State),
            UpdatedAt = c.UpdatedAt,
            Version = c.Version,
        };
    }
}

/// <summary>What whoever handed the conversation to people told them.</summary>
internal sealed record HandoffFacts(
    string Queue, string Reason, string Summary, string? OpenQuestion, IReadOnlyList<string> Promises, IReadOnlyList<string> Tried,
    IReadOnlyList<string> PendingApprovals, string By, DateTimeOffset At)
{
    public static HandoffFacts Of(Handoff h) =>
        new(h.Queue, h.Reason, h.Summary, h.OpenQuestion, h.Promises, h.Tried, h.PendingApprovals, h.By.ToString(), h.At);
}
