using System.Globalization;
using System.Text.RegularExpressions;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Tickets.Workers;

/// <summary>
/// Summarises without a model: of each message the sentence whose words come up most in all of them, in a line that says who said it.
/// Where the lines have no room, the oldest go, but for the first, which says what the conversation is about.
/// </summary>
public sealed partial class RulesSummaryWriter : ISummaryWriter
{
    /// <summary>The longest line, in characters.</summary>
    private const int Line = 240;

    /// <summary>How much of a message is looked at, in characters.</summary>
    private const int Read = 4_000;

    /// <summary>Shorter words say little.</summary>
    private const int ShortestWord = 4;

    public string Name => "rules-worker";

    public ValueTask<string?> WriteAsync(string? before, IReadOnlyList<Message> messages, CancellationToken cancellationToken)
    {
        var sentences = messages.Select(m => (Message: m, Sentences: Sentences(m.Content))).Where(m => m.Sentences.Count > 0).ToList();
        var frequency = sentences.SelectMany(m => m.Sentences).SelectMany(s => Words(s)).GroupBy(w => w, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        List<string> lines = [.. (before ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        foreach (var (message, said) in sentences)
        {
            var best = said.MaxBy(s => Weight(s, frequency))!;
            lines.Add(ShortText.Of(string.Create(CultureInfo.InvariantCulture, $"#{message.Number} {Speaker(message)}: {best}"), Line));
        }

        while (lines.Count > 1 && lines.Sum(l => l.Length + 1) > Limits.Summary)
            lines.RemoveAt(1);
        return ValueTask.FromResult(lines.Count == 0 ? null : ShortText.Of(string.Join('\n', lines), Limits.Summary));
    }

    private static double Weight(string sentence, Dictionary<string, int> frequency)
    {
        var words = Words(sentence).ToList();
        return words.Count == 0 ? 0 : words.Distinct(StringComparer.Ordinal).Sum(w => frequency[w]) / Math.Sqrt(words.Count);
    }

    private static List<string> Sentences(string content) =>
        [.. Ends().Split(ShortText.Of(content, Read)).Select(s => string.Join(' ', s.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))).Where(s => s.Length > 0)];

    private static IEnumerable<string> Words(string sentence) => Word().Matches(sentence).Select(m => m.Value.ToLowerInvariant()).Where(w => w.Length >= ShortestWord);

    private static string Speaker(Message message) => message switch
    {
        { Role: MessageRole.User } => "customer",
        { Visibility: Visibility.Internal, Role: MessageRole.Assistant } => "note",
        _ => SnakeCaseEnum.Of(message.Role),
    };

    [GeneratedRegex(@"(?<=[.!?])\s+|[\r\n]+", RegexOptions.CultureInvariant)]
    private static partial Regex Ends();

    [GeneratedRegex(@"\w+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
