using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Briefs;

/// <summary>How a message is told to whoever reads on.</summary>
public static class MessageFormatter
{
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
        CultureInfo.InvariantCulture, $"#{message.Number} {message.At.UtcDateTime:MM-dd HH:mm} {Speaker(message)}: {SafeText.Compact(message.Content)}");

    /// <summary>
    /// A text that a customer may have written, as lines that can be told from ours: each stands behind <c>&gt;</c>.
    /// </summary>
    public static string Quoted(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(l => $"> {l}"));

    /// <summary>True where a line of a text could pass for a mark or for the head of a message: it begins with a bracket or a dash.</summary>
    public static bool LooksLikeOurs(string text) => text.ReplaceLineEndings("\n").Split('\n').Any(l =>
        l.FirstOrDefault(c => !char.IsWhiteSpace(c) && !char.IsControl(c) && char.GetUnicodeCategory(c) != UnicodeCategory.Format) is var first
        && char.GetUnicodeCategory(first) is UnicodeCategory.OpenPunctuation or UnicodeCategory.DashPunctuation);
}
