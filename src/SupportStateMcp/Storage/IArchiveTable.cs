using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage;

/// <summary>
/// Where an archive keeps conversations that its store has let go: one entry for each conversation, by its id and its life
/// (<see cref="Conversation.Life"/>). Every method throws <see cref="StoreUnavailableException"/> where it does not answer within a bounded
/// time, and may be called again then: each does the same whether it had been applied or not.
/// </summary>
public interface IArchiveTable
{
    /// <summary>
    /// Keeps a conversation, once it returns for good. What is there already of the same life stays where it is as new, and so does the mark of
    /// an erasure: nothing that comes late brings back what was erased.
    /// </summary>
    ValueTask KeepAsync(ArchivedConversation conversation, CancellationToken cancellationToken);

    /// <summary>The conversation of this id that was opened last; null where none is kept.</summary>
    /// <exception cref="StoreDamagedException">It cannot be read.</exception>
    ValueTask<ArchivedConversation?> FindAsync(ConversationId id, CancellationToken cancellationToken);

    /// <summary>Removes the content of a conversation, whether it is there or not, and leaves a mark that keeps it away.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="life">Which one of this id (<see cref="Conversation.Life"/>).</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask EraseAsync(ConversationId id, string life, CancellationToken cancellationToken);

    /// <summary>Removes the marks of erasures that are old enough, and says how many these were; called now and then.</summary>
    ValueTask<int> SweepAsync(CancellationToken cancellationToken);

    /// <summary>Asks whether it can serve, by what keeping a conversation takes.</summary>
    ValueTask CheckAsync(CancellationToken cancellationToken);
}
