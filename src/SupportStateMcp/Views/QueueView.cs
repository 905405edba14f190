using System.ComponentModel;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Views;

/// <summary>What <c>list_queue</c> answers.</summary>
public sealed record QueueView
{
    [Description("The most urgent first, and within a priority who has waited longest.")]
    public required IReadOnlyList<QueueEntryView> Conversations { get; init; }

    [Description("How many wait in all, on every page.")]
    public required int Total { get; init; }

    [Description("Pass it as cursor to get the next page; absent on the last.")]
    public string? NextCursor { get; init; }

    public static QueueView Of(QueuePage page, DateTimeOffset now) => new()
    {
        Conversations = [.. page.Conversations.Select(c => QueueEntryView.Of(c, now))],
        Total = page.Total,
        NextCursor = QueueCursorText.Encode(page.Next),
    };
}

/// <summary>One who waits.</summary>
public sealed record QueueEntryView
{
    public required string ConversationId { get; init; }

    public required string Queue { get; init; }

    public required Priority Priority { get; init; }

    [Description("Since when somebody waits: the customer's first unanswered message, else the handoff.")]
    public required DateTimeOffset WaitingSince { get; init; }

    public required long WaitingSeconds { get; init; }

    public required string UserId { get; init; }

    public required string State { get; init; }

    public required TicketStatus TicketStatus { get; init; }

    [Description("Why a person is needed; absent where nobody said.")]
    public string? Reason { get; init; }

    [Description("What happened up to the handoff; absent where nobody said.")]
    public string? Summary { get; init; }

    [Description("When that was said: at the last escalation, which need not be what brought the conversation here this time.")]
    public DateTimeOffset? EscalatedAt { get; init; }

    public required long Version { get; init; }

    public static QueueEntryView Of(Conversation c, DateTimeOffset now) => new()
    {
        ConversationId = c.ConversationId,
        Queue = c.Queue!,
        Priority = c.Priority,
        WaitingSince = c.QueuedSince,
        WaitingSeconds = Math.Max(0, (long)(now - c.QueuedSince).TotalSeconds),
        UserId = c.UserId,
        State = c.State,
        TicketStatus = c.TicketStatus,
        Reason = c.Handoff?.Reason,
        Summary = c.Handoff?.Summary,
        EscalatedAt = c.Handoff?.At,
        Version = c.Version,
    };
}
