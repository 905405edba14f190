using System.ComponentModel;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Views;

/// <summary>What <c>get_history</c> answers.</summary>
public sealed record HistoryView
{
    public string? ConversationId { get; init; }

    [Description("Only where a customer was asked for.")]
    public string? UserId { get; init; }

    [Description("In chronological order; of a customer, conversation by conversation, the one that changed last first.")]
    public required IReadOnlyList<MessageView> Messages { get; init; }

    [Description("Pass it as before to get older messages; absent where there are none.")]
    public long? Before { get; init; }

    [Description("Of a customer: pass it as cursor for what follows; absent where nothing does. A page may be short or empty and still have one.")]
    public string? NextCursor { get; init; }

    [Description("How many messages the whole history holds.")]
    public long? MessageCount { get; init; }

    public string? State { get; init; }

    public long? Version { get; init; }

    [Description("The states that transition_state accepts now.")]
    public IReadOnlyList<string>? AllowedTransitions { get; init; }

    public static HistoryView Of(HistoryPage page, WorkflowDefinition workflow, AnswerSize size)
    {
        var messages = MessageView.Newest(page.Messages, size);
        return Of(page, messages, workflow) with
        {
            Before = messages.Count < page.Messages.Count ? page.Messages[^messages.Count].Number : page.Before,
        };
    }

    /// <summary>The messages of a customer's conversations, as many as an answer has room for.</summary>
    public static HistoryView Of(CustomerHistoryPage page, AnswerSize size)
    {
        var (budget, messages, next) = (new AnswerBudget(size), new List<MessageView>(), page.Next);
        foreach (var (conversation, read, _) in page.Conversations)
        {
            var shown = MessageView.Newest(read, budget, size);
            messages.AddRange(size.IsPlain ? shown : shown.Select(m => m with { ConversationId = conversation.ConversationId }));
            if (shown.Count == read.Count)
                continue;
            next = new CustomerHistoryCursor(conversation.UpdatedAt, conversation.ConversationId, read[^(shown.Count + 1)].Number + 1);
            break;
        }

        return new HistoryView { UserId = page.UserId, Messages = messages, NextCursor = CustomerHistoryCursorText.Encode(next) };
    }

    /// <summary>One message alone, from a character of its content on.</summary>
    public static HistoryView OfOne(HistoryPage page, int offset, WorkflowDefinition workflow, AnswerSize size) =>
        Of(page, [size.IsPlain
            ? MessageView.Plain(page.Messages[0], new AnswerBudget(size).Left - MessageView.Around)
            : MessageView.Of(page.Messages[0], size.IsFull, new AnswerBudget(size).Left - MessageView.Around, offset)], workflow);

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
