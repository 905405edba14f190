using System.Globalization;
using System.Text.RegularExpressions;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Hosting;

/// <content>The section <c>approvals</c>.</content>
public sealed partial class OptionsReader
{
    private ApprovalPolicy Approvals()
    {
        var standard = new ApprovalPolicy();
        return new ApprovalPolicy
        {
            RiskPriorityAbove = Fraction("approvals:riskPriorityAbove", standard.RiskPriorityAbove, 1_000),
            AmountAbove = Fraction("approvals:amountAbove", standard.AmountAbove, 1_000_000_000_000),
            ConfidenceAbove = Fraction("approvals:confidenceAbove", standard.ConfidenceAbove, 1),
        };
    }

    private decimal Fraction(string key, decimal fallback, decimal most)
    {
        if (Text(key) is not { } text)
            return fallback;
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value) && value <= most
            ? value
            : Violation(fallback, string.Create(CultureInfo.InvariantCulture, $"{Dotted(key)}: '{text}' is out of range; use 0 to {most}, with a point before decimals."));
    }

    [GeneratedRegex(@"^approvals:(riskPriorityAbove|amountAbove|confidenceAbove)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex KnownApprovals();
}
