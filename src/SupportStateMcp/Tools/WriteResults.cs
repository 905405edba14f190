using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using SupportStateMcp.Briefing;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tools;

/// <summary>What every change of a case answers.</summary>
public abstract record WriteResult
{
    protected WriteResult() { }

    [SetsRequiredMembers]
    protected WriteResult(ConversationId id, Outcome outcome, WorkflowDefinition workflow)
    {
        ConversationId = id.Value;
        State = outcome.Receipt.State;
        Owner = outcome.Receipt.Owner?.ToString();
        Epoch = outcome.Receipt.Epoch;
        Version = outcome.Receipt.Version;
        AllowedTransitions = workflow.AllowedFrom(outcome.Receipt.State);
        Replayed = outcome.Replayed;
    }

    [JsonPropertyOrder(-1)]
    public required string ConversationId { get; init; }

    [Description("The state after the call.")]
    public required string State { get; init; }

    [Description(Describe.Owner)]
    public string? Owner { get; init; }

    [Description(Describe.Epoch)]
    public required long Epoch { get; init; }

    [Description("The version after the call.")]
    public required long Version { get; init; }

    [Description("The states that transition_state accepts next.")]
    public required IReadOnlyList<string> AllowedTransitions { get; init; }

    [Description("True where this is the first outcome of a repeated call.")]
    public required bool Replayed { get; init; }
}

/// <summary>What <c>transition_state</c> answers.</summary>
public sealed record TransitionResult : WriteResult
{
    public TransitionResult() { }

    [SetsRequiredMembers]
    public TransitionResult(ConversationId id, Outcome outcome, WorkflowDefinition workflow) : base(id, outcome, workflow)
    {
        PreviousState = outcome.Receipt.PreviousState;
        TicketStatus = outcome.Receipt.TicketStatus;
        Guidance = Advice.Of(outcome.Receipt, workflow);
    }

    public string? PreviousState { get; init; }

    [Description("What the customer sees; a move to a terminal state solves an open or pending ticket.")]
    public required TicketStatus TicketStatus { get; init; }

    [Description(Describe.Guidance)]
    public required string Guidance { get; init; }
}

/// <summary>What <c>add_message</c> answers.</summary>
public sealed record AddMessageResult : WriteResult
{
    public AddMessageResult() { }

    [SetsRequiredMembers]
    public AddMessageResult(ConversationId id, string messageId, Outcome outcome, WorkflowDefinition workflow) : base(id, outcome, workflow)
    {
        MessageId = messageId;
        // A message is the last one of the history it makes.
        Number = outcome.Receipt.MessageCount;
        MessageCount = outcome.Receipt.MessageCount;
    }

    [Description("The id of the message; repeat the call with it to be sure the message is there once.")]
    public required string MessageId { get; init; }

    [Description("The place of the message in the history, from 1.")]
    public required long Number { get; init; }

    [Description("How many messages the history held after this one.")]
    public required long MessageCount { get; init; }
}

/// <summary>What <c>update_metadata</c> answers.</summary>
public sealed record UpdateMetadataResult : WriteResult
{
    public UpdateMetadataResult() { }

    [SetsRequiredMembers]
    public UpdateMetadataResult(ConversationId id, Outcome outcome, WorkflowDefinition workflow) : base(id, outcome, workflow)
    {
        TicketStatus = outcome.Receipt.TicketStatus;
        Priority = outcome.Receipt.Priority;
        AssignedTo = outcome.Receipt.AssignedTo;
    }

    public required TicketStatus TicketStatus { get; init; }

    public required Priority Priority { get; init; }

    public required string AssignedTo { get; init; }
}

/// <summary>What <c>delete_conversation</c> answers.</summary>
public sealed record DeleteResult
{
    public required string ConversationId { get; init; }

    [Description("When the content was erased.")]
    public required DateTimeOffset ErasedAt { get; init; }

    [Description("What was erased, and what was kept.")]
    public required Erasure Erased { get; init; }

    public required long Version { get; init; }
}

/// <summary>What an erasure took and left.</summary>
public sealed record Erasure
{
    [Description("How many messages were erased, with their content.")]
    public required long Messages { get; init; }

    [Description("True: user, description and custom facts are gone from the snapshot and the events.")]
    public required bool Snapshot { get; init; }

    [Description("How many events remain as the audit trail, without content, until the case would have expired.")]
    public required long EventsKept { get; init; }
}
