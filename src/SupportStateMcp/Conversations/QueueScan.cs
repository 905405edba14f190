namespace SupportStateMcp.Conversations;

/// <summary>Answers queue listings by reading all that waits; for stores without an index of their own.</summary>
internal static class QueueScan
{
    public static async ValueTask<QueuePage> QueueAsync(
        IConversationStore store, TimeProvider time, string? queue, QueueCursor? after, int limit, CancellationToken cancellationToken)
    {
        var waiting = (await AllAsync(store, time, new ConversationFilter { Waiting = true, Queue = queue }, cancellationToken))
            .OrderBy(QueueCursor.Of, QueueCursor.Order).ToList();
        var rest = after is { } cursor ? waiting.Where(c => QueueCursor.Order.Compare(QueueCursor.Of(c), cursor) > 0).ToList() : waiting;
        var page = rest.Take(limit).ToList();
        return new QueuePage(page, waiting.Count, rest.Count > limit ? QueueCursor.Of(page[^1]) : null);
    }

    public static async ValueTask<PendingApprovals> ApprovalsAsync(
        IConversationStore store, TimeProvider time, string? queue, int limit, CancellationToken cancellationToken) =>
        PendingApprovals.Of(await AllAsync(store, time, new ConversationFilter { PendingApprovals = true }, cancellationToken), queue, limit);

    private static async ValueTask<List<Conversation>> AllAsync(
        IConversationStore store, TimeProvider time, ConversationFilter filter, CancellationToken cancellationToken)
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
}
