namespace SupportStateMcp.Hosting;

/// <summary>The section <c>events</c>.</summary>
public sealed class EventSettings
{
    public string? Source { get; set; }

    /// <summary>The key of a Redis Stream from which events are taken.</summary>
    public string? Intake { get; set; }

    public KafkaSettings Kafka { get; set; } = new();

    /// <summary>The sinks by their place in the list.</summary>
    public Dictionary<string, SinkSettings>? Sinks { get; set; }
}

/// <summary>An entry of <c>events.sinks</c>.</summary>
public sealed class SinkSettings
{
    public string? Name { get; set; }

    public string? Type { get; set; }

    public string? Url { get; set; }

    public List<string>? Secrets { get; set; }

    public List<string>? Topics { get; set; }

    public string? Content { get; set; }

    public string? AllowPrivate { get; set; }

    public string? Stream { get; set; }

    public string? Brokers { get; set; }

    public string? Topic { get; set; }

    public Dictionary<string, string>? Settings { get; set; }

    public string? Host { get; set; }

    public string? Port { get; set; }

    public string? Security { get; set; }

    public string? User { get; set; }

    public string? Password { get; set; }

    public string? From { get; set; }

    public string? Subject { get; set; }

    public string? MaxLength { get; set; }
}

/// <summary>The section <c>events.kafka</c>: a topic from which events are taken.</summary>
public sealed class KafkaSettings
{
    public string? Brokers { get; set; }

    public string? Intake { get; set; }

    public Dictionary<string, string>? Settings { get; set; }
}
