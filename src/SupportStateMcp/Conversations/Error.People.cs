using System.Globalization;
using System.Text.Json.Nodes;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

public sealed partial record Error
{
    public static Error NotOwner(Conversation c) => new(
        ErrorCodes.NotOwner,
        c.Owner.Queue is { } queue
            ? $"The conversation waits in the queue {queue} for a person, who alone may answer the customer now. Nothing was stored; leave the answer to them."
            : c.Owner.IsPerson
                ? $"{c.Owner} has the conversation and alone may answer the customer now. Nothing was stored; leave the answer to them until they hand the conversation back."
                : $"The conversation has changed hands: {c.Owner} has it now. Nothing was stored; begin a new turn (begin_turn with the same message_id) and look at the history before you answer.",
        new JsonObject { ["owner"] = c.Owner.ToString(), ["epoch"] = c.Epoch });

    public static Error AlreadyAnswered(long number) => new(
        ErrorCodes.AlreadyAnswered,
        $"Message {number} has been answered by somebody else meanwhile. Nothing was stored; one message gets one answer.",
        new JsonObject { ["number"] = number });

    public static Error ReservedMessageId() => InvalidArgument("message_id", $"it does not begin with {MessageDraft.ReservedIdPrefix}: those ids the server gives");

    public static Error NothingSaid() => InvalidArgument("content", "it has at least one character, except from a tool");

    /// <param name="c">The closed conversation.</param>
    /// <param name="window">The guard that refuses, as the workflow describes it; null where no transition leads back to work.</param>
    public static Error ReopenWindowOver(Conversation c, string? window = null) => new(
        ErrorCodes.ReopenWindowOver,
        (c.ReopenableUntil is { } until && window is not null
            ? $"The conversation was closed and could be opened again until {until:yyyy-MM-ddTHH:mm:ssZ} ({window}); that is over."
            : $"The conversation is closed in the state {c.State}, which cannot be opened again.")
            + " reopen_conversation opens a linked follow-up conversation.",
        new JsonObject { ["state"] = c.State, ["closed_at"] = c.ClosedAt is { } at ? Text(at) : null, ["follow_up"] = c.FollowUp });

    public static Error NoSuchApproval(string approvalId) => new(
        ErrorCodes.NotFound,
        $"Approval {approvalId} does not exist, or its conversation has expired. list_pending_approvals shows what waits for a decision.",
        new JsonObject { ["approval_id"] = approvalId });

    public static Error TooManyApprovals(int limit) => new(
        ErrorCodes.LimitReached,
        $"The conversation has {limit} approvals that wait for a decision, and takes no more until some are decided.",
        new JsonObject { ["limit"] = limit });

    public static Error AlreadyDecided(Approval a) => new(
        ErrorCodes.AlreadyDecided,
        a.Status == ApprovalStatus.Pending
            ? $"You have decided on approval {a.ApprovalId} already; {a.Yes} of {a.Quorum} have said yes, and each person counts once."
            : $"Approval {a.ApprovalId} is decided already: it is {SnakeCaseEnum.Of(a.Status)}.",
        new JsonObject
        {
            ["approval_id"] = a.ApprovalId,
            ["status"] = SnakeCaseEnum.Of(a.Status),
            ["approved"] = a.Votes is [.., var last] && last.Approved,
            ["decided_by"] = new JsonArray([.. a.Votes.Select(v => (JsonNode)v.By.ToString())]),
            ["decided_at"] = a.DecidedAt is { } at ? Text(at) : null,
        });

    public static Error ApprovalExpired(Approval a) => new(
        ErrorCodes.ApprovalExpired,
        $"Approval {a.ApprovalId} expired at {Text(a.Deadline)} before it was decided. It grants nothing; ask anew with request_approval.",
        new JsonObject { ["approval_id"] = a.ApprovalId, ["expired_at"] = Text(a.Deadline) });

    public static Error ApprovalPending(Approval a) => new(
        ErrorCodes.ApprovalPending,
        $"Approval {a.ApprovalId} is not decided yet: do nothing. await_approval waits for the decision.",
        new JsonObject { ["approval_id"] = a.ApprovalId, ["deadline"] = Text(a.Deadline) });

    public static Error ApprovalRefused(Approval a) => new(
        ErrorCodes.ApprovalRefused,
        $"Approval {a.ApprovalId} was refused by {a.Votes[^1].By}. That is final: do not do it.",
        new JsonObject { ["approval_id"] = a.ApprovalId, ["refused_by"] = a.Votes[^1].By.ToString(), ["notes"] = a.Votes[^1].Notes });

    public static Error ApprovalMismatch(Approval a) => new(
        ErrorCodes.ApprovalMismatch,
        $"Approval {a.ApprovalId} is for the action {a.Action} with exactly the approved arguments, and these are others. Do what was approved, or ask anew.",
        new JsonObject
        {
            ["approval_id"] = a.ApprovalId,
            ["action"] = a.Action,
            ["arguments"] = JsonNode.Parse(a.Arguments.GetRawText()),
            ["digest"] = a.Digest,
        });

    public static Error ApprovalUsed(Approval a) => new(
        ErrorCodes.ApprovalUsed,
        $"The one permission of approval {a.ApprovalId} was taken by {a.UsedBy} at {Text(a.UsedAt!.Value)}. Do not do it again.",
        new JsonObject { ["approval_id"] = a.ApprovalId, ["used_by"] = a.UsedBy!.ToString(), ["used_at"] = Text(a.UsedAt.Value) });

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFZ", CultureInfo.InvariantCulture);
}
