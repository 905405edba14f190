using System.Globalization;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Briefing;

/// <summary>How a message is told to whoever reads on.</summary>
public static class Wording
{
    /// <summary>Who speaks, and to whom: <c>customer</c>, <c>assistant (ai:bot)</c>, <c>internal note of human:alice</c>.</summary>
    public static string Speaker(Message message) => message switch
    {
        { Role: MessageRole.User, Automated: false } => "customer",
        { Role: MessageRole.User } => "customer (automatic)",
        { Visibility: Visibility.Internal, Role: MessageRole.Assistant } => $"internal note of {message.RecordedBy}",
        { Visibility: Visibility.Internal } => $"internal {Names.Of(message.Role)} message of {message.RecordedBy}",
        { Automated: true } => $"{Names.Of(message.Role)} (automatic, {message.RecordedBy})",
        _ => $"{Names.Of(message.Role)} ({message.RecordedBy})",
    };

    /// <summary>A message in one line. What was said cannot pass for a line of ours.</summary>
    public static string Line(Message message) => string.Create(
        CultureInfo.InvariantCulture, $"#{message.Number} {message.At.UtcDateTime:MM-dd HH:mm} {Speaker(message)}: {OneLine(message.Content)}");

    /// <summary>A text in one line.</summary>
    public static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(Visible)).Trim();

    private static string Visible(string word) => word.Any(char.IsControl) ? string.Concat(word.Where(c => !char.IsControl(c))) : word;
}
