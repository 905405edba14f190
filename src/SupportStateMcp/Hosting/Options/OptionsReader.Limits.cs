using SupportStateMcp.Conversations;

namespace SupportStateMcp.Hosting;

/// <content>The section <c>limits</c>.</content>
public sealed partial class OptionsReader
{
    private LimitOptions LimitsOf()
    {
        var given = _settings.Limits;
        return new LimitOptions
        {
            CallsPerMinute = Limit("callsPerMinute", given.CallsPerMinute, RateRule.MostPerMinute, "calls"),
            WritesPerMinutePerCustomer = Limit("writesPerMinutePerCustomer", given.WritesPerMinutePerCustomer, RateRule.MostPerMinute, "writes"),
            ConversationsPerCallerAndDay = Limit("conversationsPerCallerAndDay", given.ConversationsPerCallerAndDay, 1_000_000, "conversations"),
            MessagesPerConversation = Limit("messagesPerConversation", given.MessagesPerConversation, 1_000_000, "messages"),
            StreamsPerCaller = Limit("streamsPerCaller", given.StreamsPerCaller, Http.RequestCap.Most, "streams"),
        };
    }

    private int? Limit(string key, string? text, int most, string unit) =>
        Number($"limits.{key}", text, 0, 0, most, $"{unit}, 0 for no limit") is > 0 and var limit ? limit : null;
}
