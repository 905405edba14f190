using SupportStateMcp.Conversations;

namespace SupportStateMcp.Memory;

/// <summary>What became of a value of a session.</summary>
public enum SessionWrite
{
    /// <summary>There would be too many, or they would be too long together; nothing was set.</summary>
    Full,

    /// <summary>It is set.</summary>
    Done,

    /// <summary>A conversation of the ticket that was opened later, by its time, shares something; nothing was set.</summary>
    Over,
}

/// <summary>What became of a value of a session, and why.</summary>
/// <param name="Write">What became of it.</param>
/// <param name="Later">With <see cref="SessionWrite.Over"/>: which later conversation of the ticket shares something (<see cref="Conversation.Life"/>); else null.</param>
public readonly record struct SessionSet(SessionWrite Write, string? Later = null);

/// <summary>
/// Keeps the values of sessions, each until it expires. Both implementations pass the same contract tests. Every method throws
/// <see cref="StoreUnavailableException"/> where the store does not answer within a bounded time.
/// </summary>
public interface ISessionStore
{
    /// <summary>Sets a value.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="life">Which conversation of that ticket (<see cref="Conversation.Life"/>): one that is opened again sees nothing of the one before.</param>
    /// <param name="value">The value.</param>
    /// <param name="most">How many the conversation may have with it.</param>
    /// <param name="mostBytes">How long they may be together, as JSON with their keys.</param>
    /// <param name="over">Null, or a later conversation of the ticket: what it shares goes, in the place of refusing the value, since its time is of a clock that was ahead.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<SessionSet> SetAsync(
        ConversationId id, string life, SessionValue value, int most, int mostBytes, string? over, CancellationToken cancellationToken);

    /// <summary>Removes a value, if it is there.</summary>
    ValueTask RemoveAsync(ConversationId id, string life, string key, CancellationToken cancellationToken);

    /// <summary>The values that have not expired, by their keys.</summary>
    ValueTask<IReadOnlyList<SessionValue>> ReadAsync(ConversationId id, string life, CancellationToken cancellationToken);

    /// <summary>Removes all values of one conversation of a ticket, and leaves those of a later one.</summary>
    ValueTask ClearAsync(ConversationId id, string life, CancellationToken cancellationToken);

    /// <summary>Removes what has expired, where the store does not do that by itself.</summary>
    ValueTask SweepAsync(CancellationToken cancellationToken);
}
