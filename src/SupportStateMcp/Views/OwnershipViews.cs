using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Views;

/// <summary>The last time a person had the conversation.</summary>
public sealed record HumanTakeoverView
{
    [Description("The person, as human:id.")]
    public required string By { get; init; }

    [Description("The number of the first message of the takeover, whether it has come or not.")]
    public required long FromNumber { get; init; }

    [Description("The number of its last message; absent while the person has the conversation. Below from_number where none came.")]
    public long? ToNumber { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset Since { get; init; }

    [Description("When it ended; absent while it lasts.")]
    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? Until { get; init; }

    public static HumanTakeoverView? Of(HumanTakeover? takeover) => takeover is null ? null : new HumanTakeoverView
    {
        By = takeover.By,
        FromNumber = takeover.From,
        ToNumber = takeover.To,
        Since = takeover.Since,
        Until = takeover.Until,
    };
}

/// <summary>The packet that goes with an escalation.</summary>
public sealed record HandoffView
{
    public required string Queue { get; init; }

    [Description("Why a person is needed.")]
    public required string Reason { get; init; }

    [Description("What happened so far.")]
    public required string Summary { get; init; }

    [Description("What the customer still wants to know.")]
    public string? OpenQuestion { get; init; }

    [Description("What the customer was promised.")]
    public required IReadOnlyList<string> Promises { get; init; }

    [Description("What was tried, and did not help.")]
    public required IReadOnlyList<string> Tried { get; init; }

    [Description("The approvals that were pending then, by id.")]
    public required IReadOnlyList<string> PendingApprovals { get; init; }

    [Description("Who handed the conversation over, as kind:id.")]
    public required string By { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset At { get; init; }

    public static HandoffView? Of(Handoff? handoff) => handoff is null ? null : new HandoffView
    {
        Queue = handoff.Queue,
        Reason = handoff.Reason,
        Summary = handoff.Summary,
        OpenQuestion = handoff.OpenQuestion,
        Promises = handoff.Promises,
        Tried = handoff.Tried,
        PendingApprovals = handoff.PendingApprovals,
        By = handoff.By.ToString(),
        At = handoff.At,
    };
}

/// <summary>What <c>claim_conversation</c>, <c>release_conversation</c>, <c>hand_back</c> and <c>assign_conversation</c> answer.</summary>
public sealed record OwnershipView : WriteView
{
    public OwnershipView() { }

    [SetsRequiredMembers]
    public OwnershipView(ConversationId id, Outcome outcome, WorkflowDefinition workflow) : base(id, outcome, workflow)
    {
        // A repeat is answered with the first outcome: what holds by now under another owner is no part of it.
        var c = outcome.Conversation.Epoch == outcome.IdempotencyRecord.Epoch ? outcome.Conversation : null;
        LeaseUntil = c?.LeaseUntil;
        WaitingSince = c?.WaitingSince;
        Handoff = HandoffView.Of(c?.Handoff);
        Guidance = GuidanceBuilder.Of(outcome.IdempotencyRecord, workflow);
    }

    [Description("Until when the customer has to be answered, or the conversation goes back to its queue; absent where nothing runs out.")]
    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? LeaseUntil { get; init; }

    [Description("Since when somebody waits for an answer; absent where nobody does.")]
    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? WaitingSince { get; init; }

    [Description("What was said when the conversation was handed to people.")]
    public HandoffView? Handoff { get; init; }

    [Description(FieldText.Guidance)]
    public required string Guidance { get; init; }
}

/// <summary>What <c>escalate_conversation</c> answers.</summary>
public sealed record EscalateView : WriteView
{
    public EscalateView() { }

    [SetsRequiredMembers]
    public EscalateView(ConversationId id, Outcome outcome, WorkflowDefinition workflow) : base(id, outcome, workflow)
    {
        Escalated = !outcome.IdempotencyRecord.Unchanged;
        TicketStatus = outcome.IdempotencyRecord.TicketStatus;
        Priority = outcome.IdempotencyRecord.Priority;
        WaitingSince = outcome.Conversation.Epoch == outcome.IdempotencyRecord.Epoch ? outcome.Conversation.WaitingSince : null;
        Guidance = GuidanceBuilder.Of(outcome.IdempotencyRecord, workflow);
    }

    [Description("False where the conversation waited in this queue already, and stays as it was: the packet of the first escalation counts.")]
    public required bool Escalated { get; init; }

    public required TicketStatus TicketStatus { get; init; }

    public required Priority Priority { get; init; }

    [Description("Since when somebody waits: the customer's first unanswered message, else the handoff.")]
    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? WaitingSince { get; init; }

    [Description(FieldText.Guidance)]
    public required string Guidance { get; init; }
}
