using System.Text.Json.Serialization;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Context;

/// <summary>What becomes of messages that have no room in a context. None is ever deleted.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ContextStrategy>))]
public enum ContextStrategy
{
    /// <summary>The oldest are left out.</summary>
    DropOldest,

    /// <summary>A summary stands for those that it covers, and a new one is due as soon as more than twenty messages have none.</summary>
    Summarise,
}

/// <summary>How contexts are made.</summary>
public sealed record ContextOptions
{
    /// <summary>Default: the oldest messages are left out.</summary>
    public ContextStrategy Strategy { get; init; }

    /// <summary>True: tokens are counted by the vocabulary of o200k_base. False, the default: never too few, without it.</summary>
    public bool CountsExactly { get; init; }
}
