namespace SupportStateMcp.Events;

/// <summary>Another system that is told of events.</summary>
public interface IEventSink
{
    /// <summary>What it is told.</summary>
    EventSubscription Subscription { get; }

    /// <summary>Tells it of one event. Does not throw for whatever the other system does, short of being cancelled.</summary>
    /// <param name="e">The event.</param>
    /// <param name="json">The same as JSON, UTF-8.</param>
    /// <param name="cancellationToken">Ends the attempt, which then counts for nothing.</param>
    ValueTask<Delivery> DeliverAsync(CloudEvent e, ReadOnlyMemory<byte> json, CancellationToken cancellationToken);
}

/// <summary>What a sink is told.</summary>
/// <param name="Name">The name of the sink: 1 to 32 lower-case letters, digits and hyphens, the first a letter.</param>
/// <param name="Topics">The topics (<see cref="EventTopics"/>); none means all.</param>
/// <param name="WithContent">Whether messages come with what was said.</param>
public sealed record EventSubscription(string Name, IReadOnlyList<string> Topics, bool WithContent)
{
    public bool Takes(string topic) => Topics.Count == 0 || Topics.Contains(topic);
}

/// <summary>What came of an attempt.</summary>
/// <param name="Failure">Why the other system has not taken the event, as a sentence for the operator without a secret in it; null where it has.</param>
/// <param name="RetryAfter">How long it asks to be left alone; null where it says nothing.</param>
public readonly record struct Delivery(string? Failure, TimeSpan? RetryAfter = null)
{
    /// <summary>True where no later attempt can succeed.</summary>
    public bool IsFinal { get; init; }

    /// <summary>The other system has taken it.</summary>
    public static readonly Delivery Done;
}
