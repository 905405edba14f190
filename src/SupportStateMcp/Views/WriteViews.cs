using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Views;

/// <summary>What every change of a conversation answers.</summary>
public abstract record WriteView
{
    protected WriteView() { }

    [SetsRequiredMembers]
    protected WriteView(ConversationId id, Outcome outcome, WorkflowDefinition workflow)
    {
        ConversationId = id.Value;
        State = outcome.IdempotencyRecord.State;
        Owner = outcome.IdempotencyRecord.Owner?.ToString();
        Epoch = outcome.IdempotencyRecord.Epoch;
        Version = outcome.IdempotencyRecord.Version;
        AllowedTransitions = workflow.AllowedFrom(outcome.IdempotencyRecord.State);
        Replayed = outcome.Replayed;
    }

    [JsonPropertyOrder(-1)]
    public required string ConversationId { get; init; }

    [Description("The state after the call.")]
    public required string State { get; init; }

    [Description(FieldText.Owner)]
    public string? Owner { get; init; }

    [Description(FieldText.Epoch)]
    public required long Epoch { get; init; }

    [Description("The version after the call.")]
    public required long Version { get; init; }

    [Description("The states that transition_state accepts next.")]
    public required IReadOnlyList<string> AllowedTransitions { get; init; }

    [Description("True where this is the first outcome of a repeated call.")]
    public required bool Replayed { get; init; }
}

/// <summary>What <c>transition_state</c> answers.</summary>
public sealed record TransitionView : WriteView
{
    public TransitionView() { }

    [SetsRequiredMembers]
    public TransitionView(ConversationId id, Outcome outcome, WorkflowDefinition workflow) : base(id, outcome, workflow)
    {
        PreviousState = outcome.IdempotencyRecord.PreviousState;
        TicketStatus = outcome.IdempotencyRecord.TicketStatus;
        Guidance = GuidanceBuilder.Of(outcome.IdempotencyRecord, workflow);
    }

    public string? PreviousState { get; init; }

    [Description("What the customer sees; a move to a terminal state solves an open or pending ticket.")]
    public required TicketStatus TicketStatus { get; init; }

    [Description(FieldText.Guidance)]
    public required string Guidance { get; init; }
}

/// <summary>What <c>reopen_conversation</c> answers.</summary>
public sealed record ReopenView : WriteView
{
    public ReopenView() { }

    [SetsRequiredMembers]
    public ReopenView(Reopened reopened, WorkflowDefinition workflow)
        : base(Conversations.ConversationId.TryParse(reopened.Conversation.Conversation.ConversationId)!.Value, reopened.Conversation, workflow)
    {
        Outcome = reopened.Outcome;
        Created = reopened.Created;
        FollowsUp = reopened.Conversation.Conversation.FollowsUp;
        Guidance = GuidanceBuilder.Of(reopened, workflow);
    }

    [Description("Which it did: the conversation was not closed; it is open again; or it stays closed and goes on in the follow-up conversation_id.")]
    public required ReopenOutcome Outcome { get; init; }

    [Description("True where this call opened the follow-up conversation.")]
    public required bool Created { get; init; }

    [Description("The closed conversation that conversation_id goes on from; absent where it is no follow-up.")]
    public string? FollowsUp { get; init; }

    [Description(FieldText.Guidance)]
    public required string Guidance { get; init; }
}

/// <summary>What <c>add_message</c> answers.</summary>
public sealed record AddMessageView : WriteView
{
    public AddMessageView() { }

    [SetsRequiredMembers]
    public AddMessageView(ConversationId id, string messageId, Outcome outcome, WorkflowDefinition workflow, bool isOfCustomer = false)
        : base(id, outcome, workflow)
    {
        Guidance = isOfCustomer ? GuidanceBuilder.OfLate(outcome.Conversation) : null;
        MessageId = messageId;
        // A message is the last one of the history it makes.
        Number = outcome.IdempotencyRecord.MessageCount;
        MessageCount = outcome.IdempotencyRecord.MessageCount;
    }

    [Description("The id of the message; repeat the call with it to be sure the message is there once.")]
    public required string MessageId { get; init; }

    [Description("The place of the message in the history, from 1.")]
    public required long Number { get; init; }

    [Description("How many messages the history held after this one.")]
    public required long MessageCount { get; init; }

    [Description("Only where the customer wrote to a conversation that stays closed: how to go on.")]
    public string? Guidance { get; init; }
}

/// <summary>What <c>update_metadata</c> answers.</summary>
public sealed record UpdateMetadataView : WriteView
{
    public UpdateMetadataView() { }

    [SetsRequiredMembers]
    public UpdateMetadataView(ConversationId id, Outcome outcome, WorkflowDefinition workflow) : base(id, outcome, workflow)
    {
        TicketStatus = outcome.IdempotencyRecord.TicketStatus;
        Priority = outcome.IdempotencyRecord.Priority;
        AssignedTo = outcome.IdempotencyRecord.AssignedTo;
    }

    public required TicketStatus TicketStatus { get; init; }

    public required Priority Priority { get; init; }

    public required string AssignedTo { get; init; }
}

/// <summary>What <c>delete_conversation</c> answers.</summary>
public sealed record DeleteView
{
    public required string ConversationId { get; init; }

    [Description("When the content was erased.")]
    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset ErasedAt { get; init; }

    [Description("What was erased, and what was kept.")]
    public required ErasureView Erased { get; init; }

    public required long Version { get; init; }
}

/// <summary>What an erasure took and left.</summary>
public sealed record ErasureView
{
    [Description("How many messages were erased, with their content.")]
    public required long Messages { get; init; }

    [Description("True: user, description and custom facts are gone from the snapshot and the events.")]
    public required bool Snapshot { get; init; }

    [Description("How many events remain as the audit trail, without content, until the conversation would have expired.")]
    public required long EventsKept { get; init; }

    [Description("Only where traces of the content are left in the store's file: why, and when they go. Tell the people who run the server.")]
    public string? Remaining { get; init; }
}
