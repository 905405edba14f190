using System.ComponentModel;
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

    public static HistoryView Of(HistoryPage page, WorkflowDefinition workflow, AnswerSize size)
    {
        var messages = MessageView.Newest(page.Messages, size);
        return Of(page, messages, workflow) with
        {
            Before = messages.Count < page.Messages.Count ? messages[0].Number : page.Before,
        };
    }

    /// <summary>One message alone, from a character of its content on.</summary>
    public static HistoryView OfOne(HistoryPage page, int offset, WorkflowDefinition workflow, AnswerSize size) =>
        Of(page, [MessageView.Of(page.Messages[0], size.IsFull, new AnswerBudget(size).Left - MessageView.Around, offset)], workflow);

    /// <summary>A page with all there is to say of each message; who asks has bounded what was read.</summary>
    public static HistoryView Whole(HistoryPage page, WorkflowDefinition workflow) =>
        Of(page, [.. page.Messages.Select(MessageView.Of)], workflow) with { Before = page.Before };

    private static HistoryView Of(HistoryPage page, IReadOnlyList<MessageView> messages, WorkflowDefinition workflow) => new()
    {
        ConversationId = page.Conversation.ConversationId,
        Messages = messages,
        MessageCount = page.Conversation.MessageCount,
        State = page.Conversation.State,
        Version = page.Conversation.Version,
        AllowedTransitions = workflow.AllowedFrom(page.Conversation.State),
    };
}
