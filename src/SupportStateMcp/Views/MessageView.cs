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

    public required long Number { get; init; }

    public required MessageRole Role { get; init; }

    public required string Content { get; init; }

    /// <summary>How to get the rest of a content that is shortened.</summary>
    public string? Rest { get; init; }

    /// <summary>Left out for a public message, unless all there is was asked for.</summary>
    public Visibility? Visibility { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Automated { get; init; }

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

    /// <summary>The newest messages that an answer has room for, in chronological order; at least one. Long contents are shortened.</summary>
    public static IReadOnlyList<MessageView> Newest(IReadOnlyList<Message> messages, AnswerSize size)
    {
        var budget = new AnswerBudget(size);
        var shown = new List<MessageView>();
        for (var i = messages.Count - 1; i >= 0; i--)
        {
            var around = AroundOf(messages[i], size.IsFull);
            var view = Of(messages[i], size.IsFull, Math.Min(Limits.ShownContent, shown.Count == 0 ? budget.Left - around : int.MaxValue));
            if (!budget.Takes(AnswerBudget.LengthOf(view.Content) + around))
                break;
            shown.Add(view);
        }

        shown.Reverse();
        for (var i = shown.Count - 1; i > 0 && !size.IsFull; i--)
        {
            if (shown[i].At!.Value.UtcTicks / TimeSpan.TicksPerMinute == shown[i - 1].At!.Value.UtcTicks / TimeSpan.TicksPerMinute)
                shown[i] = shown[i] with { At = null };
        }

        return shown;
    }

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
        + (m.Metadata?.Sum(f => AnswerBudget.LengthOf(f.Key) + f.Value.GetRawText().Length + 4) ?? 0)
        + (isFull ? AnswerBudget.LengthOf(m.MessageId) + m.RecordedBy.Length + Around : 0);
}
