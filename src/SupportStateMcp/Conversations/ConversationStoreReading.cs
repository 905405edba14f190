namespace SupportStateMcp.Conversations;

/// <summary>Reads of a store in steps, so that none of them is long, whatever is asked for.</summary>
public static class ConversationStoreReading
{
    /// <summary>How much one step reads, in bytes of stored messages or events.</summary>
    public const long StepBytes = 384 << 10;

    /// <summary>What a message counts for in addition to its content, in characters.</summary>
    internal const int Around = 150;

    /// <inheritdoc cref="IConversationStore.ReadMessagesAsync"/>
    public static ValueTask<IReadOnlyList<Message>> ReadMessagesAsync(
        this IConversationStore store, ConversationId id, long before, int limit, CancellationToken cancellationToken) =>
        store.ReadMessagesAsync(id, before, limit, long.MaxValue, cancellationToken);

    /// <inheritdoc cref="IConversationStore.ReadEventsAsync"/>
    public static ValueTask<IReadOnlyList<ConversationEvent>> ReadEventsAsync(
        this IConversationStore store, ConversationId id, long after, int limit, CancellationToken cancellationToken) =>
        store.ReadEventsAsync(id, after, limit, long.MaxValue, cancellationToken);

    /// <inheritdoc cref="IConversationStore.ListPendingApprovalsAsync"/>
    public static ValueTask<PendingApprovals> ListPendingApprovalsAsync(
        this IConversationStore store, string? queue, int limit, CancellationToken cancellationToken) =>
        store.ListPendingApprovalsAsync(queue, null, limit, cancellationToken);

    /// <summary>The newest messages below a number, in chronological order, read newest first until they fill an answer.</summary>
    /// <param name="store">The store.</param>
    /// <param name="id">The conversation.</param>
    /// <param name="before">Only messages with a number below this.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="maxCharacters">How many characters the answer has room for; of each message <see cref="Limits.ShownContent"/> count at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal static async ValueTask<IReadOnlyList<Message>> ReadNewestAsync(
        this IConversationStore store, ConversationId id, long before, int limit, long maxCharacters, CancellationToken cancellationToken)
    {
        List<Message> newest = [.. await store.ReadMessagesAsync(id, before, limit, StepBytes, cancellationToken)];
        while (newest.Count > 0 && !IsDone(newest, limit, maxCharacters))
        {
            var older = await store.ReadMessagesAsync(id, newest[0].Number, limit - newest.Count, StepBytes, cancellationToken);
            if (older.Count == 0)
                break;
            newest.InsertRange(0, older);
        }

        return newest;
    }

    /// <summary>True where there is nothing older, or no room for it.</summary>
    internal static bool IsDone(IReadOnlyList<Message> newest, int limit, long maxCharacters) =>
        newest.Count == 0 || newest[0].Number == 1 || newest.Count >= limit
        || newest.Sum(m => (long)Math.Min(m.Content.Length, Limits.ShownContent) + Around) >= maxCharacters;
}
