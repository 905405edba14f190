using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Views;

/// <summary>A checkpoint as <c>checkpoint</c> and <c>list_checkpoints</c> show it.</summary>
public sealed record CheckpointView
{
    public required string Name { get; init; }

    [Description("The version that it names.")]
    public required long Version { get; init; }

    public string? By { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? At { get; init; }

    public static CheckpointView Of(Checkpoint c) => new() { Name = c.Name, Version = c.Version, By = c.By.ToString(), At = c.At };
}

/// <summary>What <c>checkpoint</c> answers.</summary>
public sealed record CheckpointSetView
{
    public required string ConversationId { get; init; }

    [Description("Pass it to get_state and rollback.")]
    public required string Checkpoint { get; init; }

    [Description("The version that it names.")]
    public required long Version { get; init; }

    [Description("True where this is the first outcome of a repeated call.")]
    public required bool Replayed { get; init; }

    public static CheckpointSetView Of(ConversationId id, string name, Outcome outcome) => new()
    {
        ConversationId = id.Value,
        Checkpoint = name,
        Version = outcome.IdempotencyRecord.Version,
        Replayed = outcome.Replayed,
    };
}

/// <summary>What <c>list_checkpoints</c> answers.</summary>
public sealed record CheckpointListView
{
    public required string ConversationId { get; init; }

    [Description("Oldest first.")]
    public required IReadOnlyList<CheckpointView> Checkpoints { get; init; }

    [Description("The version of the conversation.")]
    public required long Version { get; init; }

    public static CheckpointListView Of(Conversation conversation) => new()
    {
        ConversationId = conversation.ConversationId,
        Checkpoints = [.. conversation.Checkpoints.Select(CheckpointView.Of)],
        Version = conversation.Version,
    };
}

/// <summary>What <c>rollback</c> answers.</summary>
public sealed record RollbackView : WriteView
{
    public RollbackView() { }

    [SetsRequiredMembers]
    public RollbackView(ConversationId id, RolledBackTo rolledBack, WorkflowDefinition workflow) : base(id, rolledBack.Outcome, workflow)
    {
        To = rolledBack.To;
        Unchanged = rolledBack.Outcome.IdempotencyRecord.Unchanged;
    }

    [Description("The version that it went back to.")]
    public required long To { get; init; }

    [Description("True where all was as it was then already.")]
    public required bool Unchanged { get; init; }
}

/// <summary>What <c>fork_conversation</c> answers: the copy.</summary>
public sealed record ForkView : WriteView
{
    public ForkView() { }

    [SetsRequiredMembers]
    public ForkView(Forked forked, WorkflowDefinition workflow)
        : base(Conversations.ConversationId.TryParse(forked.Copy.Conversation.ConversationId)!.Value, forked.Copy, workflow)
    {
        ForkOf = forked.Origin.ConversationId;
        ForkedVersion = forked.Origin.Version;
        Guidance = GuidanceBuilder.Of(forked.Copy.Conversation, workflow);
    }

    [Description("The conversation that it is a copy of; its messages are there.")]
    public required string ForkOf { get; init; }

    [Description("The version that was copied.")]
    public required long ForkedVersion { get; init; }

    [Description(FieldText.Guidance)]
    public required string Guidance { get; init; }
}
