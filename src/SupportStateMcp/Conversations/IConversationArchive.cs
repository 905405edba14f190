namespace SupportStateMcp.Conversations;

/// <summary>
/// Where closed conversations are kept that have outlived their time to live, where the operator wants that. They are read, and erased; nothing
/// else happens to them. Every method throws <see cref="StoreUnavailableException"/> where the store does not answer within a bounded time, and
/// <see cref="StoreDamagedException"/> where what is kept cannot be read.
/// </summary>
public interface IConversationArchive
{
    /// <summary>The conversation as it was when it was closed last; null where none is kept under this id. Of several of one ticket, the newest.</summary>
    ValueTask<ArchivedConversation?> FindAsync(ConversationId id, CancellationToken cancellationToken);

    /// <summary>Removes what <see cref="FindAsync"/> finds; false where that is nothing.</summary>
    ValueTask<bool> EraseAsync(ConversationId id, CancellationToken cancellationToken);
}

/// <summary>A conversation in the archive.</summary>
/// <param name="Conversation">The conversation.</param>
/// <param name="Events">Its whole trail.</param>
/// <param name="Messages">Its whole history, in chronological order.</param>
public sealed record ArchivedConversation(Conversation Conversation, IReadOnlyList<ConversationEvent> Events, IReadOnlyList<Message> Messages);
