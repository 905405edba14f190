using SupportStateMcp.Conversations;

namespace SupportStateMcp.Events;

/// <summary>How it stands with the sinks, and another attempt at what they have not taken.</summary>
/// <param name="outbox">Holds what is to be told.</param>
/// <param name="reader">Reads it.</param>
/// <param name="sinks">Whom to tell.</param>
/// <param name="deadLetters">What they have not taken.</param>
/// <param name="time">The clock.</param>
public sealed class EventDeliveries(IConversationOutbox outbox, EventReader reader, IEnumerable<IEventSink> sinks, DeadLetters deadLetters, TimeProvider time)
{
    /// <summary>What comes of a letter whose conversation is gone: there is nothing left to deliver.</summary>
    public static Delivery Gone { get; } = new("The conversation is gone; so is its dead letter.");

    private readonly IReadOnlyList<IEventSink> _sinks = [.. sinks];

    /// <summary>The names of the sinks.</summary>
    public IReadOnlyList<string> Names => [.. _sinks.Select(s => s.Subscription.Name)];

    /// <summary>What a sink has yet to hear of.</summary>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public ValueTask<OutboxBacklog> BacklogAsync(string sink, CancellationToken cancellationToken) => outbox.BacklogAsync(sink, cancellationToken);

    /// <summary>What sinks have not taken, the oldest first.</summary>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public ValueTask<IReadOnlyList<DeadLetter>> DeadLettersAsync(string? sink, CancellationToken cancellationToken) => deadLetters.ListAsync(sink, cancellationToken);

    /// <summary>Tries once more to tell a sink of an event. What it takes, or what is gone (<see cref="Gone"/>), is no dead letter any more.</summary>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public async ValueTask<Delivery> RedeliverAsync(DeadLetter letter, CancellationToken cancellationToken)
    {
        if (_sinks.FirstOrDefault(s => s.Subscription.Name == letter.Sink) is not { } sink)
            return new Delivery($"There is no sink {letter.Sink} any more.");
        var delivery = Gone;
        if (CloudEvent.ParseId(letter.EventId) is { } id
            && (await reader.ReadAsync(id.Id, id.Version - 1, 1, cancellationToken)) is [var e] && letter.Names(e))
        {
            delivery = await DeliveryAttempt.MakeAsync(sink, reader, e, time, cancellationToken);
            if (delivery.Failure is not null)
                return delivery;
        }

        await deadLetters.RemoveAsync(letter, cancellationToken);
        return delivery;
    }
}
