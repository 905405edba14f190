using System.Globalization;

namespace SupportStateMcp.Conversations;

/// <summary>What the policy says to a request.</summary>
/// <param name="Required">True where a person must decide; false where the request is approved on the spot.</param>
/// <param name="Why">The reason, a clause without a full stop: <c>amount 500.01 is above 500</c>.</param>
public sealed record ApprovalRuling(bool Required, string Why)
{
    public bool Automatic => !Required;
}

/// <summary>
/// Which requests a person must approve: those of high risk, of high value, of low confidence, and those whose amount cannot be
/// read. Every bound is exclusive.
/// </summary>
public sealed record ApprovalPolicy
{
    /// <summary>A person decides where the risk priority is above this. Default 8; 0 to 1,000.</summary>
    public decimal RiskPriorityAbove { get; init; } = 8;

    /// <summary>A person decides where the amount, in the desk's currency, is above this. Default 500; 0 to 10^12.</summary>
    public decimal AmountAbove { get; init; } = 500;

    /// <summary>Only a confidence above this lets a request pass without a person. Default 0.9; 0 to 1, where 1 lets none pass.</summary>
    public decimal ConfidenceAbove { get; init; } = 0.9m;

    /// <summary>True where risk or amount alone ask for a person, whatever the confidence. Both count by size. What is not known asks for nobody.</summary>
    public bool Requires(decimal? riskPriority, decimal? amount) => Size(riskPriority) > RiskPriorityAbove || Size(amount) > AmountAbove;

    /// <summary>The ruling on one amount, or none.</summary>
    /// <param name="amount">What is at stake, in the desk's currency; null where it is not about money.</param>
    /// <param name="riskPriority">The risk priority; null where nobody gave one.</param>
    /// <param name="confidence">How sure the one who asks is, 0 to 1; null where they did not say.</param>
    public ApprovalRuling Rule(decimal? amount, decimal? riskPriority, decimal? confidence) =>
        Rule(new AmountsAtStake(Size(amount)), riskPriority, confidence);

    /// <summary>
    /// Required where an amount cannot be read, or where amounts or risk ask for a person; else automatic with enough
    /// confidence; else required.
    /// </summary>
    /// <param name="amounts">What is at stake, in the desk's currency.</param>
    /// <param name="riskPriority">The risk priority; null where nobody gave one.</param>
    /// <param name="confidence">How sure the one who asks is, 0 to 1; null where they did not say. What is beyond 1 is no confidence.</param>
    public ApprovalRuling Rule(AmountsAtStake amounts, decimal? riskPriority, decimal? confidence)
    {
        var amount = Above("amount", amounts.Largest, AmountAbove);
        string?[] reasons =
        [
            amounts.Doubt,
            amount ?? (amounts.Total > AmountAbove ? $"the amounts come to {Text(amounts.Total)}, which is above {Text(AmountAbove)}" : null),
            Above("risk priority", Size(riskPriority), RiskPriorityAbove),
        ];
        if (reasons.Any(r => r is not null))
            return new ApprovalRuling(true, string.Join(" and ", reasons.OfType<string>()));

        return Above("confidence", confidence <= 1 ? confidence : null, ConfidenceAbove) is { } sure
            ? new ApprovalRuling(false, $"{sure} and nothing else asks for a person")
            : new ApprovalRuling(true, $"no confidence above {Text(ConfidenceAbove)} was given");
    }

    private static decimal? Size(decimal? value) => value is { } number ? Math.Abs(number) : null;

    private static string? Above(string what, decimal? value, decimal bound) =>
        value > bound ? $"{what} {Text(value.Value)} is above {Text(bound)}" : null;

    private static string Text(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);
}
