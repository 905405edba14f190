namespace SupportStateMcp.Hosting;

/// <summary>The section <c>events</c>.</summary>
public sealed class EventSettings
{
    public string? Source { get; set; }

    /// <summary>The key of a Redis Stream from which events are taken.</summary>
    public string? Intake { get; set; }

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

    public string? MaxLength { get; set; }
}
