using System.Text.Json.Serialization;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Memory;

/// <summary>What a memory is about.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<MemoryKind>))]
public enum MemoryKind
{
    /// <summary>Something that is true of the customer.</summary>
    Fact,

    /// <summary>How the customer wants things to be.</summary>
    Preference,

    /// <summary>What happened in a conversation, and how it ended.</summary>
    Episode,

    /// <summary>What solves a problem, whoever has it: the one kind that all customers share, and that holds no personal data.</summary>
    Solution,
}

/// <summary>Something that is remembered beyond a conversation. It belongs to one customer, a <see cref="MemoryKind.Solution"/> to the desk.</summary>
public sealed record MemoryItem
{
    /// <summary>For example <c>mem-0f3a9c2155d04c1e-9ab31c70</c>. It names this text: the one that supersedes it has another.</summary>
    public required string MemoryId { get; init; }

    /// <summary>Whose it is; null for a solution, which is the desk's.</summary>
    public string? CustomerId { get; init; }

    public required MemoryKind Kind { get; init; }

    public required string Text { get; init; }

    /// <summary>What a later text under the same key supersedes; null where nothing does.</summary>
    public string? Key { get; init; }

    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>How sure it is, 0 to 1; null where nobody said.</summary>
    public double? Confidence { get; init; }

    /// <summary>Where it is known from, in words.</summary>
    public string? Source { get; init; }

    /// <summary>The conversation that it came from; null where it came from none, and for a solution, which may be another customer's.</summary>
    public string? ConversationId { get; init; }

    /// <summary>Who said so, as text.</summary>
    public required string By { get; init; }

    /// <summary>From when it is valid: when it was remembered.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When another text superseded it; null while it is valid.</summary>
    public DateTimeOffset? InvalidAt { get; init; }

    /// <summary>When it was last recalled, to the day; null where it has not been.</summary>
    public DateTimeOffset? UsedAt { get; init; }
}
