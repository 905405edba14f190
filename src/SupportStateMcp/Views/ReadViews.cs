using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Views;

/// <summary>What <c>get_history</c> answers.</summary>
public sealed record HistoryView
{
    public required string ConversationId { get; init; }

    [Description("In chronological order.")]
    public required IReadOnlyList<Message> Messages { get; init; }

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
        Messages = page.Messages,
        Before = page.Before,
        MessageCount = page.Conversation.MessageCount,
        State = page.Conversation.State,
        Version = page.Conversation.Version,
        AllowedTransitions = workflow.AllowedFrom(page.Conversation.State),
    };
}

/// <summary>What <c>get_events</c> answers.</summary>
public sealed record EventsView
{
    public required string ConversationId { get; init; }

    [Description("In the order in which they happened.")]
    public required IReadOnlyList<EventView> Events { get; init; }

    [Description("Pass it as after to get later events; absent where there are none.")]
    public long? After { get; init; }

    [Description("The version of the conversation: that of its last event.")]
    public required long Version { get; init; }

    [Description("The states that transition_state accepts now; none where the conversation was erased.")]
    public required IReadOnlyList<string> AllowedTransitions { get; init; }

    public static EventsView Of(EventsPage page, WorkflowDefinition workflow) => new()
    {
        ConversationId = page.Conversation.ConversationId,
        Events = [.. page.Events.Select(EventView.Of)],
        After = page.After,
        Version = page.Conversation.Version,
        AllowedTransitions = page.Conversation.ErasedAt is null ? workflow.AllowedFrom(page.Conversation.State) : [],
    };
}

/// <summary>One entry of the audit trail: who, what, when, why.</summary>
public sealed record EventView
{
    [Description("The version of the conversation after this event; the first is 1.")]
    public required long Version { get; init; }

    [Description("What happened: conversation_initialized, message_added, state_transitioned, owner_changed, lease_extended, conversation_escalated, follow_up_opened, metadata_updated, approval_requested, approval_decided, approval_used, approval_expired, conversation_erased.")]
    public required string Type { get; init; }

    public required DateTimeOffset At { get; init; }

    [Description("Who did it, as kind:id.")]
    public required string Actor { get; init; }

    [Description("Why, in the words of whoever did it.")]
    public string? Reason { get; init; }

    [Description("The facts of the event; of a message its id, role and digest, never its content.")]
    public required JsonObject Details { get; init; }

    /// <summary>The event as callers see it.</summary>
    public static EventView Of(ConversationEvent e)
    {
        var facts = (JsonObject)JsonSerializer.SerializeToNode(e, ConversationJson.Readable.ConversationEvent)!;
        var type = facts["type"]!.GetValue<string>();
        foreach (var shown in (ReadOnlySpan<string>)["type", "version", "at", "actor", "reason"])
            facts.Remove(shown);

        return new EventView
        {
            Version = e.Version,
            Type = type,
            At = e.At,
            Actor = e.Actor.ToString(),
            Reason = e.Reason,
            Details = facts,
        };
    }
}

/// <summary>What <c>list_conversations</c> answers.</summary>
public sealed record ListView
{
    [Description("Newest change first.")]
    public required IReadOnlyList<ConversationSummaryView> Conversations { get; init; }

    [Description("Pass it as cursor to get the next page; absent on the last.")]
    public string? NextCursor { get; init; }
}

/// <summary>One line of a listing.</summary>
public sealed record ConversationSummaryView
{
    public required string ConversationId { get; init; }

    public required string UserId { get; init; }

    public required string State { get; init; }

    public required TicketStatus TicketStatus { get; init; }

    public required Priority Priority { get; init; }

    public required string AssignedTo { get; init; }

    [Description(Describe.Owner)]
    public required string Owner { get; init; }

    [Description(Describe.Epoch)]
    public required long Epoch { get; init; }

    public required long MessageCount { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required long Version { get; init; }

    [Description("The states that transition_state accepts now.")]
    public required IReadOnlyList<string> AllowedTransitions { get; init; }

    public static ConversationSummaryView Of(Conversation c, WorkflowDefinition workflow) => new()
    {
        ConversationId = c.ConversationId,
        UserId = c.UserId,
        State = c.State,
        TicketStatus = c.TicketStatus,
        Priority = c.Priority,
        AssignedTo = c.AssignedTo,
        Owner = c.Owner.ToString(),
        Epoch = c.Epoch,
        MessageCount = c.MessageCount,
        UpdatedAt = c.UpdatedAt,
        Version = c.Version,
        AllowedTransitions = workflow.AllowedFrom(c.State),
    };
}
