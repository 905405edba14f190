namespace SupportStateMcp.Events;

/// <summary>Appends events to a log of another system; those of one conversation have one key, and keep their order.</summary>
/// <param name="subscription">What it is told.</param>
/// <param name="bus">The other system.</param>
/// <param name="topic">The log; null: one for each topic, by its name.</param>
public sealed class BusSink(EventSubscription subscription, IEventBus bus, string? topic) : IEventSink, IAsyncDisposable
{
    public EventSubscription Subscription => subscription;

    public async ValueTask<Delivery> DeliverAsync(CloudEvent e, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        new(await bus.AppendAsync(topic ?? e.Topic, e.Subject, json, cancellationToken));

    public ValueTask DisposeAsync() => bus.DisposeAsync();
}
