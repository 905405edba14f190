using System.Globalization;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

/// <summary>
/// The right to answer one message of the customer, while the conversation does not change hands. It holds all that any instance
/// needs to complete it, and nothing that the rules would trust: they check it against the conversation.
/// </summary>
/// <param name="Id">The conversation.</param>
/// <param name="Life">Which of the conversations that the ticket had: <see cref="Conversation.Life"/>.</param>
/// <param name="Epoch">The epoch of the conversation when the turn began.</param>
/// <param name="Number">The number of the customer's message.</param>
public sealed record Turn(ConversationId Id, string Life, long Epoch, long Number)
{
    /// <summary>The longest token, in characters.</summary>
    public const int MaxTokenLength = 250;

    /// <summary>What a token is; said of one that is none, was changed, or is of a version of this server that named no life.</summary>
    public const string TokenRule = "it is the turn_token of begin_turn on this conversation, unchanged; begin_turn with the same message_id gives a new one";

    private const string Prefix = "turn_";

    /// <summary>The turn as callers carry it: opaque, and refused if changed.</summary>
    public string ToToken() => Prefix + OpaqueToken.Of(
        Id.Value, Life, Epoch.ToString(CultureInfo.InvariantCulture), Number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Reads a token; null where the text is none, or one of a version that named no life.</summary>
    public static Turn? TryParse(string? token)
    {
        if (token is null || token.Length > MaxTokenLength || !token.StartsWith(Prefix, StringComparison.Ordinal))
            return null;

        return OpaqueToken.Parts(token.AsSpan(Prefix.Length), 4) is [var conversation, var life, var epochs, var numbers]
            && ConversationId.TryParse(conversation) is { } id
            && life.Length is > 0 and <= 16 && life.All(char.IsAsciiHexDigitLower)
            && long.TryParse(epochs, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            && long.TryParse(numbers, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new Turn(id, life, epoch, number)
                : null;
    }
}
