namespace SupportStateMcp.Conversations;

/// <summary>
/// The queue of a busy conversation. A lock here is about fairness only: a commit compares versions, so a lock that
/// expired under its holder can delay, never corrupt.
/// </summary>
public interface IConversationLocks
{
    /// <summary>
    /// Waits for the lock of a conversation, at most <paramref name="wait"/>; null where it did not come in time.
    /// Disposing the handle releases it.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The servers that keep the locks do not answer.</exception>
    ValueTask<IAsyncDisposable?> TryAcquireAsync(ConversationId id, TimeSpan wait, CancellationToken cancellationToken);
}
