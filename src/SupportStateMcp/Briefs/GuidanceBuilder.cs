using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Briefs;

/// <summary>
/// One sentence or two on what to do now: those of the state, unless who owns the conversation makes them misleading.
/// </summary>
public static class GuidanceBuilder
{
    /// <summary>For anyone who works on the conversation.</summary>
    public static string Of(Conversation c, WorkflowDefinition workflow)
    {
        if (c.ForkOf is { } origin)
            return string.Create(CultureInfo.InvariantCulture, $"This is a what-if copy of version {origin.Version} of {origin.ConversationId}: it takes facts, transitions, tasks and internal notes, and nothing in it reaches a customer. What is to count is done in {origin.ConversationId}.");
        if (c.ClosedAt is not null)
            return c.FollowUp is { } next ? $"The conversation is closed; it goes on in {next}." : workflow.Guidance(c.State);

        var advice = Of(c.Owner, c.State, workflow);
        return c is { Owner.IsMachine: true, HumanTakeover: { To: { } to } stretch } && to >= stretch.From && c.State != workflow.EscalationState && !(c.LastReply > to)
            ? string.Create(CultureInfo.InvariantCulture, $"{stretch.By} had the conversation before (messages {stretch.From} to {to}): read what they said, and keep to it. {advice}")
            : advice;
    }

    /// <summary>After a write.</summary>
    public static string Of(IdempotencyRecord record, WorkflowDefinition workflow) =>
        record.Owner is { } owner && !workflow.IsClosed(record.State) ? Of(owner, record.State, workflow) : workflow.Guidance(record.State);

    /// <summary>For anyone who brings what a customer wrote to a conversation that stays closed; null where it is open.</summary>
    public static string? OfLate(Conversation c) => c.ClosedAt is null ? null
        : c.FollowUp is { } next ? $"The conversation is closed in the state {c.State} and goes on in {next}. The message is kept here; begin_turn on {next}, with the same content and message_id, answers it."
        : c.ReopenableUntil is null ? $"The conversation is closed in the state {c.State}, so nobody answers here. The message is kept. reopen_conversation opens a linked follow-up conversation with it; begin_turn there, with the same content and message_id, answers it."
        : $"The conversation is closed in the state {c.State}, so nobody answers here. The message is kept. reopen_conversation opens the conversation again or, where that is over, a linked follow-up conversation with it; begin_turn there, with the same content and message_id, answers it.";

    /// <summary>For anyone who has reopened a conversation.</summary>
    public static string Of(Reopened reopened, WorkflowDefinition workflow)
    {
        var c = reopened.Conversation.Conversation;
        return reopened.Outcome == ReopenOutcome.FollowUp && c is { Unanswered.Count: > 0, Owner.IsMachine: true }
            ? $"What the customer wrote waits here for an answer: read get_history, then begin_turn with the same content and message_id. {Of(c, workflow)}"
            : Of(c, workflow);
    }

    /// <summary>For anyone who has begun a turn.</summary>
    public static string Of(TurnBegun begun, WorkflowDefinition workflow) =>
        begun.Answer is { } answer ? $"This message has been answered by {answer}: say nothing twice; get_history shows what was said."
        : OfLate(begun.Outcome.Conversation) is { } late ? late
        : begun is { Turn: null, Outcome.Conversation: { ClosedAt: null, Owner.IsMachine: true } }
            ? "This message has been answered by somebody else meanwhile: read get_history, and say nothing twice."
            : Of(begun.Outcome.Conversation, workflow);

    private static string Of(Owner owner, string state, WorkflowDefinition workflow) => owner switch
    {
        { Queue: { } queue } =>
            $"The conversation waits in the queue {queue} for a person, who takes it with claim_conversation. An AI answers nothing meanwhile: it stores what the customer writes, and may leave internal notes.",
        { IsPerson: true } =>
            $"{owner} has the conversation and alone answers the customer. An AI answers nothing until the conversation is handed back: it stores what the customer writes, and may leave internal notes.",
        _ when state == workflow.EscalationState =>
            $"A person has handed the conversation back to {owner}: read their note in the history and answer the customer.{Moves(state, workflow)}",
        _ => workflow.Guidance(state),
    };

    private static string Moves(string state, WorkflowDefinition workflow) =>
        workflow.AllowedFrom(state) is { Count: > 0 } moves ? $" When that is done, move to {string.Join(" or ", moves)}." : "";
}
