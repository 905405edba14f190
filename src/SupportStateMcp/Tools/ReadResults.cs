using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tools;

/// <summary>What <c>get_history</c> answers.</summary>
public sealed record HistoryResult
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

    public static HistoryResult Of(HistoryPage page, WorkflowDefinition workflow) => new()
    {
        ConversationId = page.Case.ConversationId,
        Messages = page.Messages,
        Before = page.Before,
        MessageCount = page.Case.MessageCount,
        State = page.Case.State,
        Version = page.Case.Version,
        AllowedTransitions = workflow.AllowedFrom(page.Case.State),
    };
}

/// <summary>What <c>get_events</c> answers.</summary>
public sealed record EventsResult
{
    public required string ConversationId { get; init; }

    [Description("In the order in which they happened.")]
    public required IReadOnlyList<EventResult> Events { get; init; }

    [Description("Pass it as after to get later events; absent where there are none.")]
    public long? After { get; init; }

    [Description("The version of the case: that of its last event.")]
    public required long Version { get; init; }

    [Description("The states that transition_state accepts now; none where the case was erased.")]
    public required IReadOnlyList<string> AllowedTransitions { get; init; }

    public static EventsResult Of(EventsPage page, WorkflowDefinition workflow) => new()
    {
        ConversationId = page.Case.ConversationId,
        Events = [.. page.Events.Select(EventResult.Of)],
        After = page.After,
        Version = page.Case.Version,
        AllowedTransitions = page.Case.ErasedAt is null ? workflow.AllowedFrom(page.Case.State) : [],
    };
}

/// <summary>One entry of the audit trail: who, what, when, why.</summary>
public sealed record EventResult
{
    [Description("The version of the case after this event; the first is 1.")]
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
    public static EventResult Of(ConversationEvent e)
    {
        var facts = (JsonObject)JsonSerializer.SerializeToNode(e, ConversationJson.Readable.ConversationEvent)!;
        var type = facts["type"]!.GetValue<string>();
        foreach (var shown in (ReadOnlySpan<string>)["type", "version", "at", "actor", "reason"])
            facts.Remove(shown);

        return new EventResult
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
public sealed record ListResult
{
    [Description("Newest change first.")]
    public required IReadOnlyList<CaseSummary> Conversations { get; init; }

    [Description("Pass it as cursor to get the next page; absent on the last.")]
    public string? NextCursor { get; init; }
}

/// <summary>One line of a listing.</summary>
public sealed record CaseSummary
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

    public static CaseSummary Of(Conversation c, WorkflowDefinition workflow) => new()
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
