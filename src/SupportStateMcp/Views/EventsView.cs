using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Views;

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

    public static EventsView Of(EventsPage page, WorkflowDefinition workflow, AnswerSize size)
    {
        var (events, isCut) = AnswerBudget.Fit(page.Events.Select(EventView.Of), size);
        return new EventsView
        {
            ConversationId = page.Conversation.ConversationId,
            Events = events,
            After = isCut ? events[^1].Version : page.After,
            Version = page.Conversation.Version,
            AllowedTransitions = page.Conversation.ErasedAt is null ? workflow.AllowedFrom(page.Conversation.State) : [],
        };
    }
}

/// <summary>One entry of the audit trail: who, what, when, why.</summary>
public sealed record EventView
{
    [Description("The version of the conversation after this event; the first is 1.")]
    public required long Version { get; init; }

    [Description("What happened: conversation_initialized, message_added, state_transitioned, owner_changed, lease_extended, conversation_escalated, follow_up_opened, metadata_updated, approval_requested, approval_decided, approval_used, approval_expired, summary_saved, task_created, task_planned, task_advanced, checkpoint_set, rolled_back, fork_announced, fork_opened, conversation_erased.")]
    public required string Type { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset At { get; init; }

    [Description("Who did it, as kind:id.")]
    public required string Actor { get; init; }

    [Description("Why, in the words of the one who did it.")]
    public string? Reason { get; init; }

    [Description("The facts of the event; of a message its id, role and digest, never its content.")]
    public required JsonObject Details { get; init; }

    private static readonly ConversationJson s_json = new(new JsonSerializerOptions(ConversationJson.Readable.Options) { Converters = { new SecondsConverter() } });

    /// <summary>The event as callers see it.</summary>
    public static EventView Of(ConversationEvent e)
    {
        var facts = (JsonObject)JsonSerializer.SerializeToNode(e, s_json.ConversationEvent)!;
        var type = facts["type"]!.GetValue<string>();
        foreach (var shown in (ReadOnlySpan<string>)["type", "version", "at", "actor", "reason"])
            facts.Remove(shown);
        // Of the tasks that a rollback or a copy brings, which they are and where they stand: what is in each, its own events say.
        if (facts["tasks"] is JsonArray tasks)
            facts["tasks"] = new JsonArray([.. tasks.Select(Named)]);

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

    private static JsonNode Named(JsonNode? task) => new JsonObject
    {
        ["task_id"] = task!["task_id"]!.DeepClone(), ["state"] = task["state"]!.DeepClone(), ["changed_in"] = task["changed_in"]!.DeepClone(),
    };
}
