namespace SupportStateMcp.Conversations;

/// <summary>
/// Where closed conversations are kept that have outlived their time to live, where the operator wants that. They are read, and erased; nothing
/// else happens to them. Every method throws <see cref="StoreUnavailableException"/> where the store does not answer within a bounded time, and
/// <see cref="StoreDamagedException"/> where what is kept cannot be read.
/// </summary>
public interface IConversationArchive
{
    /// <summary>
    /// The conversation as it was when it was closed last, whether it has been moved already or waits for that; null where none is kept under
    /// this id. Of several of one ticket, the newest.
    /// </summary>
    ValueTask<ArchivedConversation?> FindAsync(ConversationId id, CancellationToken cancellationToken);

    /// <summary>Removes what <see cref="FindAsync"/> finds; false where that is nothing.</summary>
    ValueTask<bool> EraseAsync(ConversationId id, CancellationToken cancellationToken);

    /// <summary>
    /// Moves closed conversations that have expired, some hundred at a call, and says how many it were; called now and then, by any number of
    /// processes at once. Nothing depends on it but space. Where the store's own sweep moves them, this does nothing.
    /// </summary>
    ValueTask<int> MoveAsync(CancellationToken cancellationToken) => ValueTask.FromResult(0);

    /// <summary>Asks the archive whether it can serve. Where it is a part of the store, the store answers for it.</summary>
    ValueTask CheckAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}

/// <summary>A conversation in the archive.</summary>
/// <param name="Conversation">The conversation.</param>
/// <param name="Events">Its whole trail.</param>
/// <param name="Messages">Its whole history, in chronological order.</param>
public sealed record ArchivedConversation(Conversation Conversation, IReadOnlyList<ConversationEvent> Events, IReadOnlyList<Message> Messages)
{
    /// <summary>True where a conversation goes to the archive once it has expired. A what-if copy only expires.</summary>
    public static bool IsKept(Conversation conversation) => conversation is { ClosedAt: not null, ErasedAt: null, ForkOf: null };
}
