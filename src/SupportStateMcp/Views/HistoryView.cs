using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Views;

/// <summary>What <c>get_history</c> answers.</summary>
public sealed record HistoryView
{
    public required string ConversationId { get; init; }

    [Description("In chronological order.")]
    public required IReadOnlyList<MessageView> Messages { get; init; }

    [Description("Pass it as before to get older messages; absent where there are none.")]
    public long? Before { get; init; }

    [Description("How many messages the whole history holds.")]
    public required long MessageCount { get; init; }

    public required string State { get; init; }

    public required long Version { get; init; }

    [Description("The states that transition_state accepts now.")]
    public required IReadOnlyList<string> AllowedTransitions { get; init; }

    public static HistoryView Of(HistoryPage page, WorkflowDefinition workflow) => new()
    {
        ConversationId = page.Conversation.ConversationId,
        Messages = [.. page.Messages.Select(MessageView.Of)],
        Before = page.Before,
        MessageCount = page.Conversation.MessageCount,
        State = page.Conversation.State,
        Version = page.Conversation.Version,
        AllowedTransitions = workflow.AllowedFrom(page.Conversation.State),
    };
}

/// <summary>One message of a conversation's history.</summary>
public sealed record MessageView
{
    public required long Number { get; init; }

    public required string MessageId { get; init; }

    public required MessageRole Role { get; init; }

    public required string Content { get; init; }

    public Visibility Visibility { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Automated { get; init; }

    public long? InReplyTo { get; init; }

    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string RecordedBy { get; init; }

    public required long Version { get; init; }

    public static MessageView Of(Message m) => new()
    {
        Number = m.Number,
        MessageId = m.MessageId,
        Role = m.Role,
        Content = m.Content,
        Visibility = m.Visibility,
        Automated = m.Automated,
        InReplyTo = m.InReplyTo,
        Metadata = m.Metadata,
        At = m.At,
        RecordedBy = m.RecordedBy,
        Version = m.Version,
    };
}
