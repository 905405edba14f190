namespace SupportStateMcp.Conversations;

public abstract partial record Error
{
    public static Error NotOwner(Conversation c) => new Errors.NotOwner(c.Owner, c.Epoch);

    /// <summary>The owner has changed since the turn began.</summary>
    public static Error TurnIsOver(Conversation c) => new Errors.NotOwner(c.Owner, c.Epoch) { IsOfTurn = true };

    /// <param name="number">The customer's message.</param>
    /// <param name="answer">What it was answered with, where that is known.</param>
    public static Error AlreadyAnswered(long number, Answer? answer = null) => new Errors.AlreadyAnswered(number, answer);

    /// <summary>The token belongs to a conversation that is gone; another has the ticket now.</summary>
    public static Error TurnOfAnotherLife(ConversationId id) => new Errors.TurnOfAnotherLife(id);

    public static Error ReservedMessageId() => InvalidArgument("message_id", $"it must not begin with {MessageDraft.ReservedIdPrefix}; such ids are reserved for the server");

    public static Error NothingSaid() => InvalidArgument("content", "it has at least one character, except from a tool");

    /// <param name="c">The closed conversation.</param>
    /// <param name="window">The guard that refuses, as the workflow describes it; null where no transition leads back to work.</param>
    public static Error ReopenWindowOver(Conversation c, string? window = null) =>
        new Errors.ReopenWindowOver(c.State, c.ClosedAt, c.ReopenableUntil, window, c.FollowUp);

    public static Error NoSuchApproval(string approvalId) => new Errors.NoSuchApproval(approvalId);

    public static Error TooManyApprovals(int limit) => new Errors.LimitReached(limit);

    public static Error AlreadyDecided(Approval a) => new Errors.AlreadyDecided(
        a.ApprovalId, a.Status, a.Votes is [.., var last] && last.Approved, [.. a.Votes.Select(v => v.By)], a.DecidedAt, a.Yes, a.Quorum);

    public static Error ApprovalExpired(Approval a) => new Errors.ApprovalExpired(a.ApprovalId, a.DecidedAt ?? a.Deadline);

    public static Error ApprovalPending(Approval a) => new Errors.ApprovalPending(a.ApprovalId, a.Deadline);

    public static Error ApprovalRefused(Approval a) => new Errors.ApprovalRefused(a.ApprovalId, a.Votes[^1].By, a.Votes[^1].Notes);

    public static Error ApprovalMismatch(Approval a) => new Errors.ApprovalMismatch(a.ApprovalId, a.Action, a.Arguments, a.Digest);

    public static Error ApprovalChanged(Approval a) => new Errors.ApprovalChanged(a.ApprovalId, a.Action, a.Arguments, a.Digest);

    public static Error ApprovalUsed(Approval a) => new Errors.ApprovalUsed(a.ApprovalId, a.UsedBy!, a.UsedAt!.Value);
}
