using System.Text.Json;

namespace SupportStateMcp.Conversations;

/// <summary>What is said, before it has a place in the history.</summary>
internal sealed record MessageDraft(string MessageId, MessageRole Role, string Content)
{
    /// <summary>What the ids of messages begin with that the rules name themselves: no caller's id can be one of them.</summary>
    public const string ReservedIdPrefix = "~";

    public bool HasReservedId => MessageId.StartsWith(ReservedIdPrefix, StringComparison.Ordinal);

    public Visibility Visibility { get; init; }

    public bool Automated { get; init; }

    public long? InReplyTo { get; init; }

    /// <inheritdoc cref="Message.ToolCallId"/>
    public string? ToolCallId { get; init; }

    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>True for what the customer hears from the desk, no matter who says it and in which role.</summary>
    public bool ReachesCustomer => Visibility == Visibility.Public && Role != MessageRole.User;

    /// <summary>True for what answers the customer: what tools return and systems note does not, nor what a program sends by itself.</summary>
    public bool Answers => ReachesCustomer && Role == MessageRole.Assistant && !Automated;

    /// <summary>True for what the customer wrote themselves.</summary>
    public bool IsOfCustomer => Role == MessageRole.User && !Automated;
}
