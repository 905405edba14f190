using System.ComponentModel;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

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

    /// <summary>The whole page.</summary>
    public static QueueView Of(QueuePage page, DateTimeOffset now) => new()
    {
        Conversations = [.. page.Conversations.Select(c => QueueEntryView.Of(c, now, int.MaxValue))],
        Total = page.Total,
        NextCursor = QueueCursorText.Encode(page.Next),
    };

    /// <summary>As much of the page as an answer has room for, with long texts shortened.</summary>
    public static QueueView Of(QueuePage page, DateTimeOffset now, AnswerSize size)
    {
        var (shown, isCut) = AnswerBudget.Fit(page.Conversations.Select(c => QueueEntryView.Of(c, now, size.IsFull ? int.MaxValue : LongestText)), size);
        return new QueueView
        {
            Conversations = shown,
            Total = page.Total,
            NextCursor = QueueCursorText.Encode(isCut ? QueueCursor.Of(page.Conversations[shown.Count - 1]) : page.Next),
        };
    }

    /// <summary>How much is shown of a reason or a summary, in characters.</summary>
    private const int LongestText = 400;
}

/// <summary>One who waits.</summary>
public sealed record QueueEntryView
{
    public required string ConversationId { get; init; }

    public required string Queue { get; init; }

    public required Priority Priority { get; init; }

    [Description("Since when somebody waits: the customer's first unanswered message, else the handoff.")]
    [JsonConverter(typeof(SecondsConverter))]
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
    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? EscalatedAt { get; init; }

    public required long Version { get; init; }

    /// <param name="c">The conversation.</param>
    /// <param name="now">The time.</param>
    /// <param name="most">How much is shown of a reason or a summary, in characters.</param>
    public static QueueEntryView Of(Conversation c, DateTimeOffset now, int most) => new()
    {
        ConversationId = c.ConversationId,
        Queue = c.Queue!,
        Priority = c.Priority,
        WaitingSince = c.QueuedSince,
        WaitingSeconds = Math.Max(0, (long)(now - c.QueuedSince).TotalSeconds),
        UserId = c.UserId,
        State = c.State,
        TicketStatus = c.TicketStatus,
        Reason = Shortened(c.Handoff?.Reason, most),
        Summary = Shortened(c.Handoff?.Summary, most),
        EscalatedAt = c.Handoff?.At,
        Version = c.Version,
    };

    private static string? Shortened(string? text, int most) => text is null || text.Length <= most
        ? text
        : $"{ShortText.Beginning(text, most)}… [shortened: get_state shows all {text.Length} characters]";
}
