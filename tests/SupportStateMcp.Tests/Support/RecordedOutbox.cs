using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tests.Support;

/// <summary>An outbox that tells a test what was asked of it, and that an attempt has been postponed.</summary>
internal sealed class RecordedOutbox(IConversationOutbox outbox) : IConversationOutbox
{
    private int _postponed;
    private int _looks;
    private int _taken;
    private int _asked;
    private int _finds;
    private int _unpostponed;

    /// <summary>How often an attempt was postponed.</summary>
    public int Postponed => _postponed;

    /// <summary>How often it was looked for what is due.</summary>
    public int Looks => _looks;

    /// <summary>How many cursors were taken over.</summary>
    public int Taken => _taken;

    /// <summary>How often an attempt could not be postponed.</summary>
    public int Unpostponed => _unpostponed;

    /// <summary>How often it was begun to look a cursor up.</summary>
    public int Asked => _asked;

    /// <summary>How often a cursor was looked up.</summary>
    public int Finds => _finds;

    /// <summary>Runs before a cursor is looked up.</summary>
    public Func<Task> BeforeFind { get; set; } = () => Task.CompletedTask;

    public async ValueTask<IReadOnlyList<OutboxCursor>> TakeDueAsync(string sink, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        var due = await outbox.TakeDueAsync(sink, now, limit, cancellationToken);
        Interlocked.Add(ref _taken, due.Count);
        Interlocked.Increment(ref _looks);
        return due;
    }

    public async ValueTask<OutboxCursor?> FindAsync(string sink, ConversationId id, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        await BeforeFind();
        var found = await outbox.FindAsync(sink, id, cancellationToken);
        Interlocked.Increment(ref _finds);
        return found;
    }

    public ValueTask<OutboxCursor?> AdvanceAsync(OutboxCursor cursor, long told, CancellationToken cancellationToken) => outbox.AdvanceAsync(cursor, told, cancellationToken);

    public async ValueTask PostponeAsync(OutboxCursor cursor, DateTimeOffset at, CancellationToken cancellationToken)
    {
        try
        {
            await outbox.PostponeAsync(cursor, at, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            Interlocked.Increment(ref _unpostponed);
            throw;
        }

        Interlocked.Increment(ref _postponed);
    }

    public ValueTask<OutboxBacklog> BacklogAsync(string sink, CancellationToken cancellationToken) => outbox.BacklogAsync(sink, cancellationToken);
}
