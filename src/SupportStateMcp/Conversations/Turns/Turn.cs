using System.Globalization;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

/// <summary>
/// The right to answer one message of the customer, while the conversation does not change hands. It holds all that any instance
/// needs to complete it, and nothing that the rules would trust: they check it against the conversation.
/// </summary>
/// <param name="Id">The conversation.</param>
/// <param name="Epoch">The epoch of the conversation when the turn began.</param>
/// <param name="Number">The number of the customer's message.</param>
public sealed record Turn(ConversationId Id, long Epoch, long Number)
{
    /// <summary>The longest token, in characters.</summary>
    public const int MaxTokenLength = 250;

    private const string Prefix = "turn_";

    /// <summary>The turn as callers carry it: opaque, and refused if changed.</summary>
    public string ToToken() => Prefix + OpaqueToken.Of(
        Id.Value, Epoch.ToString(CultureInfo.InvariantCulture), Number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Reads a token; null where the text is none.</summary>
    public static Turn? TryParse(string? token)
    {
        if (token is null || token.Length > MaxTokenLength || !token.StartsWith(Prefix, StringComparison.Ordinal))
            return null;

        return OpaqueToken.Parts(token.AsSpan(Prefix.Length), 3) is [var conversation, var epochs, var numbers]
            && ConversationId.TryParse(conversation) is { } id
            && long.TryParse(epochs, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            && long.TryParse(numbers, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new Turn(id, epoch, number)
                : null;
    }
}
