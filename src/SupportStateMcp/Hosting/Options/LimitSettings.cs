namespace SupportStateMcp.Hosting;

/// <summary>The section <c>limits</c>.</summary>
public sealed class LimitSettings
{
    public string? CallsPerMinute { get; set; }

    public string? WritesPerMinutePerCustomer { get; set; }

    public string? ConversationsPerCallerAndDay { get; set; }

    public string? MessagesPerConversation { get; set; }

    public string? StreamsPerCaller { get; set; }
}
