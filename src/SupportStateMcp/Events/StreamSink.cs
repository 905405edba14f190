using System.Text;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Events;

/// <summary>Appends events to a Redis Stream, from which consumers read at their own pace: the fields <c>id</c>, <c>topic</c> and <c>event</c>, which is JSON.</summary>
/// <param name="subscription">What it is told.</param>
/// <param name="stream">The store that has the stream.</param>
/// <param name="name">The key of the stream, without the prefix of keys.</param>
/// <param name="maxLength">How many events it keeps, about.</param>
public sealed class StreamSink(EventSubscription subscription, IEventStream stream, string name, int maxLength) : IEventSink
{
    public EventSubscription Subscription => subscription;

    public async ValueTask<Delivery> DeliverAsync(CloudEvent e, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        try
        {
            await stream.AppendAsync(
                name, [new("id", Encoding.UTF8.GetBytes(e.Id)), new("topic", Encoding.UTF8.GetBytes(e.Topic)), new("event", json)], maxLength, cancellationToken);
            return Delivery.Done;
        }
        catch (StoreUnavailableException x)
        {
            return new Delivery(x.Message);
        }
    }
}
