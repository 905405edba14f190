using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Views;

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
    public DateTimeOffset? WaitingSince { get; init; }

    [Description(Describe.Guidance)]
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
        Guidance = GuidanceBuilder.Of(reopened.Conversation.Conversation, workflow);
    }

    [Description("Which it did: the conversation was not closed; it is open again; or it stays closed and goes on in the follow-up conversation_id.")]
    public required ReopenOutcome Outcome { get; init; }

    [Description("True where this call opened the follow-up conversation.")]
    public required bool Created { get; init; }

    [Description("The closed conversation that conversation_id goes on from; absent where it is no follow-up.")]
    public string? FollowsUp { get; init; }

    [Description(Describe.Guidance)]
    public required string Guidance { get; init; }
}

/// <summary>What <c>list_queue</c> answers.</summary>
public sealed record QueueView
{
    [Description("The most urgent first, and within a priority who has waited longest.")]
    public required IReadOnlyList<QueueEntry> Conversations { get; init; }

    [Description("How many wait in all, on every page.")]
    public required int Total { get; init; }

    [Description("Pass it as cursor to get the next page; absent on the last.")]
    public string? NextCursor { get; init; }

    public static QueueView Of(QueuePage page, DateTimeOffset now) => new()
    {
        Conversations = [.. page.Conversations.Select(c => QueueEntry.Of(c, now))],
        Total = page.Total,
        NextCursor = QueueCursorText.Encode(page.Next),
    };
}

/// <summary>One who waits.</summary>
public sealed record QueueEntry
{
    public required string ConversationId { get; init; }

    public required string Queue { get; init; }

    public required Priority Priority { get; init; }

    [Description("Since when somebody waits: the customer's first unanswered message, else the handoff.")]
    public required DateTimeOffset WaitingSince { get; init; }

    public required long WaitingSeconds { get; init; }

    public required string UserId { get; init; }

    public required string State { get; init; }

    public required TicketStatus TicketStatus { get; init; }

    [Description("Why a person is needed; absent where nobody said.")]
    public string? Reason { get; init; }

    [Description("What happened up to the handoff; absent where nobody said.")]
    public string? Summary { get; init; }

    [Description("When that was said: at the last escalation, which need not be what brought the conversation here this time.")]
    public DateTimeOffset? EscalatedAt { get; init; }

    public required long Version { get; init; }

    public static QueueEntry Of(Conversation c, DateTimeOffset now) => new()
    {
        ConversationId = c.ConversationId,
        Queue = c.Queue!,
        Priority = c.Priority,
        WaitingSince = c.QueuedSince,
        WaitingSeconds = Math.Max(0, (long)(now - c.QueuedSince).TotalSeconds),
        UserId = c.UserId,
        State = c.State,
        TicketStatus = c.TicketStatus,
        Reason = c.Handoff?.Reason,
        Summary = c.Handoff?.Summary,
        EscalatedAt = c.Handoff?.At,
        Version = c.Version,
    };
}
