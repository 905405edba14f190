using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Views;

/// <summary>One message of a conversation's history: what matters, or with <c>detail: full</c> all there is.</summary>
public sealed record MessageView
{
    /// <summary>What a message takes in addition to its content and what a caller gave with it, in characters of JSON.</summary>
    internal const int Around = 300;

    /// <summary>Left out in the format of OpenAI, which has roles and contents only.</summary>
    public long? Number { get; init; }

    /// <summary>The conversation that it belongs to, in an answer with several.</summary>
    public string? ConversationId { get; init; }

    public required MessageRole Role { get; init; }

    public required string Content { get; init; }

    /// <summary>How to get the rest of a content that is shortened.</summary>
    public string? Rest { get; init; }

    /// <summary>Left out for a public message, unless all there is was asked for.</summary>
    public Visibility? Visibility { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Automated { get; init; }

    /// <summary>The id of the tool call that it makes, or whose result it is.</summary>
    public string? ToolCallId { get; init; }

    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>When it was said; left out within the minute of the message before it, unless all there is was asked for.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? At { get; init; }

    public string? MessageId { get; init; }

    public long? InReplyTo { get; init; }

    public string? RecordedBy { get; init; }

    [JsonConverter(typeof(ExactTimeConverter))]
    public DateTimeOffset? RecordedAt { get; init; }

    public long? Version { get; init; }

    /// <summary>All there is to say of a message.</summary>
    public static MessageView Of(Message m) => Of(m, isFull: true, int.MaxValue);

    /// <summary>Role and content alone, as a chat completion takes them. A content that has no room is cut, and says so.</summary>
    public static MessageView Plain(Message m, int most)
    {
        var shown = most == int.MaxValue ? m.Content.Length : AnswerBudget.Fitting(m.Content, most);
        return new MessageView
        {
            Role = m.Role,
            Content = shown == m.Content.Length ? m.Content : string.Create(CultureInfo.InvariantCulture, $"{m.Content[..shown]}… [{shown} of {m.Content.Length} characters shown]"),
        };
    }

    /// <summary>The newest messages that an answer has room for, in chronological order; at least one. Long contents are shortened.</summary>
    public static IReadOnlyList<MessageView> Newest(IReadOnlyList<Message> messages, AnswerSize size) => Newest(messages, new AnswerBudget(size), size);

    /// <summary>The same with what is left of an answer's room.</summary>
    internal static IReadOnlyList<MessageView> Newest(IReadOnlyList<Message> messages, AnswerBudget budget, AnswerSize size)
    {
        var shown = new List<MessageView>();
        for (var i = messages.Count - 1; i >= 0; i--)
        {
            var around = AroundOf(messages[i], size.IsFull);
            var most = budget.IsEmpty ? budget.Left - around : int.MaxValue;
            var view = size.IsPlain ? Plain(messages[i], most) : Of(messages[i], size.IsFull, Math.Min(Limits.ShownContent, most));
            if (!budget.Takes(AnswerBudget.LengthOf(view.Content) + around))
                break;
            shown.Add(view);
        }

        shown.Reverse();
        return size.IsFull ? shown : WithoutRepeatedTimes(shown);
    }

    /// <summary>The messages without the times that are within the minute of the message before.</summary>
    internal static IReadOnlyList<MessageView> WithoutRepeatedTimes(IReadOnlyList<MessageView> messages) =>
        [.. messages.Select((m, i) => i > 0 && Minute(m) is { } minute && minute == Minute(messages[i - 1]) ? m with { At = null } : m)];

    private static long? Minute(MessageView message) => message.At?.UtcTicks / TimeSpan.TicksPerMinute;

    /// <param name="m">The message.</param>
    /// <param name="isFull">Whether all there is to say of it is said.</param>
    /// <param name="most">How much of its content is shown, in characters of JSON.</param>
    /// <param name="offset">From which character of it on.</param>
    internal static MessageView Of(Message m, bool isFull, int most, int offset = 0)
    {
        var end = most == int.MaxValue ? m.Content.Length : offset + AnswerBudget.Fitting(m.Content.AsSpan(offset), most);
        return new MessageView
        {
            Number = m.Number,
            Role = m.Role,
            Content = offset == 0 && end == m.Content.Length ? m.Content : m.Content[offset..end],
            Rest = end == m.Content.Length ? null : string.Create(
                CultureInfo.InvariantCulture,
                $"{end - offset} of {m.Content.Length} characters shown; get_history(conversation_id, number: {m.Number}, offset: {end}) returns what follows"),
            Visibility = isFull || m.Visibility != Conversations.Visibility.Public ? m.Visibility : null,
            Automated = m.Automated,
            ToolCallId = m.ToolCallId,
            Metadata = m.Metadata,
            At = m.At,
            MessageId = isFull ? m.MessageId : null,
            InReplyTo = isFull ? m.InReplyTo : null,
            RecordedBy = isFull ? m.RecordedBy : null,
            RecordedAt = isFull ? m.At : null,
            Version = isFull ? m.Version : null,
        };
    }

    private static int AroundOf(Message m, bool isFull) =>
        Around
        + (m.ToolCallId is { } call ? AnswerBudget.LengthOf(call) : 0)
        + (m.Metadata?.Sum(f => AnswerBudget.LengthOf(f.Key) + f.Value.GetRawText().Length + 4) ?? 0)
        + (isFull ? AnswerBudget.LengthOf(m.MessageId) + m.RecordedBy.Length + Around : 0);
}
