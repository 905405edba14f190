using System.ComponentModel;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Views;

/// <summary>What <c>list_conversations</c> answers.</summary>
public sealed record ConversationListView
{
    [Description("Newest change first.")]
    public required IReadOnlyList<ConversationSummaryView> Conversations { get; init; }

    [Description("Pass it as cursor to get the next page, also after one that is short or empty; absent on the last.")]
    public string? NextCursor { get; init; }

    public static ConversationListView Of(ConversationPage page, AnswerSize size)
    {
        var (shown, isCut) = AnswerBudget.Fit(page.Conversations.Select(ConversationSummaryView.Of), size);
        var next = isCut ? new ConversationCursor(page.Conversations[shown.Count - 1].UpdatedAt, shown[^1].ConversationId) : page.Next;
        return new ConversationListView { Conversations = shown, NextCursor = ConversationCursorText.Encode(next) };
    }
}

/// <summary>One line of a listing.</summary>
public sealed record ConversationSummaryView
{
    /// <summary>How much of a description is shown, in characters.</summary>
    private const int DescriptionLength = 120;

    public required string ConversationId { get; init; }

    public required string UserId { get; init; }

    public required string State { get; init; }

    public required TicketStatus TicketStatus { get; init; }

    public required Priority Priority { get; init; }

    public required string AssignedTo { get; init; }

    [Description(FieldText.Owner)]
    public required string Owner { get; init; }

    [Description("Since when somebody waits; absent where nobody does.")]
    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? WaitingSince { get; init; }

    [Description("Until when the person who owns it has to answer; absent where nothing runs out.")]
    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? LeaseUntil { get; init; }

    [Description("The beginning of its description; get_state has all of it.")]
    public string? Description { get; init; }

    public required long MessageCount { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    public required long Version { get; init; }

    public static ConversationSummaryView Of(Conversation c) => new()
    {
        ConversationId = c.ConversationId,
        UserId = c.UserId,
        State = c.State,
        TicketStatus = c.TicketStatus,
        Priority = c.Priority,
        AssignedTo = c.AssignedTo,
        Owner = c.Owner.ToString(),
        WaitingSince = c.WaitingSince,
        LeaseUntil = c.LeaseUntil,
        Description = Beginning(c.Description),
        MessageCount = c.MessageCount,
        UpdatedAt = c.UpdatedAt,
        Version = c.Version,
    };

    private static string? Beginning(string? text)
    {
        if (text is null || text.Length <= DescriptionLength)
            return text;
        // No half of a pair at the cut.
        var length = DescriptionLength - (char.IsHighSurrogate(text[DescriptionLength - 1]) ? 1 : 0);
        return text[..length] + "…";
    }
}
