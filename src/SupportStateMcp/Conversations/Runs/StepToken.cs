using System.Globalization;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

/// <summary>
/// The right to work on one step of one run, while its lease lasts. It names the conversation, its life, the step and the try, and the
/// version in which the step was leased, which is the fence: what the rules would trust stands in the conversation.
/// </summary>
/// <param name="Id">The conversation.</param>
/// <param name="Life">Which of the conversations that the ticket had: <see cref="Conversation.Life"/>.</param>
/// <param name="Step">The step.</param>
/// <param name="Attempt">The number of the try.</param>
/// <param name="Lease">The version in which it was leased.</param>
public sealed record StepToken(ConversationId Id, string Life, string Step, int Attempt, long Lease)
{
    /// <summary>The longest token, in characters.</summary>
    public const int MaxTokenLength = 350;

    /// <summary>What a token is; said of one that is none or was changed.</summary>
    public const string TokenRule = "it is the step_token of next_step, unchanged; next_step gives the next step that waits";

    /// <summary>The argument that carries it, in every tool that a step opens.</summary>
    public const string Argument = "step_token";

    private const string Prefix = "step_";

    /// <summary>The token as callers carry it: opaque, and refused if changed.</summary>
    public string ToToken() => Prefix + OpaqueToken.Of(
        Id.Value, Life, Step, Attempt.ToString(CultureInfo.InvariantCulture), Lease.ToString(CultureInfo.InvariantCulture));

    /// <summary>The token of a step that is leased.</summary>
    public static StepToken Of(Conversation c, RunStep step) => new(ConversationId.TryParse(c.ConversationId)!.Value, c.Life, step.Name, step.Attempt, step.Lease!.Value);

    /// <summary>Reads a token as a caller sent it.</summary>
    public static Result<StepToken> Parse(string text) =>
        TryParse(text) is { } token ? token : Error.InvalidArgument(Argument, TokenRule, SentValue.Quoted(text));

    /// <summary>Reads a token; null where the text is none.</summary>
    public static StepToken? TryParse(string? token)
    {
        if (token is null || token.Length > MaxTokenLength || !token.StartsWith(Prefix, StringComparison.Ordinal))
            return null;

        return OpaqueToken.Parts(token.AsSpan(Prefix.Length), 5) is [var conversation, var life, { Length: > 0 and <= 50 } step, var attempts, var leases]
            && ConversationId.TryParse(conversation) is { } id
            && life.Length is > 0 and <= 16 && life.All(char.IsAsciiHexDigitLower)
            && int.TryParse(attempts, NumberStyles.None, CultureInfo.InvariantCulture, out var attempt)
            && long.TryParse(leases, NumberStyles.None, CultureInfo.InvariantCulture, out var lease)
                ? new StepToken(id, life, step, attempt, lease)
                : null;
    }
}
