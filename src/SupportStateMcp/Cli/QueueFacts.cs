using SupportStateMcp.Conversations;

namespace SupportStateMcp.Cli;

/// <summary>Who waits for a person.</summary>
/// <param name="Conversations">By priority, then by how long.</param>
/// <param name="Total">How many there are, shown or not.</param>
internal sealed record QueueFacts(IReadOnlyList<WaitingFacts> Conversations, int Total)
{
    public static QueueFacts Of(QueuePage page, DateTimeOffset now) => new([.. page.Conversations.Select(c => WaitingFacts.Of(c, now))], page.Total);
}

/// <summary>One conversation that waits.</summary>
internal sealed record WaitingFacts
{
    public required string ConversationId { get; init; }

    public required string Queue { get; init; }

    public required Priority Priority { get; init; }

    public required DateTimeOffset WaitingSince { get; init; }

    public required long WaitingSeconds { get; init; }

    public required string State { get; init; }

    public required TicketStatus TicketStatus { get; init; }

    public required string UserId { get; init; }

    /// <summary>Why a person is needed; null where nobody said so.</summary>
    public string? Reason { get; init; }

    /// <summary>What happened up to the handoff; null where nobody said so.</summary>
    public string? Summary { get; init; }

    public required int PendingApprovals { get; init; }

    public required long Version { get; init; }

    public static WaitingFacts Of(Conversation c, DateTimeOffset now) => new()
    {
        ConversationId = c.ConversationId,
        Queue = c.Queue!,
        Priority = c.Priority,
        WaitingSince = c.QueuedSince,
        WaitingSeconds = Math.Max(0, (long)(now - c.QueuedSince).TotalSeconds),
        State = c.State,
        TicketStatus = c.TicketStatus,
        UserId = c.UserId,
        Reason = c.Handoff?.Reason,
        Summary = c.Handoff?.Summary,
        PendingApprovals = c.PendingApprovals.Count(),
        Version = c.Version,
    };
}
