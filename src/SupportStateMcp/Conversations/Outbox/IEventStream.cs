namespace SupportStateMcp.Conversations;

/// <summary>Logs of events in the store, which other programs write and follow by themselves. Every method throws <see cref="StoreUnavailableException"/> where the store does not answer, has no such logs, or has something else under the name.</summary>
public interface IEventStream
{
    /// <summary>Appends an event.</summary>
    /// <param name="stream">The name of the log.</param>
    /// <param name="fields">What the entry holds.</param>
    /// <param name="maxLength">How many entries the log keeps, about.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask AppendAsync(string stream, IReadOnlyList<EventField> fields, int maxLength, CancellationToken cancellationToken);

    /// <summary>
    /// Takes entries, the oldest first: those that were taken and not acknowledged, by whomever, then new ones. One reader of a group at a time gets
    /// any, so that they are worked in their order; the log and the group are made where they are not there.
    /// </summary>
    /// <param name="stream">The name of the log.</param>
    /// <param name="group">The name of the readers together.</param>
    /// <param name="reader">The name of this one.</param>
    /// <param name="lease">How long no other reader gets any, from now on.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IReadOnlyList<EventEntry>> TakeAsync(string stream, string group, string reader, TimeSpan lease, int limit, CancellationToken cancellationToken);

    /// <summary>Acknowledges an entry: nobody takes it again.</summary>
    ValueTask AcknowledgeAsync(string stream, string group, string entry, CancellationToken cancellationToken);
}

/// <summary>A field of an entry.</summary>
public readonly record struct EventField(string Name, ReadOnlyMemory<byte> Value);

/// <summary>An entry that was taken.</summary>
/// <param name="Id">Its id in the log.</param>
/// <param name="Event">Its field <c>event</c>; null where it has none.</param>
public sealed record EventEntry(string Id, byte[]? Event);
