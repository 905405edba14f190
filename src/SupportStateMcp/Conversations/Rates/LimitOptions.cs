namespace SupportStateMcp.Conversations;

/// <summary>How much callers may do, and how large conversations get. Null: no limit, which costs nothing.</summary>
public sealed record LimitOptions
{
    /// <summary>Calls of one caller in a minute.</summary>
    public int? CallsPerMinute { get; init; }

    /// <summary>Writes of programs to the conversations of one customer in a minute.</summary>
    public int? WritesPerMinutePerCustomer { get; init; }

    /// <summary>Conversations that one caller opens in a day.</summary>
    public int? ConversationsPerCallerAndDay { get; init; }

    /// <summary>From how many messages on a conversation takes no more of programs.</summary>
    public int? MessagesPerConversation { get; init; }

    /// <summary>Streams that one caller has open at a time in a process.</summary>
    public int? StreamsPerCaller { get; init; }
}
