using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

/// <summary>An approval, and the conversation it belongs to.</summary>
public sealed record ApprovalOf(Approval Approval, Conversation Conversation);

/// <summary>Finds approvals by their ids, and waits for their decisions.</summary>
public sealed class ApprovalService(ConversationCommandHandler commands, IConversationStore store, ConversationChangeWaiter watch, TimeProvider time)
{
    /// <summary>An approval as it stands.</summary>
    public async ValueTask<Result<ApprovalOf>> GetAsync(string approvalId, CancellationToken cancellationToken)
    {
        if (Approval.ConversationOf(approvalId) is not { } id)
            return Error.NoSuchApproval(approvalId);
        try
        {
            return Find(approvalId, (await store.LoadAsync(id, null, cancellationToken)).Conversation);
        }
        catch (StoreException e)
        {
            return e.ToError();
        }
    }

    /// <summary>
    /// Waits until an approval is no longer pending, at most for a time; returns it as it stands then. One whose deadline
    /// passes meanwhile has expired, and that is recorded.
    /// </summary>
    public async ValueTask<Result<ApprovalOf>> AwaitAsync(string approvalId, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var asked = await GetAsync(approvalId, cancellationToken);
        if (!asked.TryGet(out var found, out _) || found.Approval.Status != ApprovalStatus.Pending)
            return asked;

        try
        {
            var id = Approval.ConversationOf(approvalId)!.Value;
            for (var started = time.GetTimestamp(); ;)
            {
                // Timers count whole milliseconds: the next one is the first that is not too early.
                var (left, rest) = (found.Approval.Deadline - time.GetUtcNow() + TimeSpan.FromMilliseconds(1), timeout - time.GetElapsedTime(started));
                var current = await watch.WaitAsync(
                    id, c => c?.Approval(approvalId)?.Status != ApprovalStatus.Pending, left < rest ? left : rest, cancellationToken);
                if (current?.DueAt <= time.GetUtcNow())
                {
                    var settled = await commands.ExecuteAsync(new ConversationCommand.ExpireOverdue { Id = id, Actor = Conversation.Clock }, cancellationToken);
                    current = settled.TryGet(out var outcome, out _) ? outcome.Conversation : current;
                }

                var now = Find(approvalId, current);
                // A timer and a clock that is set do not agree to the millisecond: what is not over yet is waited for.
                if (rest <= left || !now.TryGet(out var waiting, out _) || waiting.Approval.Status != ApprovalStatus.Pending)
                    return now;
            }
        }
        catch (StoreException e)
        {
            return e.ToError();
        }
    }

    private Result<ApprovalOf> Find(string approvalId, Conversation? conversation) =>
        conversation?.AsOf(time.GetUtcNow()) is { ErasedAt: null } current && current.Approval(approvalId) is { } approval
            ? new ApprovalOf(approval, current)
            : Error.NoSuchApproval(approvalId);
}
