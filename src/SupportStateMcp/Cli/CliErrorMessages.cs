using System.Globalization;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Cli;

/// <summary>Refusals in the words of the command line, for people; what they advise are commands.</summary>
internal static class CliErrorMessages
{
    private const string OtherThan = "other_than:";

    /// <summary>The sentence for a refusal, with times in UTC.</summary>
    public static string Of(Error error) => Of(error, TimeZoneInfo.Utc);

    /// <summary>The sentence for a refusal.</summary>
    /// <param name="error">The refusal.</param>
    /// <param name="zone">The time zone of its times.</param>
    public static string Of(Error error, TimeZoneInfo zone) => error switch
    {
        Errors.NotFound { ErasedAt: { } at } e => $"Conversation {e.Id} was erased at {LocalTime.Second(at, zone)}. SupportStateMcp events {e.Id} shows its trail.",
        Errors.NotFound e => $"Conversation {e.Id} does not exist or has expired. SupportStateMcp list shows those there are; SupportStateMcp open {e.Id.TicketId} --user ID opens it.",
        Errors.TurnOfAnotherLife e => $"The conversation of this turn is gone: it expired or was erased, and {e.Id} is another conversation now. Nothing was stored.",
        Errors.NoSuchApproval e =>
            $"Approval {e.ApprovalId} does not exist, or its conversation has expired. SupportStateMcp approvals shows what waits for a decision.",
        Errors.NoSuchTask e => $"Task {e.TaskId} does not exist, or its conversation has expired. SupportStateMcp task list CONVERSATION shows those there are.",
        Errors.TooManyTasks or Errors.InvalidTaskEvent or Errors.WhatIfCopy or Errors.TooManyForks or Errors.ForksLeft => SharedErrorMessages.Of(error)!,
        Errors.NoSuchCheckpoint e => $"There is no checkpoint {e.Name} in this conversation. {(e.Names.Count == 0 ? "It has none; SupportStateMcp checkpoint names the version it is at." : $"There are: {string.Join(", ", e.Names)}.")}",
        Errors.NoWayBack e => $"The workflow does not lead from {e.From} back to {e.To}, so nothing was rolled back. With --keep-state all but the state goes back.",
        Errors.InvalidTransition e => $"Invalid transition: {e.From} → {e.To}. {Instead(e)}",
        Errors.TerminalState e =>
            $"The conversation is finished: it is in the state {e.State}. SupportStateMcp reopen opens it again, or a linked follow-up conversation.",
        Errors.ReopenWindowOver e => $"{Over(e, zone)} SupportStateMcp reopen opens a linked follow-up conversation.",
        Errors.VersionConflict e =>
            $"The conversation has changed since: it is at version {e.Actual}, not at {e.Expected}. Look with SupportStateMcp show, and decide again.",
        Errors.TicketConflict e => $"Ticket {e.Id.TicketId} already has a conversation, and it belongs to another user. Check the ticket id.",
        Errors.LockTimeout e => string.Create(CultureInfo.InvariantCulture,
            $"The conversation is busy: its turn did not come within {e.Waited.TotalMilliseconds:0} ms. Nothing was changed; try again."),
        Errors.InvalidArgument e => $"Invalid argument {e.Argument}: {e.Rule}.",
        Errors.IdempotencyMismatch e =>
            $"The key {e.Key} was already used on this conversation for something else. Use another.",
        Errors.NotAuthorized { Needs: [var need] } when need.StartsWith(OtherThan, StringComparison.Ordinal) =>
            $"Not authorized: {need[OtherThan.Length..]} asked for this, and somebody else has to decide it.",
        Errors.NotAuthorized { Needs: [var need] } when Requirement.ActorOf(need) is { } actor =>
            $"Not authorized: this approval is for {actor} alone to use, who asked for it or was named with usable_by. Nothing was changed; leave it to them.",
        Errors.NotAuthorized e =>
            $"Not authorized: this takes {string.Join(" and ", e.Needs)}. If you have that role, add it with --roles.",
        Errors.ToolsetNotEnabled e =>
            $"{e.Name} is in the toolset {e.Toolset}, which this connection does not have. --toolsets, tools.sets or the toolsets of its token switch it on.",
        Errors.StoreUnavailable { Retryable: false } e => $"The store cannot be used: {e.Reason} Trying again does not help before that is changed.",
        Errors.StoreUnavailable e =>
            $"The store is not available right now: {e.Reason} Try again in a moment; look with show first whether a write was done, or repeat a reply under its --message-id.",
        Errors.StoreDamaged e =>
            $"The stored {e.Part} of {e.Id} cannot be read: it is damaged, or a newer version wrote it. Nothing was changed. The server's log says where and why; restore a backup, update the server, or let the conversation expire.",
        Errors.RecordDamaged e =>
            $"The stored {e.Kind} {e.Id} cannot be read: it is damaged, or a newer version wrote it. Nothing was changed. Write it again, restore a backup, or update the server.",
        Errors.RecordConflict { Actual: 0 } e => $"There is no {e.Kind} {e.Id}, so it is not at version {e.Expected}.",
        Errors.RecordConflict e =>
            $"The {e.Kind} {e.Id} has changed since: it is at version {e.Actual}, not at {e.Expected}. Look at it, and decide again.",
        Errors.CustomerNotFound e =>
            $"There is no customer {e.CustomerId ?? e.Email}. Check it. SupportStateMcp sample-data load loads sample data; SupportStateMcp customers import FILE imports your own customers.",
        Errors.NoSuchSystem e => $"Nothing is recorded about the system of customer {e.CustomerId}.",
        Errors.LinesRefused e =>
            $"{(e.Count == 1 ? "1 line was" : $"{e.Count} lines were")} refused, and nothing was imported.{string.Concat(e.Lines.Select(l => $"\n  line {l.Number}: {l.Rule}."))}{(e.Count > e.Lines.Count ? $"\n  … and {e.Count - e.Lines.Count} more." : "")}",
        Errors.NotOwner { Owner.Queue: { } queue } =>
            $"The conversation waits in the queue {queue} for a person, who alone may answer the customer now. SupportStateMcp claim takes it.",
        Errors.NotOwner { Owner: { IsPerson: true } owner } =>
            $"{owner} has the conversation and alone may answer the customer now. Nothing was stored; leave the answer to them, and a note with SupportStateMcp reply --internal.",
        Errors.NotOwner { Owner: var owner } => $"{owner} has the conversation, not you. Nothing was changed; SupportStateMcp claim takes it.",
        Errors.AlreadyAnswered { Answer: { } answer } e =>
            $"Message {e.Number} has been answered by {answer}. Nothing was stored; one message gets one answer.",
        Errors.AlreadyAnswered e => $"Message {e.Number} has been answered already. Nothing was stored; one message gets one answer.",
        Errors.LimitReached e => $"The conversation has {e.Limit} approvals that wait for a decision, and takes no more until some are decided.",
        Errors.RateLimited => SharedErrorMessages.Of(error)!,
        Errors.ConversationFull e => $"The conversation has {e.Limit} messages, and takes no more of programs. SupportStateMcp reply still answers.",
        Errors.AlreadyDecided { Status: ApprovalStatus.Pending } e =>
            $"You have decided on approval {e.ApprovalId} already; {e.Yes} of {e.Quorum} have said yes, and each person counts once.",
        Errors.AlreadyDecided e => $"Approval {e.ApprovalId} is decided already: it is {SnakeCaseEnum.Of(e.Status)}.",
        Errors.ApprovalExpired e =>
            $"Approval {e.ApprovalId} expired at {LocalTime.Second(e.ExpiredAt, zone)} before it was decided. It grants nothing; request a new approval if it is still needed.",
        Errors.ApprovalPending e => $"Approval {e.ApprovalId} is not decided yet. SupportStateMcp approve and reject decide it.",
        Errors.ApprovalRefused e => $"Approval {e.ApprovalId} was refused by {e.RefusedBy}. That is final: do not do it.",
        Errors.ApprovalMismatch e =>
            $"Approval {e.ApprovalId} is for the action {e.Action} with exactly the approved arguments, and these are others. Do what was approved, or ask again.",
        Errors.ApprovalChanged e =>
            $"The arguments of approval {e.ApprovalId} were changed by somebody else's decision after you saw them. Nothing was decided; look at it again, and decide on what it is for now.",
        Errors.ApprovalUsed e =>
            $"The one permission of approval {e.ApprovalId} was taken by {e.UsedBy} at {LocalTime.Second(e.UsedAt, zone)}. Do not do it again.",
        Errors.LeaseLost { State: null } e => $"The step {e.Step} of ticket {e.TicketId} is gone with its run. Nothing was stored.",
        Errors.LeaseLost e =>
            $"The step {e.Step} of ticket {e.TicketId} was taken away: try {e.Attempt} is over, and the step is {SnakeCaseEnum.Of(e.State!.Value)}. Nothing was stored.",
        Errors.InsufficientResearch e => $"An analysis needs at least {e.Needed} different queries; {e.Recorded} recorded so far for this step.",
        Errors.UnknownCitation e => $"No query of this step returned {string.Join(", ", e.Citations.Take(5))}.",
        Errors.TicketDiffers e =>
            $"Ticket {e.Id.TicketId} is there already, with another description. Use a new ticket id, or SupportStateMcp message for what the customer says now.",
        Errors.TooManyQueries e => $"A step records at most {e.Limit} queries.",
        Errors.ToolNotOpened e => $"The step {e.Step} does not open {e.Tool}.",
        Errors.StepTokenRequired e => $"{e.Tool} takes the token of a step, or the toolset {e.Toolset}.",
        Errors.NotWaitingForApproval { Status: null } e => $"Ticket {e.TicketId} is in no pipeline; SupportStateMcp ticket new starts one.",
        Errors.NotWaitingForApproval { Status: RunStatus.Running } e =>
            $"It is too early: ticket {e.TicketId} is at {e.Stage}, and has no solution to decide on yet. SupportStateMcp ticket status {e.TicketId} --wait 30 waits for it.",
        Errors.NotWaitingForApproval e =>
            $"Ticket {e.TicketId} waits for no decision: its run is {SnakeCaseEnum.Of(e.Status!.Value)}{(e.Outcome is null ? "" : $" with outcome {e.Outcome}")}.",
        Errors.TicketNotFound { Newest.Count: 0 } e => $"Ticket {e.TicketId} does not exist or has expired. SupportStateMcp ticket new reports one.",
        Errors.TicketNotFound e =>
            $"Ticket {e.TicketId} does not exist or has expired. The newest: {string.Join(", ", e.Newest)}. SupportStateMcp ticket new reports one.",
        Errors.ArticleNotFound e => $"There is no article {e.ArticleId}. SupportStateMcp knowledge search WORDS finds articles, with their ids.",
        Errors.NoSuchMemory e => $"Memory {e.MemoryId} does not exist or was forgotten. SupportStateMcp memory list CUSTOMER shows those there are.",
        Errors.PersonalData e => SharedErrorMessages.PersonalData(e),
        Errors.SessionFull e => SharedErrorMessages.SessionFull(e),
        Errors.KnowledgeUnavailable e => $"The external knowledge base does not answer now: {e.Reason} Try again in a moment.",
        Errors.ArticleProtected e => $"Not authorized: the article {e.ArticleId} is published or archived, and changing it takes {string.Join(" and ", e.Needs)}. If you have that role, add it with --roles.",
        _ => throw new InvalidOperationException($"No sentence for {error.GetType().Name}."),
    };

    private static string Instead(Errors.InvalidTransition e) => e switch
    {
        { Allowed.Count: > 0 } => $"Allowed from {e.From}: {string.Join(", ", e.Allowed)}.",
        { Guarded.Count: > 0 } => $"No transition from {e.From} is allowed now; refused by its guard: {string.Join(", ", e.Guarded)}.",
        _ => $"{e.From} is a terminal state: no transition leaves it. SupportStateMcp reopen opens a linked follow-up conversation.",
    };

    private static string Over(Errors.ReopenWindowOver e, TimeZoneInfo zone) => e is { ReopenableUntil: { } until, Window: { } window }
        ? $"The conversation was closed and could be opened again until {LocalTime.Second(until, zone)} ({window}); that is over."
        : $"The conversation is closed in the state {e.State}, which cannot be opened again.";
}
