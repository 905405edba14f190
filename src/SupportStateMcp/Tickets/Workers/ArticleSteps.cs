using System.Text.RegularExpressions;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Tickets.Workers;

/// <summary>The steps of an article: the items of its lists under a heading that speaks of a solution, else of any list, else its first paragraphs.</summary>
internal static partial class ArticleSteps
{
    /// <summary>The most steps of an analysis.</summary>
    private const int Most = 20;

    /// <summary>The longest step, in characters.</summary>
    private const int Longest = 1_000;

    /// <summary>All solutions fit into an analysis: so long together, in characters.</summary>
    private const int Total = 8_000;

    public static IReadOnlyList<string> Of(string markdown)
    {
        var lines = markdown.ReplaceLineEndings("\n").Split('\n');
        var steps = Items(UnderSolution(lines));
        if (steps.Count == 0)
            steps = Items(lines);
        if (steps.Count == 0)
            steps = [.. lines.Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#').Take(3)];
        if (steps.Count == 0)
            steps = ["See the article."];
        var left = Total;
        return [.. steps.Take(Most).Select(s => ShortText.Of(s, Longest)).TakeWhile((s, i) => (left -= s.Length) > 0 || i == 0)];
    }

    private static List<string> Items(IEnumerable<string> lines) =>
        [.. lines.Select(l => Item().Match(l)).Where(m => m.Success).Select(m => m.Groups[1].Value.Trim()).Where(t => t.Length > 0)];

    private static List<string> UnderSolution(string[] lines)
    {
        var inside = false;
        var found = new List<string>();
        foreach (var line in lines)
        {
            if (line.StartsWith('#'))
                inside = Solution().IsMatch(line);
            else if (inside)
                found.Add(line);
        }

        return found;
    }

    [GeneratedRegex(@"^\s{0,3}(?:[0-9]{1,3}[.)]|[-*+])\s+(.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Item();

    [GeneratedRegex("solution|resolution|steps|procedure|fix|resolve|how to", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Solution();
}
