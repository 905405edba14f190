using System.Text.Json;

namespace SupportStateMcp.Memory;

/// <summary>What is known of a customer in a structured form: two JSON objects, changed by merge patches (RFC 7396).</summary>
public sealed record CustomerProfile
{
    public required string CustomerId { get; init; }

    /// <summary>How the customer wants things to be.</summary>
    public required JsonElement Preferences { get; init; }

    /// <summary>What happened with the customer before.</summary>
    public required JsonElement History { get; init; }

    /// <summary>0 where nothing has been recorded yet.</summary>
    public required long Version { get; init; }

    /// <summary>Null where nothing has been recorded yet.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    public string? UpdatedBy { get; init; }

    /// <summary>True where nothing is recorded.</summary>
    public bool IsEmpty => IsEmptyObject(Preferences) && IsEmptyObject(History);

    private static bool IsEmptyObject(JsonElement value) => !value.EnumerateObject().MoveNext();
}
