using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace SupportStateMcp.Conversations;

/// <summary>
/// The right to answer one message of the customer, while the case does not change hands. It holds all that any instance
/// needs to complete it, and nothing that the rules would trust: they check it against the case.
/// </summary>
/// <param name="Id">The case.</param>
/// <param name="Epoch">The epoch of the case when the turn began.</param>
/// <param name="Number">The number of the customer's message.</param>
public sealed record Turn(ConversationId Id, long Epoch, long Number)
{
    /// <summary>The longest token, in characters.</summary>
    public const int MaxTokenLength = 250;

    private const string Prefix = "turn_";

    /// <summary>The turn as callers carry it: opaque, and refused if changed.</summary>
    public string ToToken() => Prefix + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{Id.Value}|{Epoch}|{Number}")));

    /// <summary>Reads a token; null where the text is none.</summary>
    public static Turn? TryParse(string? token)
    {
        if (token is null || token.Length > MaxTokenLength || !token.StartsWith(Prefix, StringComparison.Ordinal)
            || !Base64Url.IsValid(token.AsSpan(Prefix.Length)))
            return null;

        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.AsSpan(Prefix.Length))).Split('|');
        return parts.Length == 3
            && ConversationId.TryParse(parts[0]) is { } id
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new Turn(id, epoch, number)
                : null;
    }
}
