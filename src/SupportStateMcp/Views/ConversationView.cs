using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Views;

/// <summary>A conversation as <c>get_state</c> and the conversation's resource show it.</summary>
public record ConversationView
{
    public ConversationView() { }

    /// <summary>All there is to say of a conversation.</summary>
    [SetsRequiredMembers]
    public ConversationView(Conversation c, DateTimeOffset? expiresAt, WorkflowDefinition workflow)
    {
        ConversationId = c.ConversationId;
        TicketId = c.TicketId;
        UserId = c.UserId;
        State = c.State;
        PreviousState = c.PreviousState;
        StateSince = c.StateSince;
        TicketStatus = c.TicketStatus;
        Priority = c.Priority;
        AssignedTo = c.AssignedTo;
        Owner = c.Owner.ToString();
        Epoch = c.Epoch;
        Queue = c.Queue;
        LeaseUntil = c.LeaseUntil;
        WaitingSince = c.WaitingSince;
        HumanTakeover = HumanTakeoverView.Of(c.HumanTakeover);
        Handoff = HandoffView.Of(c.Handoff);
        PendingApprovals = c.HasPendingApprovals ? [.. c.PendingApprovals.Select(a => a.ApprovalId)] : null;
        FollowsUp = c.FollowsUp;
        FollowUp = c.FollowUp;
        ForkOf = c.ForkOf?.ConversationId;
        Forks = c.Forks.Count > 0 ? c.Forks : null;
        ClosedAt = c.ClosedAt;
        ReopenableUntil = c.ReopenableUntil;
        Description = c.Description;
        Metadata = c.Metadata;
        MessageCount = c.MessageCount;
        LastMessageAt = c.LastMessageAt;
        CreatedAt = c.CreatedAt;
        UpdatedAt = c.UpdatedAt;
        ExpiresAt = expiresAt;
        Version = c.Version;
        AllowedTransitions = workflow.AllowedFrom(c.State);
        Guidance = GuidanceBuilder.Of(c, workflow);
    }

    /// <summary>A conversation as it was.</summary>
    [SetsRequiredMembers]
    public ConversationView(ConversationThen found, WorkflowDefinition workflow) : this(found.Then, null, workflow)
    {
        CurrentVersion = found.Now.Version;
        Guidance = GuidanceOf(found);
    }

    /// <summary>What is said of the past in the place of what to do now.</summary>
    protected static string GuidanceOf(ConversationThen past) => string.Create(
        CultureInfo.InvariantCulture, $"This is the past: version {past.Then.Version} of {past.Now.Version}. Do not act on it; read the conversation as it is first.");

    [Description("The handle of the conversation; pass it to the other tools.")]
    public required string ConversationId { get; init; }

    public required string TicketId { get; init; }

    public required string UserId { get; init; }

    [Description("Where the workflow stands.")]
    public required string State { get; init; }

    public string? PreviousState { get; init; }

    [Description("Since when the conversation has been in this state.")]
    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset StateSince { get; init; }

    [Description("What the customer sees.")]
    public required TicketStatus TicketStatus { get; init; }

    public required Priority Priority { get; init; }

    public required string AssignedTo { get; init; }

    [Description(FieldText.Owner)]
    public required string Owner { get; init; }

    [Description(FieldText.Epoch)]
    public required long Epoch { get; init; }

    [Description("The queue in which the conversation waits for a person; absent where it does not.")]
    public string? Queue { get; init; }

    [Description("Until when the person who claimed the conversation has to answer, or it goes back to its queue.")]
    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? LeaseUntil { get; init; }

    [Description("Since when somebody waits: the customer's first unanswered message, else the handoff.")]
    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? WaitingSince { get; init; }

    [Description("The last time a person had the conversation.")]
    public HumanTakeoverView? HumanTakeover { get; init; }

    [Description("What was said at the last escalation.")]
    public HandoffView? Handoff { get; init; }

    [Description("The approvals of the conversation that wait for a decision, by id.")]
    public IReadOnlyList<string>? PendingApprovals { get; init; }

    [Description("The closed conversation that this one goes on from.")]
    public string? FollowsUp { get; init; }

    [Description("The conversation in which this one goes on.")]
    public string? FollowUp { get; init; }

    [Description("Only of a what-if copy: what it is a copy of.")]
    public string? ForkOf { get; init; }

    [Description("The what-if copies of this conversation; some may have expired.")]
    public IReadOnlyList<string>? Forks { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? ClosedAt { get; init; }

    [Description("Until when the closed conversation can be opened again, by the customer's next message or reopen_conversation.")]
    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? ReopenableUntil { get; init; }

    public string? Description { get; init; }

    [Description("Custom facts about the conversation, by key.")]
    public required IReadOnlyDictionary<string, JsonElement> Metadata { get; init; }

    public required long MessageCount { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? LastMessageAt { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    [Description("When the conversation will be gone unless it changes again.")]
    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("The number of changes so far; pass it as expected_version to write only if nothing changed since.")]
    public required long Version { get; init; }

    [Description("Only where an earlier version is shown: the one that the conversation is at now.")]
    public long? CurrentVersion { get; init; }

    [Description("The states that transition_state accepts now.")]
    public required IReadOnlyList<string> AllowedTransitions { get; init; }

    [Description(FieldText.Guidance)]
    public required string Guidance { get; init; }
}

/// <summary>What <c>initialize_conversation</c> answers.</summary>
public sealed record InitializeView : ConversationView
{
    public InitializeView() { }

    [SetsRequiredMembers]
    public InitializeView(Outcome outcome, WorkflowDefinition workflow)
        : base(outcome.Conversation, outcome.ExpiresAt, workflow) => Created = outcome.Changed;

    [JsonPropertyOrder(-1)]
    [Description("True where this call opened the conversation; false where the ticket already had one, which is returned unchanged.")]
    public required bool Created { get; init; }
}
