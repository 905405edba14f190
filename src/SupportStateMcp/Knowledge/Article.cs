using System.Text.Json.Serialization;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Knowledge;

/// <summary>Whether an article is found.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ArticleStatus>))]
public enum ArticleStatus
{
    /// <summary>Written, and not looked at by a supervisor; a search does not find it.</summary>
    Draft,

    /// <summary>A search finds it.</summary>
    Published,

    /// <summary>Kept; a search does not find it any more.</summary>
    Archived,
}

/// <summary>An article of the knowledge base, as it is kept.</summary>
public sealed record Article
{
    /// <summary>The kind of record that articles are.</summary>
    public const string Kind = "article";

    public required string ArticleId { get; init; }

    public required string Title { get; init; }

    /// <summary>Markdown.</summary>
    public required string Content { get; init; }

    /// <summary>In lower case, each once.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    public required ArticleStatus Status { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Who wrote this version, as text.</summary>
    public required string UpdatedBy { get; init; }

    public required long Version { get; init; }
}
