namespace SupportStateMcp.Conversations;

/// <summary>A log of events in the store, which other programs follow by themselves.</summary>
public interface IEventStream
{
    /// <summary>Appends an event.</summary>
    /// <param name="stream">The name of the log.</param>
    /// <param name="id">The id of the event.</param>
    /// <param name="topic">Its topic.</param>
    /// <param name="json">The event as JSON, UTF-8.</param>
    /// <param name="maxLength">How many events the log keeps, about.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer, or has no such logs.</exception>
    ValueTask AppendAsync(string stream, string id, string topic, ReadOnlyMemory<byte> json, int maxLength, CancellationToken cancellationToken);
}
