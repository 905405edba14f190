namespace SupportStateMcp.Events;

/// <summary>What other systems are told.</summary>
/// <param name="Source">Which desk events come from: a URI reference.</param>
/// <param name="Sinks">Who is told.</param>
public sealed record EventOptions(string Source, IReadOnlyList<SinkOptions> Sinks)
{
    /// <summary>The Redis Stream from which events are taken; null for none.</summary>
    public StreamOptions? Intake { get; init; }

    public const string DefaultSource = "/supportstatemcp";

    public static EventOptions Default { get; } = new(DefaultSource, []);
}

/// <summary>A sink, of one sort.</summary>
/// <param name="Subscription">What it is told.</param>
public sealed record SinkOptions(EventSubscription Subscription)
{
    /// <summary>A web address; null for another sort.</summary>
    public WebhookOptions? Webhook { get; init; }

    /// <summary>A Redis Stream; null for another sort.</summary>
    public StreamOptions? Stream { get; init; }
}

/// <summary>A Redis Stream.</summary>
/// <param name="Name">Its key, without the prefix of keys.</param>
/// <param name="MaxLength">How many events it keeps, about.</param>
public sealed record StreamOptions(string Name, int MaxLength);
