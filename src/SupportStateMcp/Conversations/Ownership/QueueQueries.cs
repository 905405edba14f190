namespace SupportStateMcp.Conversations;

public sealed partial class ConversationQueries
{
    /// <summary>Who waits for a person, by priority, then by how long.</summary>
    /// <param name="queue">Only in this queue; null for all.</param>
    /// <param name="after">Where the last page ended; null for the first.</param>
    /// <param name="limit">How many, 1 to <see cref="Limits.Page"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<Result<QueuePage>> GetQueueAsync(string? queue, QueueCursor? after, int limit, CancellationToken cancellationToken) =>
        StoreException.GuardAsync<QueuePage>(async () => await store.ListQueueAsync(queue, after, limit, cancellationToken));

    /// <summary>Approvals that wait for a decision, the next deadline first.</summary>
    /// <param name="queue">Only of conversations that wait in this queue, or would go back to it; null for all.</param>
    /// <param name="id">Only of this conversation; null for all.</param>
    /// <param name="after">Where the last page ended; null for the first.</param>
    /// <param name="limit">How many, 1 to <see cref="Limits.Page"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<Result<PendingApprovals>> GetPendingApprovalsAsync(
        string? queue, ConversationId? id, ApprovalCursor? after, int limit, CancellationToken cancellationToken) =>
        StoreException.GuardAsync<PendingApprovals>(async () =>
        {
            if (id is not { } one)
                return await store.ListPendingApprovalsAsync(queue, after, limit, cancellationToken);
            var loaded = await store.LoadAsync(one, null, cancellationToken);
            return Living(one, loaded) is { } error
                ? error
                : PendingApprovals.Of([loaded.Conversation!.AsOf(time.GetUtcNow())], queue, after, limit);
        });
}
