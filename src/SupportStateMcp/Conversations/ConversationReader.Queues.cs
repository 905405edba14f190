namespace SupportStateMcp.Conversations;

/// <summary>A place in a queue: after the case with this priority that has waited since this time.</summary>
public readonly record struct QueueCursor(Priority Priority, DateTimeOffset Since, string ConversationId);

/// <summary>A page of those who wait.</summary>
/// <param name="Cases">By priority, then by how long they have waited.</param>
/// <param name="Total">How many wait in all.</param>
/// <param name="Next">Where the next page starts; null on the last.</param>
public sealed record QueuePage(IReadOnlyList<Conversation> Cases, int Total, QueueCursor? Next);

/// <summary>A page of the approvals that wait for a decision.</summary>
/// <param name="Approvals">By deadline, the next one first.</param>
/// <param name="Total">How many wait in all.</param>
public sealed record PendingApprovals(IReadOnlyList<ApprovalOf> Approvals, int Total);

public sealed partial class ConversationReader
{
    /// <summary>Who waits for a person, by priority, then by how long.</summary>
    /// <param name="queue">Only in this queue; null for all.</param>
    /// <param name="after">Where the last page ended; null for the first.</param>
    /// <param name="limit">How many, 1 to <see cref="Limits.Page"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<Result<QueuePage>> GetQueueAsync(string? queue, QueueCursor? after, int limit, CancellationToken cancellationToken) =>
        Guard<QueuePage>(async () =>
        {
            var waiting = (await AllAsync(new ConversationFilter { Waiting = true, Queue = queue }, cancellationToken))
                .OrderBy(Place)
                .ToList();
            var rest = after is { } cursor ? waiting.Where(c => Place(c).CompareTo(Place(cursor)) > 0).ToList() : waiting;
            var page = rest.Take(limit).ToList();
            QueueCursor? next = rest.Count > limit ? new QueueCursor(page[^1].Priority, page[^1].QueuedSince, page[^1].ConversationId) : null;
            return new QueuePage(page, waiting.Count, next);
        });

    /// <summary>Approvals that wait for a decision, the next deadline first.</summary>
    /// <param name="queue">Only of cases that wait in this queue, or would go back to it; null for all.</param>
    /// <param name="id">Only of this case; null for all.</param>
    /// <param name="limit">How many, 1 to <see cref="Limits.Page"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<Result<PendingApprovals>> GetPendingApprovalsAsync(
        string? queue, ConversationId? id, int limit, CancellationToken cancellationToken) =>
        Guard<PendingApprovals>(async () =>
        {
            IReadOnlyList<Conversation> cases;
            if (id is { } one)
            {
                var loaded = await store.LoadAsync(one, null, cancellationToken);
                if (Living(one, loaded) is { } rejection)
                    return rejection;
                cases = [loaded.Conversation!.AsOf(time.GetUtcNow())];
            }
            else
            {
                cases = await AllAsync(new ConversationFilter { PendingApprovals = true }, cancellationToken);
            }

            var pending = cases
                .Where(c => queue is null || (c.Queue ?? c.ReturnQueue ?? Owner.DefaultQueue) == queue)
                .SelectMany(c => c.PendingApprovals, (c, a) => new ApprovalOf(a, c))
                .OrderBy(a => a.Approval.Deadline).ThenBy(a => a.Approval.ApprovalId, StringComparer.Ordinal)
                .ToList();
            return new PendingApprovals([.. pending.Take(limit)], pending.Count);
        });

    /// <summary>All cases of a filter, as they stand now.</summary>
    private async ValueTask<List<Conversation>> AllAsync(ConversationFilter filter, CancellationToken cancellationToken)
    {
        var all = new List<Conversation>();
        ConversationCursor? after = null;
        do
        {
            var page = await store.ListAsync(filter, after, Limits.Page, cancellationToken);
            var now = time.GetUtcNow();
            all.AddRange(page.Conversations.Select(c => c.AsOf(now)).Where(filter.Matches));
            after = page.Next;
        }
        while (after is not null);
        return all;
    }

    /// <summary>The order of a queue: the most urgent first, then who has waited longest.</summary>
    private static (int, DateTimeOffset, string) Place(Conversation c) => Place(new QueueCursor(c.Priority, c.QueuedSince, c.ConversationId));

    private static (int, DateTimeOffset, string) Place(QueueCursor c) => (-(int)c.Priority, c.Since, c.ConversationId);
}
