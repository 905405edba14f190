using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Cli;

/// <summary>Refusals in the words of the command line, for people; what they advise are commands.</summary>
internal static class CliErrorMessages
{
    private const string OtherThan = "other_than:";

    /// <summary>The sentence for a refusal.</summary>
    public static string Of(Error error) => error switch
    {
        Rejections.NotFound { ErasedAt: { } at } e => $"Conversation {e.Id} was erased at {Second(at)}. SupportStateMcp queue shows who waits.",
        Rejections.NotFound e => $"Conversation {e.Id} does not exist or has expired. SupportStateMcp queue shows who waits.",
        Rejections.NoSuchApproval e =>
            $"Approval {e.ApprovalId} does not exist, or its conversation has expired. SupportStateMcp approvals shows what waits for a decision.",
        Rejections.InvalidTransition e => $"Invalid transition: {e.From} → {e.To}. {Instead(e)}",
        Rejections.TerminalState e =>
            $"The conversation is finished: it is in the state {e.State}. SupportStateMcp reopen opens it again, or a linked follow-up conversation.",
        Rejections.ReopenWindowOver e => $"{Over(e)} SupportStateMcp reopen opens a linked follow-up conversation.",
        Rejections.VersionConflict e =>
            $"The conversation has changed meanwhile: it is at version {e.Actual}, not at {e.Expected}. Look with SupportStateMcp show, and decide again.",
        Rejections.TicketConflict e => $"Ticket {e.Id.TicketId} already has a conversation, and it belongs to another user. Check the ticket id.",
        Rejections.LockTimeout e => string.Create(CultureInfo.InvariantCulture,
            $"The conversation is busy: its turn did not come within {e.Waited.TotalMilliseconds:0} ms. Nothing was changed; try again."),
        Rejections.InvalidArgument e => $"Invalid argument {e.Argument}: {e.Rule}.",
        Rejections.IdempotencyMismatch e =>
            $"The key {e.Key} was already used on this conversation for something else. Use another.",
        Rejections.NotAuthorized { Needs: [var need] } when need.StartsWith(OtherThan, StringComparison.Ordinal) =>
            $"Not authorized: {need[OtherThan.Length..]} asked for this, and somebody else has to decide it.",
        Rejections.NotAuthorized e =>
            $"Not authorized: this takes {string.Join(" and ", e.Needs)}. Who has that role gives it with --roles.",
        Rejections.StoreUnavailable =>
            "The store is not available right now. Try again in a moment; look with show first whether a write was done, or repeat a reply under its --message-id.",
        Rejections.NotOwner { Owner.Queue: { } queue } =>
            $"The conversation waits in the queue {queue} for a person, who alone may answer the customer now. SupportStateMcp claim takes it.",
        Rejections.NotOwner { Owner: { IsPerson: true } owner } =>
            $"{owner} has the conversation and alone may answer the customer now. Nothing was stored; leave the answer to them until they hand the conversation back.",
        Rejections.NotOwner { Owner: var owner } => $"{owner} has the conversation, not you. Nothing was changed; SupportStateMcp claim takes it.",
        Rejections.AlreadyAnswered e =>
            $"Message {e.Number} has been answered by somebody else meanwhile. Nothing was stored; one message gets one answer.",
        Rejections.LimitReached e => $"The conversation has {e.Limit} approvals that wait for a decision, and takes no more until some are decided.",
        Rejections.AlreadyDecided { Status: ApprovalStatus.Pending } e =>
            $"You have decided on approval {e.ApprovalId} already; {e.Yes} of {e.Quorum} have said yes, and each person counts once.",
        Rejections.AlreadyDecided e => $"Approval {e.ApprovalId} is decided already: it is {SnakeCaseEnum.Of(e.Status)}.",
        Rejections.ApprovalExpired e =>
            $"Approval {e.ApprovalId} expired at {Rejections.Text(e.ExpiredAt)} before it was decided. It grants nothing; who needs it asks anew.",
        Rejections.ApprovalPending e => $"Approval {e.ApprovalId} is not decided yet. SupportStateMcp approve and reject decide it.",
        Rejections.ApprovalRefused e => $"Approval {e.ApprovalId} was refused by {e.RefusedBy}. That is final: do not do it.",
        Rejections.ApprovalMismatch e =>
            $"Approval {e.ApprovalId} is for the action {e.Action} with exactly the approved arguments, and these are others. Do what was approved, or ask anew.",
        Rejections.ApprovalUsed e =>
            $"The one permission of approval {e.ApprovalId} was taken by {e.UsedBy} at {Rejections.Text(e.UsedAt)}. Do not do it again.",
        _ => throw new InvalidOperationException($"No sentence for {error.GetType().Name}."),
    };

    private static string Instead(Rejections.InvalidTransition e) => e switch
    {
        { Allowed.Count: > 0 } => $"Allowed from {e.From}: {string.Join(", ", e.Allowed)}.",
        { Guarded.Count: > 0 } => $"No transition from {e.From} is allowed now; refused by its guard: {string.Join(", ", e.Guarded)}.",
        _ => $"{e.From} is a terminal state: no transition leaves it.",
    };

    private static string Over(Rejections.ReopenWindowOver e) => e is { ReopenableUntil: { } until, Window: { } window }
        ? $"The conversation was closed and could be opened again until {Second(until)} ({window}); that is over."
        : $"The conversation is closed in the state {e.State}, which cannot be opened again.";

    private static string Second(DateTimeOffset at) => at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
