namespace SupportStateMcp.Events;

/// <summary>What other systems are told.</summary>
/// <param name="Source">Which desk events come from: a URI reference.</param>
/// <param name="Sinks">Who is told.</param>
public sealed record EventOptions(string Source, IReadOnlyList<SinkOptions> Sinks)
{
    /// <summary>The Redis Stream from which events are taken; null for none.</summary>
    public StreamOptions? Intake { get; init; }

    /// <summary>The log of another system from which events are taken; null for none.</summary>
    public BusIntake? BusIntake { get; init; }

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

    /// <summary>A log of another system; null for another sort.</summary>
    public BusOptions? Bus { get; init; }

    /// <summary>E-mail to customers; null for another sort.</summary>
    public MailSinkOptions? Mail { get; init; }
}

/// <summary>A log of another system.</summary>
/// <param name="Bus">Its client, which knows where it is.</param>
/// <param name="Topic">The log; null: one for each topic, by its name.</param>
public sealed record BusOptions(IEventBus Bus, string? Topic);

/// <summary>A log of another system from which events are taken.</summary>
/// <param name="Bus">Its client, which knows where it is.</param>
/// <param name="Topic">The log.</param>
public sealed record BusIntake(IEventBus Bus, string Topic);

/// <summary>E-mail to customers.</summary>
/// <param name="Mail">By which server, and from whom.</param>
/// <param name="Transport">Hands letters over.</param>
public sealed record MailSinkOptions(MailOptions Mail, IMailTransport Transport);

/// <summary>A Redis Stream.</summary>
/// <param name="Name">Its key, without the prefix of keys.</param>
/// <param name="MaxLength">How many events it keeps, about.</param>
public sealed record StreamOptions(string Name, int MaxLength);
