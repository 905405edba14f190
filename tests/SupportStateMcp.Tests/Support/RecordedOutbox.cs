using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tests.Support;

/// <summary>An outbox that tells a test when an attempt has been postponed.</summary>
internal sealed class RecordedOutbox(IConversationOutbox outbox) : IConversationOutbox
{
    private int _postponed;

    /// <summary>How often an attempt was postponed.</summary>
    public int Postponed => _postponed;

    public ValueTask<IReadOnlyList<OutboxCursor>> TakeDueAsync(string sink, int limit, CancellationToken cancellationToken) => outbox.TakeDueAsync(sink, limit, cancellationToken);

    public ValueTask<OutboxCursor?> FindAsync(string sink, ConversationId id, CancellationToken cancellationToken) => outbox.FindAsync(sink, id, cancellationToken);

    public ValueTask<OutboxCursor?> AdvanceAsync(OutboxCursor cursor, long told, CancellationToken cancellationToken) => outbox.AdvanceAsync(cursor, told, cancellationToken);

    public async ValueTask PostponeAsync(OutboxCursor cursor, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await outbox.PostponeAsync(cursor, at, cancellationToken);
        Interlocked.Increment(ref _postponed);
    }

    public ValueTask<OutboxBacklog> BacklogAsync(string sink, CancellationToken cancellationToken) => outbox.BacklogAsync(sink, cancellationToken);
}
