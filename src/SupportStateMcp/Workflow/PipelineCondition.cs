using System.Text.Json;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Workflow;

/// <summary>How an approval of a run ended.</summary>
public enum ApprovalVerdict
{
    Granted,
    Refused,

    /// <summary>Refused, with the wish for another solution.</summary>
    Revise,
    Expired,
}

/// <summary>What the conditions of a pipeline look at.</summary>
/// <param name="Entitled">Whether the customer is entitled to support; null while nobody has looked.</param>
/// <param name="Verdict">How the approval of the step ended; null for any other step.</param>
/// <param name="Result">The result of the step; null where it has none.</param>
public readonly record struct PipelineContext(bool? Entitled, ApprovalVerdict? Verdict = null, JsonElement? Result = null);

/// <summary>
/// The condition of a branch. What it cannot know, it does not meet: a run whose customer nobody has looked up is neither entitled nor
/// not entitled.
/// </summary>
public sealed record PipelineCondition
{
    private const string EntitledName = "entitled";
    private const string NotEntitledName = "not_entitled";

    private readonly Func<PipelineContext, bool> _isMet;

    private PipelineCondition(string text, Func<PipelineContext, bool> isMet) => (Text, _isMet) = (text, isMet);

    /// <summary>As the configuration and the diagram write it.</summary>
    public string Text { get; }

    public static PipelineCondition NotEntitled { get; } = new(NotEntitledName, c => c.Entitled is false);

    /// <summary>The approval ended like this.</summary>
    public static PipelineCondition Of(ApprovalVerdict verdict) => new(SnakeCaseEnum.Of(verdict), c => c.Verdict == verdict);

    public bool IsMet(PipelineContext context) => _isMet(context);

    /// <summary>
    /// Reads <c>entitled</c>, <c>not_entitled</c>, <c>granted</c>, <c>refused</c>, <c>revise</c>, <c>expired</c>, or <c>FIELD=VALUE</c> of the
    /// result; null where the text is none of these.
    /// </summary>
    public static PipelineCondition? TryParse(string text)
    {
        if (text is EntitledName)
            return new PipelineCondition(text, c => c.Entitled is true);
        if (text is NotEntitledName)
            return NotEntitled;
        if (SnakeCaseEnum.Parse<ApprovalVerdict>(text) is { } verdict)
            return Of(verdict);
        return text.Split('=') is [{ Length: > 0 } field, { Length: > 0 } value]
            ? new PipelineCondition(text, c => c.Result is { ValueKind: JsonValueKind.Object } result
                && result.TryGetProperty(field, out var found) && IsText(found, value))
            : null;
    }

    public bool Equals(PipelineCondition? other) => other?.Text == Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    private static bool IsText(JsonElement found, string value) => found.ValueKind switch
    {
        JsonValueKind.String => found.ValueEquals(value),
        JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => found.GetRawText() == value,
        _ => false,
    };
}
