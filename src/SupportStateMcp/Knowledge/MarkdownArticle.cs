using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Knowledge;

/// <summary>
/// An article as a Markdown file. It may begin with lines between two lines of <c>---</c> that say <c>id</c>, <c>title</c>, <c>tags</c>
/// (with commas between them, in brackets or not) and <c>status</c>; what is not said there, its name and its first heading say.
/// </summary>
public static class MarkdownArticle
{
    private const string Fence = "---";

    /// <summary>Reads a file.</summary>
    /// <param name="text">What is in it.</param>
    /// <param name="name">The id of the article where the file says none.</param>
    /// <param name="status">The status where it says none.</param>
    public static Result<ArticleInput> Read(string text, string name, ArticleStatus status)
    {
        text = text.ReplaceLineEndings("\n").TrimStart('\uFEFF');
        if (!Head(text).TryGet(out var head, out var error))
            return error;
        var content = text[head.Length..].Trim('\n');
        if (head.Facts.Keys.FirstOrDefault(k => k is not ("id" or "title" or "tags" or "status")) is { } unknown)
            return Error.InvalidArgument(unknown, "the first lines know id, title, tags and status alone");
        if (head.Facts.TryGetValue("status", out var said) && SnakeCaseEnum.Parse<ArticleStatus>(said) is not { } given)
            return Error.InvalidArgument("status", "it is draft, published or archived");

        var article = new ArticleInput
        {
            ArticleId = head.Facts.GetValueOrDefault("id", name),
            Title = head.Facts.GetValueOrDefault("title") ?? MarkdownSections.Of(content).FirstOrDefault(s => s.Heading.Length > 0)?.Heading ?? name,
            Content = content,
            Tags = [.. head.Facts.GetValueOrDefault("tags", "").Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
            Status = said is null ? status : SnakeCaseEnum.Parse<ArticleStatus>(said)!.Value,
        };
        return article.Violation() is { } violation ? violation : article;
    }

    private static Result<FrontMatter> Head(string text)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!text.StartsWith(Fence + "\n", StringComparison.Ordinal))
            return new FrontMatter(facts, 0);
        var at = Fence.Length + 1;
        while (at < text.Length)
        {
            var end = text.IndexOf('\n', at) is >= 0 and var next ? next : text.Length;
            var line = text[at..end].Trim();
            at = Math.Min(end + 1, text.Length);
            if (line == Fence)
                return new FrontMatter(facts, at);
            if (line.Length == 0)
                continue;
            if (line.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var colon) || !facts.TryAdd(line[..colon].Trim(), line[(colon + 1)..].Trim().Trim('"')))
                return Error.InvalidArgument("---", "the lines up to the second --- each say a name, a colon and a value, each name once");
        }

        return Error.InvalidArgument("---", "a second line of --- ends what the first one begins");
    }

    /// <param name="Facts">What the first lines say.</param>
    /// <param name="Length">How much of the file they are, in characters.</param>
    private sealed record FrontMatter(IReadOnlyDictionary<string, string> Facts, int Length);
}
