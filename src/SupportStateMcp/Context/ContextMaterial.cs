using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Memory;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Context;

/// <summary>The parts of a context, in the order in which they are given room.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ContextPart>))]
public enum ContextPart
{
    /// <summary>The newest messages.</summary>
    Messages,

    /// <summary>The summary of older ones.</summary>
    Summary,

    /// <summary>What is known of the customer in a structured form.</summary>
    Profile,

    /// <summary>What is remembered of the customer that fits.</summary>
    Memories,

    /// <summary>Articles of the knowledge base that fit.</summary>
    Articles,

    /// <summary>Other conversations of the customer.</summary>
    EarlierConversations,

    /// <summary>What is planned and not done.</summary>
    Tasks,

    /// <summary>What those who work on the conversation share for a short time.</summary>
    Session,
}

/// <summary>All that a context is made of; how much of it has room is another question.</summary>
public sealed record ContextMaterial
{
    public required Conversation Conversation { get; init; }

    /// <summary>The parts that are wanted.</summary>
    public required IReadOnlySet<ContextPart> Included { get; init; }

    public ContextStrategy Strategy { get; init; }

    /// <summary>The newest messages in chronological order, more than have room where there are so many.</summary>
    public IReadOnlyList<Message> Messages { get; init; } = [];

    public CustomerProfile? Profile { get; init; }

    /// <summary>The best first.</summary>
    public IReadOnlyList<MemoryItem> Memories { get; init; } = [];

    /// <summary>The best first.</summary>
    public IReadOnlyList<KnowledgeHit> Articles { get; init; } = [];

    /// <summary>Other conversations of the customer, the one that changed last first.</summary>
    public IReadOnlyList<Conversation> EarlierConversations { get; init; } = [];

    public IReadOnlyList<SessionValue> Session { get; init; } = [];

    /// <summary>Parts that could not be read now, because the service behind them does not answer.</summary>
    public IReadOnlyList<ContextPart> Unavailable { get; init; } = [];

    /// <summary>The messages that are to be summarised now; null where none are, or nobody summarises.</summary>
    public SummaryDue? SummaryDue => Strategy == ContextStrategy.Summarise ? Conversation.SummaryDue : null;
}
