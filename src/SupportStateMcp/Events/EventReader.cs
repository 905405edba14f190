using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Events;

/// <summary>Reads what happened to a conversation as other systems hear of it.</summary>
/// <param name="store">Holds the conversations.</param>
/// <param name="source">Which desk it is.</param>
public sealed class EventReader(IConversationStore store, EventSource source)
{
    /// <summary>How many bytes of events one read takes, about.</summary>
    private const long Bytes = 1 << 20;

    /// <summary>The events above a version, oldest first, with the topic of each; empty where the conversation is gone, or is a what-if copy, which is nobody's business.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="after">Only events above this version.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreException">The store does not answer, or what it holds cannot be read.</exception>
    public async ValueTask<IReadOnlyList<CloudEvent>> ReadAsync(ConversationId id, long after, int limit, CancellationToken cancellationToken)
    {
        // Both questions are on their way at once.
        var loading = store.LoadAsync(id, null, cancellationToken).AsTask();
        var events = await store.ReadEventsAsync(id, after, limit, Bytes, cancellationToken);
        return (await loading).Conversation is { ForkOf: null } conversation ? [.. events.Select(e => CloudEvent.Of(conversation, e, source.Name))] : [];
    }

    /// <summary>The event with what was said, where it is about a message that is still there.</summary>
    /// <exception cref="StoreException">The store does not answer, or what it holds cannot be read.</exception>
    public async ValueTask<CloudEvent> WithContentAsync(CloudEvent e, CancellationToken cancellationToken)
    {
        if (e.Data.EventType != "message_added" || e.Data.Details["number"]?.GetValue<long>() is not { } number || CloudEvent.ParseId(e.Id) is not { } id)
            return e;
        var found = await store.ReadMessagesAsync(id.Id, number + 1, 1, Limits.Content, cancellationToken);
        // After an erasure a conversation that is opened again counts its messages from 1: under the number other words may stand.
        return found is [var message] && message.Number == number && Digest.OfText(message.Content) == e.Data.Details["content_digest"]?.GetValue<string>()
            ? e with { Data = e.Data with { Content = message.Content } }
            : e;
    }

    /// <summary>The event as JSON, UTF-8.</summary>
    public static byte[] Json(CloudEvent e) => Utf8Json.Write(e, EventsJson.Default.CloudEvent);
}

/// <summary>Which desk events come from.</summary>
/// <param name="Name">A URI reference (CloudEvents 1.0, section 3.1.2).</param>
public sealed record EventSource(string Name);
