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
        // What has run out by now puts a conversation into its queue, though no listing says so before it is recorded.
        var all = new Dictionary<string, Conversation>();
        foreach (var id in await store.FindOverdueAsync(time.GetUtcNow(), Limits.Page, cancellationToken))
        {
            if ((await store.LoadAsync(id, null, cancellationToken)).Conversation is { } overdue)
                all[id.Value] = overdue;
        }

        ConversationCursor? after = null;
        do
        {
            var page = await store.ListAsync(filter, after, Limits.Page, cancellationToken);
            foreach (var c in page.Conversations)
                all[c.ConversationId] = c;
            after = page.Next;
        }
        while (after is not null);
        var now = time.GetUtcNow();
        return [.. all.Values.Select(c => c.AsOf(now)).Where(filter.Matches)];
    }
}
