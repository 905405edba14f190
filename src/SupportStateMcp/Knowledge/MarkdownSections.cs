namespace SupportStateMcp.Knowledge;

/// <summary>A part of an article.</summary>
/// <param name="Heading">The text of its heading; empty for what stands before the first one.</param>
/// <param name="Level">How deep the heading is, 1 to 6; 0 where there is none.</param>
/// <param name="Text">All of it, the line of the heading included.</param>
public sealed record ArticleSection(string Heading, int Level, string Text)
{
    /// <summary>True where the text begins with the line of the heading. A long section is searched in parts, and only the first of them has it.</summary>
    public bool BeginsWithHeading => Level > 0 && MarkdownSections.IsHeading(Text.AsSpan(), Level, Heading);
}

/// <summary>
/// Splits Markdown at its headings (CommonMark 0.31, ATX headings; lines in a fenced block of code are none). A search that ranks
/// sections finds more than one that ranks whole articles.
/// </summary>
public static class MarkdownSections
{
    /// <summary>How long a section may be where it is searched, in characters: a longer one hides what it says in its middle.</summary>
    private const int SearchedLength = 4_000;

    /// <summary>The sections in their order; at least one. Together they are the whole text.</summary>
    public static IReadOnlyList<ArticleSection> Of(string markdown)
    {
        var sections = new List<ArticleSection>();
        var (heading, level, start) = ("", 0, 0);
        string? fence = null;
        for (var at = 0; at < markdown.Length;)
        {
            var end = markdown.IndexOf('\n', at);
            end = end < 0 ? markdown.Length : end + 1;
            var line = markdown.AsSpan(at, end - at).TrimEnd();
            fence = FenceAfter(line, fence);
            if (fence is null && HeadingOf(line) is var (depth, text) && depth > 0)
            {
                Add(at);
                (heading, level, start) = (text, depth, at);
            }

            at = end;
        }

        Add(markdown.Length);
        return sections.Count > 0 ? sections : [new ArticleSection("", 0, markdown)];

        void Add(int end)
        {
            if (level > 0 || !markdown.AsSpan(start, end - start).IsWhiteSpace())
                sections.Add(new ArticleSection(heading, level, markdown[start..end]));
        }
    }

    /// <summary>The same with long sections in several parts under the same heading: what is searched.</summary>
    public static IEnumerable<ArticleSection> Searched(string markdown)
    {
        foreach (var section in Of(markdown))
        {
            for (var rest = section.Text; ;)
            {
                var end = EndOfPart(rest);
                yield return section with { Text = rest[..end] };
                if (end == rest.Length)
                    break;
                rest = rest[end..];
            }
        }
    }

    /// <summary>A section with those below it, by its heading, in upper or lower case; null where there is none.</summary>
    public static string? Find(string markdown, string heading)
    {
        var sections = Of(markdown);
        var first = sections.ToList().FindIndex(s => s.Heading.Equals(heading.Trim().TrimStart('#').Trim(), StringComparison.OrdinalIgnoreCase));
        return first < 0 ? null : string.Concat(sections.Skip(first).Take(1).Concat(sections.Skip(first + 1).TakeWhile(s => s.Level > sections[first].Level)).Select(s => s.Text));
    }

    /// <summary>True where the first line of a text is this heading.</summary>
    internal static bool IsHeading(ReadOnlySpan<char> text, int level, string heading)
    {
        var end = text.IndexOf('\n');
        return HeadingOf((end < 0 ? text : text[..end]).TrimEnd()) == (level, heading);
    }

    /// <summary>After a paragraph, else after a line, else after a word.</summary>
    private static int EndOfPart(string text)
    {
        if (text.Length <= SearchedLength)
            return text.Length;
        foreach (var mark in (ReadOnlySpan<string>)["\n\n", "\n", " "])
        {
            if (text.LastIndexOf(mark, SearchedLength - 1, SearchedLength / 2, StringComparison.Ordinal) is > 0 and var at)
                return at + mark.Length;
        }

        return char.IsHighSurrogate(text[SearchedLength - 1]) ? SearchedLength - 1 : SearchedLength;
    }

    /// <summary>The fence that is open after a line: what it was opened with, or null.</summary>
    private static string? FenceAfter(ReadOnlySpan<char> line, string? open)
    {
        var text = line.TrimStart(' ');
        if (line.Length - text.Length > 3 || text.IsEmpty || text[0] is not ('`' or '~'))
            return open;
        var length = text.Length - text.TrimStart(text[0]).Length;
        if (open is not null)
            return text[0] == open[0] && length >= open.Length && length == text.Length ? null : open;
        // Back-ticks after back-ticks are code within a line.
        return length >= 3 && !(text[0] == '`' && text[length..].Contains('`')) ? new string(text[0], length) : null;
    }

    private static (int Depth, string Text) HeadingOf(ReadOnlySpan<char> line)
    {
        var text = line.TrimStart(' ');
        var depth = text.Length - text.TrimStart('#').Length;
        if (line.Length - text.Length > 3 || depth is 0 or > 6 || (depth < text.Length && text[depth] is not (' ' or '\t')))
            return default;
        var title = text[depth..].Trim();
        var closed = title.TrimEnd('#');
        if (closed.IsEmpty || closed[^1] is ' ' or '\t')
            title = closed.TrimEnd();
        return (depth, title.ToString());
    }
}
