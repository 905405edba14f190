using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using SupportStateMcp.Briefing;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tools;

/// <summary>The last time a person had the case.</summary>
public sealed record StretchResult
{
    [Description("The person, as human:id.")]
    public required string By { get; init; }

    [Description("The number of the first message of the stretch, whether it has come or not.")]
    public required long FromNumber { get; init; }

    [Description("The number of its last message; absent while the person has the case. Below from_number where none came.")]
    public long? ToNumber { get; init; }

    public required DateTimeOffset Since { get; init; }

    [Description("When it ended; absent while it lasts.")]
    public DateTimeOffset? Until { get; init; }

    public static StretchResult? Of(HumanStretch? stretch) => stretch is null ? null : new StretchResult
    {
        By = stretch.By,
        FromNumber = stretch.From,
        ToNumber = stretch.To,
        Since = stretch.Since,
        Until = stretch.Until,
    };
}

/// <summary>The packet that goes with an escalation.</summary>
public sealed record HandoffResult
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

    [Description("Who handed the case over, as kind:id.")]
    public required string By { get; init; }

    public required DateTimeOffset At { get; init; }

    public static HandoffResult? Of(Handoff? handoff) => handoff is null ? null : new HandoffResult
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

/// <summary>What <c>claim_conversation</c>, <c>release_conversation</c> and <c>hand_back</c> answer.</summary>
public sealed record OwnershipResult : WriteResult
{
    public OwnershipResult() { }

    [SetsRequiredMembers]
    public OwnershipResult(ConversationId id, Outcome outcome, WorkflowDefinition workflow) : base(id, outcome, workflow)
    {
        // A repeat is answered with the first outcome: what holds by now under another owner is no part of it.
        var c = outcome.Conversation.Epoch == outcome.Receipt.Epoch ? outcome.Conversation : null;
        LeaseUntil = c?.LeaseUntil;
        WaitingSince = c?.WaitingSince;
        Handoff = HandoffResult.Of(c?.Handoff);
        Guidance = Advice.Of(outcome.Receipt, workflow);
    }

    [Description("Until when the customer has to be answered, or the case goes back to its queue; absent where nothing runs out.")]
    public DateTimeOffset? LeaseUntil { get; init; }

    [Description("Since when somebody waits for an answer; absent where nobody does.")]
    public DateTimeOffset? WaitingSince { get; init; }

    [Description("What was said when the case was handed to people.")]
    public HandoffResult? Handoff { get; init; }

    [Description(Describe.Guidance)]
    public required string Guidance { get; init; }
}
