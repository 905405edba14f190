using System.Globalization;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Knowledge;

/// <summary>An article as somebody writes it, with its bounds.</summary>
public sealed record ArticleInput
{
    public required string ArticleId { get; init; }

    public required string Title { get; init; }

    /// <summary>Markdown; a search returns the section of it that fits best.</summary>
    public required string Content { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public ArticleStatus Status { get; init; }

    /// <summary>The first bound that it breaks; null where it breaks none.</summary>
    public Error? Violation() =>
        Bounds.Text("article_id", ArticleId, KnowledgeLimits.ArticleId, 1)
        ?? (ArticleId.All(IsVisible) ? null : Error.InvalidArgument("article_id", "it has visible characters only, and no spaces"))
        ?? Bounds.Text("title", Title, KnowledgeLimits.Title, 1)
        ?? OneLine("title", Title)
        ?? Bounds.Text("content", Content, KnowledgeLimits.Content, 1)
        ?? (string.IsNullOrWhiteSpace(Content) ? Error.InvalidArgument("content", "it is not empty") : null)
        ?? Bounds.Items("tags", Tags, KnowledgeLimits.Tags, KnowledgeLimits.Tag)
        ?? Tags.Select(t => OneLine("tags", t)).FirstOrDefault(e => e is not null);

    /// <summary>Tags as they are kept and compared: in lower case, each once.</summary>
    internal static IReadOnlyList<string> Normalized(IEnumerable<string> tags) =>
        [.. tags.Select(t => t.Trim().ToLowerInvariant()).Where(t => t.Length > 0).Distinct(StringComparer.Ordinal)];

    private static Error? OneLine(string argument, string text) =>
        text.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029') ? Error.InvalidArgument(argument, "it has no control characters and no line ends")
        : string.IsNullOrWhiteSpace(text) ? Error.InvalidArgument(argument, "it is not empty")
        : null;

    private static bool IsVisible(char c) =>
        !char.IsControl(c) && !char.IsWhiteSpace(c) && char.GetUnicodeCategory(c) is not (UnicodeCategory.Format or UnicodeCategory.Surrogate);
}
