namespace SupportStateMcp.Events;

/// <summary>A web address that is told of events.</summary>
public sealed record WebhookOptions
{
    /// <summary>Where events are posted to.</summary>
    public required Uri Url { get; init; }

    /// <summary>The secrets that sign, 24 to 64 bytes each: two while one takes over from the other; none for an address that checks no signature. Never written to a log.</summary>
    public IReadOnlyList<byte[]> Secrets { get; init; } = [];

    /// <summary>Whether the address may be one of this machine or a private network.</summary>
    public bool AllowsPrivate { get; init; }

    /// <summary>What is posted.</summary>
    public WebhookFormat Format { get; init; }

    /// <summary>Hides the secrets, and whatever secret the path of the address holds.</summary>
    public override string ToString() => Url.GetLeftPart(UriPartial.Authority);
}

/// <summary>What is posted to a web address.</summary>
public enum WebhookFormat
{
    /// <summary>The event itself.</summary>
    CloudEvent,

    /// <summary>A message of Slack's incoming webhooks, or of what speaks like them.</summary>
    Slack,

    /// <summary>An adaptive card, as the workflows of Microsoft Teams take it.</summary>
    Teams,
}
