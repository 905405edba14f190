using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Briefs;

/// <summary>How a message is told to anyone who reads on.</summary>
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
        CultureInfo.InvariantCulture, $"#{message.Number} {message.At.UtcDateTime:MM-dd HH:mm} {Speaker(message)}: {(message.Role == MessageRole.User ? CustomerText.Of(message.Content) : CustomerText.Other(message.Content))}");

    /// <summary>
    /// A text that somebody else wrote, as lines that can be told from ours: each stands behind <c>&gt;</c>, whatever a reader
    /// may take for the end of a line.
    /// </summary>
    public static string Quoted(string text) => string.Join('\n', SafeText.Text(text.ReplaceLineEndings("\n")).Split('\n').Select(l => $"> {l}"));
}
