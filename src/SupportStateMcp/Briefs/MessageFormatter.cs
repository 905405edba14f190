using System.Globalization;
using System.Text;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Briefs;

/// <summary>How a message is told to whoever reads on.</summary>
public static class MessageFormatter
{
    // Letters of several scripts, and many emoji, are joined by them.
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>Who speaks, and to whom: <c>customer</c>, <c>assistant (ai:bot)</c>, <c>internal note of human:alice</c>.</summary>
    public static string Speaker(Message message) => message switch
    {
        { Role: MessageRole.User, Automated: false } => "customer",
        { Role: MessageRole.User } => "customer (automatic)",
        { Visibility: Visibility.Internal, Role: MessageRole.Assistant } => $"internal note of {message.RecordedBy}",
        { Visibility: Visibility.Internal } => $"internal {SnakeCaseEnum.Of(message.Role)} message of {message.RecordedBy}",
        { Automated: true } => $"{SnakeCaseEnum.Of(message.Role)} (automatic, {message.RecordedBy})",
        _ => $"{SnakeCaseEnum.Of(message.Role)} ({message.RecordedBy})",
    };

    /// <summary>A message in one line. What was said cannot pass for a line of ours.</summary>
    public static string Line(Message message) => string.Create(
        CultureInfo.InvariantCulture, $"#{message.Number} {message.At.UtcDateTime:MM-dd HH:mm} {Speaker(message)}: {OneLine(message.Content)}");

    /// <summary>A text in one line.</summary>
    public static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(Visible)).Trim();

    /// <summary>
    /// A text that a customer may have written, as lines that can be told from ours: each stands behind <c>&gt;</c>.
    /// </summary>
    public static string Quoted(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(l => $"> {l}"));

    /// <summary>True where a line of a text could pass for a mark or for the head of a message: it begins with a bracket or a dash.</summary>
    public static bool LooksLikeOurs(string text) => text.ReplaceLineEndings("\n").Split('\n').Any(l =>
        l.FirstOrDefault(c => !char.IsWhiteSpace(c) && !char.IsControl(c) && char.GetUnicodeCategory(c) != UnicodeCategory.Format) is var first
        && char.GetUnicodeCategory(first) is UnicodeCategory.OpenPunctuation or UnicodeCategory.DashPunctuation);

    /// <summary>A word without control characters; what else cannot be seen, or turns text around, is spelled out.</summary>
    private static string Visible(string word) => word.All(char.IsAscii) && !word.Any(char.IsControl)
        ? word
        : string.Concat(word.EnumerateRunes().Select(rune => Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.Control => "",
            UnicodeCategory.Format when rune.Value is not (ZeroWidthNonJoiner or ZeroWidthJoiner) =>
                string.Create(CultureInfo.InvariantCulture, $"<U+{rune.Value:X4}>"),
            _ => rune.ToString(),
        }));
}
