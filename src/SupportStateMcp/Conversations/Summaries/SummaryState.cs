using System.Text.Json.Serialization;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

/// <summary>What a conversation's messages say, up to one of them, in short. The messages stay.</summary>
/// <param name="Through">The number of the last message that it covers; it covers all before, too.</param>
/// <param name="Text">1 to <see cref="Limits.Summary"/> characters.</param>
/// <param name="By">Who made it.</param>
/// <param name="At">When.</param>
public sealed record ConversationSummary(long Through, string Text, Actor By, DateTimeOffset At);

/// <summary>Messages that are due to be summarised.</summary>
/// <param name="From">The number of the first.</param>
/// <param name="To">The number of the last.</param>
public sealed record SummaryDue(long From, long To)
{
    /// <summary>As long as no more than so many messages are without a summary, none is due.</summary>
    public const int Unsummarised = 20;

    /// <summary>How many messages one summary adds, the oldest first.</summary>
    public const int Messages = 10;
}

public sealed partial record Conversation
{
    /// <summary>The newest summary of the messages; null where there is none.</summary>
    public ConversationSummary? Summary { get; init; }

    /// <summary>The messages that are due to be summarised: the oldest ten, where more than twenty have no summary. Null where none are.</summary>
    [JsonIgnore]
    public SummaryDue? SummaryDue =>
        MessageCount - (Summary?.Through ?? 0) > SummaryDue.Unsummarised
            ? new SummaryDue((Summary?.Through ?? 0) + 1, (Summary?.Through ?? 0) + SummaryDue.Messages)
            : null;
}
