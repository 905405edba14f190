using System.Text;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Knowledge;

/// <summary>The part of a section that says most about a query, in one line of at most <see cref="KnowledgeLimits.Excerpt"/> characters.</summary>
internal static class Excerpt
{
    private const string Ellipsis = "…";

    /// <summary>Words that begin with the same so many letters count as the same: restart, restarts, restarted.</summary>
    private const int Stem = 5;

    /// <param name="section">The text of a section; the line of its heading is left out.</param>
    /// <param name="hasHeading">True where the first line is its heading.</param>
    /// <param name="words">The words that were asked for.</param>
    /// <param name="most">How long it may be.</param>
    public static string Of(string section, bool hasHeading, IReadOnlyList<string> words, int most)
    {
        var text = Line(hasHeading && section.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end ? section[(end + 1)..] : section);
        if (text.Length <= most)
            return text;
        var start = BestStart(text, words, most);
        var before = start > 0 ? Ellipsis : "";
        var rest = text[start..];
        return rest.Length + before.Length <= most ? before + rest : before + Cut(rest, most - before.Length);
    }

    /// <summary>The beginning of a text, up to the end of a word, with a mark where something is left out.</summary>
    public static string Cut(string text, int most)
    {
        if (text.Length <= most)
            return text;
        var end = Math.Max(0, most - Ellipsis.Length);
        var space = text.LastIndexOf(' ', Math.Max(0, end - 1));
        if (space > end / 2)
            end = space;
        return ShortText.Beginning(text, end).TrimEnd() + Ellipsis;
    }

    /// <summary>Where the sentence begins from which on most of the words are met, the first of several.</summary>
    private static int BestStart(string text, IReadOnlyList<string> words, int most)
    {
        var sought = words.Select(StemOf).ToHashSet(StringComparer.Ordinal);
        var met = Met(text, sought);
        var starts = Starts(text).ToList();
        var (best, bestCount) = (0, 0);
        foreach (var start in starts)
        {
            var count = met.Where(m => m.At >= start && m.At < start + most - 1).Select(m => m.Word).Distinct(StringComparer.Ordinal).Count();
            if (count > bestCount)
                (best, bestCount) = (start, count);
        }

        // Up to the sentence that the first of them is in; but the end of the text with something before it says more than a few words at its end.
        var first = met.Where(m => m.At >= best).Select(m => m.At).FirstOrDefault();
        return Math.Min(starts.LastOrDefault(s => s <= first), starts.LastOrDefault(s => s <= text.Length - (most / 2)));
    }

    private static List<(int At, string Word)> Met(string text, HashSet<string> sought)
    {
        var met = new List<(int, string)>();
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && char.IsLetterOrDigit(text[end]))
                end++;
            if (end > at && StemOf(text[at..end]) is var word && sought.Contains(word))
                met.Add((at, word));
            at = end + 1;
        }

        return met;
    }

    private static IEnumerable<int> Starts(string text)
    {
        yield return 0;
        for (var i = 1; i < text.Length - 1; i++)
        {
            if (text[i] == ' ' && text[i - 1] is '.' or '!' or '?' or ':' or ';' && text[i + 1] != ' ')
                yield return i + 1;
        }
    }

    private static string StemOf(string word) => (word.Length > Stem ? word[..Stem] : word).ToLowerInvariant();

    /// <summary>In one line, one blank for each run of white space.</summary>
    private static string Line(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c))
                line.Append(c);
            else if (line.Length > 0 && line[^1] != ' ')
                line.Append(' ');
        }

        return line.ToString().TrimEnd();
    }
}
