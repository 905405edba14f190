using System.Globalization;
using System.Text.RegularExpressions;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Hosting;

/// <content>The section <c>approvals</c>.</content>
public sealed partial class OptionsReader
{
    private ApprovalPolicy Approvals()
    {
        var (standard, given) = (new ApprovalPolicy(), _settings.Approvals);
        return new ApprovalPolicy
        {
            RiskPriorityAbove = Fraction("approvals.riskPriorityAbove", given.RiskPriorityAbove, standard.RiskPriorityAbove, 1_000),
            AmountAbove = Fraction("approvals.amountAbove", given.AmountAbove, standard.AmountAbove, 1_000_000_000_000),
            ConfidenceAbove = Fraction("approvals.confidenceAbove", given.ConfidenceAbove, standard.ConfidenceAbove, 1),
        };
    }

    private decimal Fraction(string key, string? text, decimal fallback, decimal most)
    {
        if (Given(text) is not { } given)
            return fallback;
        return decimal.TryParse(given, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value) && value <= most
            ? value
            : Violation(fallback, string.Create(CultureInfo.InvariantCulture, $"{key}: '{given}' is out of range; use 0 to {most}, with a point before decimals."));
    }
}
