using SupportStateMcp.Conversations;

namespace SupportStateMcp.Events;

/// <summary>One attempt to tell a sink of an event.</summary>
internal static class DeliveryAttempt
{
    /// <summary>How long it may take; shorter than <see cref="OutboxSinks.Grace"/>, after which somebody else would try too.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Tells the sink, with what was said where it asks for that. Whatever the sink does is a delivery, also where it throws.</summary>
    /// <exception cref="StoreException">The store does not answer, or what it holds cannot be read.</exception>
    public static async ValueTask<Delivery> MakeAsync(IEventSink sink, EventReader reader, CloudEvent e, TimeProvider time, CancellationToken cancellationToken)
    {
        if (sink.Subscription.WithContent)
            e = await reader.WithContentAsync(e, cancellationToken);
        using var timer = new CancellationTokenSource(Timeout, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await sink.DeliverAsync(e, EventReader.Json(e), ends.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Delivery($"It has not answered within {Timeout.TotalSeconds} seconds.");
        }
        catch (Exception x) when (x is not (StoreException or OperationCanceledException))
        {
            // What a library says of a fault that nobody foresaw may hold an address or a password: only its kind is told.
            return new Delivery($"It failed with {x.GetType().Name}.");
        }
    }
}
