namespace SupportStateMcp.Events;

/// <summary>A log of events of another system, such as Kafka; a plug-in brings it.</summary>
public interface IEventBus : IAsyncDisposable
{
    /// <summary>Says where it is; nothing is connected before the first event.</summary>
    /// <exception cref="ArgumentException">A setting is none, or has no such value; the message says which, without its value.</exception>
    void Open(EventBusOptions options);

    /// <summary>Appends an event, and waits until the other system has it.</summary>
    /// <param name="topic">The log.</param>
    /// <param name="key">Events of one key keep their order.</param>
    /// <param name="json">The event as JSON, UTF-8.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Why it was not appended, without a secret in it; null where it was.</returns>
    ValueTask<string?> AppendAsync(string topic, string key, ReadOnlyMemory<byte> json, CancellationToken cancellationToken);

    /// <summary>
    /// Takes events as one of several readers that share the work, one after the other, until cancelled. An event counts as taken once
    /// <paramref name="take"/> has returned true; where it returned false, or threw, it comes again after a second.
    /// </summary>
    /// <param name="topic">The log.</param>
    /// <param name="group">The name of the readers together.</param>
    /// <param name="take">Takes an event.</param>
    /// <param name="report">Hears why the other system cannot be used, in the same words as long as it is the same reason, without a secret in it; and null with each event that comes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task TakeAsync(
        string topic, string group, Func<BusEvent, CancellationToken, ValueTask<bool>> take, Action<string?> report, CancellationToken cancellationToken);
}

/// <summary>An event of a log.</summary>
/// <param name="Json">The event as JSON, UTF-8; empty where there is none.</param>
/// <param name="Place">Where it stands in the log, for an operator.</param>
public readonly record struct BusEvent(ReadOnlyMemory<byte> Json, string Place);

/// <summary>Where a log of events is.</summary>
/// <param name="Brokers">Its servers: <c>host:port</c> with commas between them.</param>
/// <param name="Settings">What else its client is told, such as how it signs in. Never written to a log.</param>
public sealed record EventBusOptions(string Brokers, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>Hides the settings, which may hold a password.</summary>
    public override string ToString() => Brokers;
}
