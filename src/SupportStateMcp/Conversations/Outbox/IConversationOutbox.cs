namespace SupportStateMcp.Conversations;

/// <summary>
/// What other systems have yet to be told of: the trail of each conversation from a cursor on, for each sink. A commit notes that there is
/// something to tell before it is made, and the cursor is part of the conversation, so that nothing that was committed is left untold, whoever
/// dies when: at least once, in the order of the trail. The process that commits tells it; what it has not told after
/// <see cref="OutboxSinks.Grace"/>, any other may tell. Both implementations pass the same contract tests; every method throws
/// <see cref="StoreUnavailableException"/> where the store does not answer.
/// </summary>
public interface IConversationOutbox
{
    /// <summary>
    /// How far a sink has been told of conversations whose time has come, those that wait longest first; nobody else gets them for another
    /// <see cref="OutboxSinks.Grace"/>.
    /// </summary>
    /// <param name="sink">The name of the sink.</param>
    /// <param name="now">When the caller asks: from then on it has them to itself.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IReadOnlyList<OutboxCursor>> TakeDueAsync(string sink, DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// How far a sink has been told of a conversation; null where it has been told everything, or the next attempt is not due yet. Anybody may ask:
    /// what comes next may be another process's to tell.
    /// </summary>
    ValueTask<OutboxCursor?> FindAsync(string sink, ConversationId id, CancellationToken cancellationToken);

    /// <summary>
    /// Moves a cursor on; null where somebody else has moved it, or everything has been told. Where there is more to tell, no other process takes it
    /// over for another <see cref="OutboxSinks.Grace"/>.
    /// </summary>
    /// <param name="cursor">Where it stood.</param>
    /// <param name="told">Up to which version the sink has been told now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<OutboxCursor?> AdvanceAsync(OutboxCursor cursor, long told, CancellationToken cancellationToken);

    /// <summary>
    /// An attempt failed: the next one is due at a time, at most <see cref="OutboxSinks.LongestWait"/> from now, and counts one more. Nothing where
    /// somebody else has moved the cursor, or counted this attempt.
    /// </summary>
    ValueTask PostponeAsync(OutboxCursor cursor, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>What a sink has yet to hear of.</summary>
    ValueTask<OutboxBacklog> BacklogAsync(string sink, CancellationToken cancellationToken);
}

/// <summary>How far a sink has been told of a conversation.</summary>
/// <param name="Sink">The name of the sink.</param>
/// <param name="Id">The conversation.</param>
/// <param name="Told">The version up to which it has been told.</param>
/// <param name="Attempt">Which attempt at the next event comes now, from 1.</param>
public sealed record OutboxCursor(string Sink, ConversationId Id, long Told, int Attempt);

/// <summary>What a sink has yet to hear of.</summary>
/// <param name="Pending">How many conversations have something to tell; those that several commits have noted may count several times.</param>
/// <param name="OldestDue">When the first of them was due, or will be; null where there is none.</param>
public sealed record OutboxBacklog(long Pending, DateTimeOffset? OldestDue);

/// <summary>The sinks that commits are noted for.</summary>
/// <param name="Names">Their names; the same in every process on a store.</param>
public sealed record OutboxSinks(IReadOnlyList<string> Names)
{
    /// <summary>
    /// How long the process that has committed, or has taken over, tells alone: longer than an attempt takes. A note this old belongs to no commit
    /// that is still on its way.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    /// <summary>How long an attempt is put off at most.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(6);

    /// <summary>What is due later than so long from now was noted by a clock that was ahead, and is due now: else it would wait as long as that clock was ahead.</summary>
    public static readonly TimeSpan Horizon = LongestWait + Grace;
}
