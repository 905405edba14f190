namespace SupportStateMcp.Conversations;

/// <summary>An approval that a call asked for.</summary>
/// <param name="Found">The approval as it stands.</param>
/// <param name="Created">True where the call opened it; false where it was there already.</param>
/// <param name="Replayed">True where an earlier call under the same key opened it.</param>
public sealed record RequestedApproval(ApprovalOf Found, bool Created, bool Replayed)
{
    /// <summary>
    /// What a client brings back with the answer of its person: which approval the question was about. It is not signed: a
    /// client that would forge it could as well forge the answer beside it, and the approval it names must be the one of
    /// exactly the action and arguments of the call. So instances share no key.
    /// </summary>
    public string State => Found.Approval.ApprovalId + (Created ? CreatedMark : "");

    private const string CreatedMark = "+";

    /// <summary>Takes a state apart.</summary>
    internal static (string ApprovalId, bool Created) Read(string state) =>
        state.EndsWith(CreatedMark, StringComparison.Ordinal) ? (state[..^CreatedMark.Length], true) : (state, false);
}

/// <summary>Opens approvals, and finds those again that a call of several rounds is about.</summary>
public sealed class ApprovalRequests(ConversationCommandHandler commands, ApprovalService approvals, TimeProvider time)
{
    /// <summary>Asks for the permission; one for exactly this that is still open is found instead.</summary>
    public async ValueTask<Result<RequestedApproval>> OpenAsync(ConversationCommand.RequestApproval command, CancellationToken cancellationToken)
    {
        var result = await commands.ExecuteAsync(command, cancellationToken);
        if (!result.TryGet(out var outcome, out var error))
            return error;

        var approvalId = outcome.IdempotencyRecord.ApprovalId
            ?? outcome.Conversation.OpenApproval(Digest.OfAction(command.Action, command.Arguments))!.ApprovalId;
        var current = outcome.Conversation.AsOf(time.GetUtcNow());
        return current.Approval(approvalId) is { } approval
            ? new RequestedApproval(new ApprovalOf(approval, current), !outcome.IdempotencyRecord.Unchanged, outcome.Replayed)
            : Error.NoSuchApproval(approvalId);
    }

    /// <summary>Finds the approval of an earlier round of the same call. Opens none: what was asked then is what was answered.</summary>
    /// <param name="state">The <see cref="RequestedApproval.State"/> of that round.</param>
    /// <param name="command">What the call asks for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<RequestedApproval>> ResumeAsync(
        string state, ConversationCommand.RequestApproval command, CancellationToken cancellationToken)
    {
        var (approvalId, created) = RequestedApproval.Read(state);
        var result = await approvals.GetAsync(approvalId, cancellationToken);
        if (!result.TryGet(out var found, out var error) && error.Code != ErrorCodes.NotFound)
            return error;

        return found?.Conversation.ConversationId == command.Id.Value && found.Approval.Digest == Digest.OfAction(command.Action, command.Arguments)
            ? new RequestedApproval(found, created, Replayed: false)
            : Error.InvalidArgument(
                "requestState", "it names no approval for this action with these arguments, so the answer does not count; call again without it");
    }
}
