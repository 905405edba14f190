using System.Globalization;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tests.Conversations;

public class ApprovalPolicyTests
{
    [Theory]
    // Every bound is exclusive.
    [InlineData("500", "8", "0.91", false, "confidence 0.91 is above 0.9 and nothing else asks for a person")]
    [InlineData("500", "8", "0.9", true, "no confidence above 0.9 was given")]
    [InlineData("500.01", "8", "0.91", true, "amount 500.01 is above 500")]
    [InlineData("500", "9", "0.91", true, "risk priority 9 is above 8")]
    [InlineData("500.01", "9", "1", true, "amount 500.01 is above 500 and risk priority 9 is above 8")]
    [InlineData("500.01", null, null, true, "amount 500.01 is above 500")]
    [InlineData(null, "9", null, true, "risk priority 9 is above 8")]
    [InlineData(null, null, "0.91", false, "confidence 0.91 is above 0.9 and nothing else asks for a person")]
    [InlineData(null, null, "0.9", true, "no confidence above 0.9 was given")]
    [InlineData(null, null, null, true, "no confidence above 0.9 was given")]
    [InlineData("0", "0", "0", true, "no confidence above 0.9 was given")]
    [InlineData("1000000000000.50", null, null, true, "amount 1000000000000.5 is above 500")]
    public void A_person_decides_what_is_dear_risky_or_uncertain(string? amount, string? riskPriority, string? confidence, bool required, string why)
    {
        var ruling = new ApprovalPolicy().Rule(Number(amount), Number(riskPriority), Number(confidence));

        Assert.Equal(new ApprovalRuling(required, why), ruling);
        Assert.Equal(!required, ruling.Automatic);
    }

    [Theory]
    [InlineData("8", "500", false)]
    [InlineData("8.01", "500", true)]
    [InlineData("9", null, true)]
    [InlineData(null, "500.01", true)]
    [InlineData(null, null, false)]
    public void Risk_and_amount_ask_for_a_person_whatever_the_confidence(string? riskPriority, string? amount, bool required) =>
        Assert.Equal(required, new ApprovalPolicy().Requires(Number(riskPriority), Number(amount)));

    [Fact]
    public void The_bounds_can_be_set()
    {
        var policy = new ApprovalPolicy { RiskPriorityAbove = 100, AmountAbove = 0.5m, ConfidenceAbove = 1 };

        Assert.Equal(new ApprovalRuling(true, "amount 0.51 is above 0.5"), policy.Rule(0.51m, 100, 1));
        Assert.Equal(new ApprovalRuling(true, "no confidence above 1 was given"), policy.Rule(0.5m, 100, 1));
    }

    [Theory]
    [InlineData("-900", null, "1", true, "amount 900 is above 500")]
    [InlineData(null, "-9", "1", true, "risk priority 9 is above 8")]
    [InlineData(null, null, "1.01", true, "no confidence above 0.9 was given")]
    [InlineData(null, null, "-1", true, "no confidence above 0.9 was given")]
    public void What_is_out_of_range_grants_nothing(string? amount, string? riskPriority, string? confidence, bool required, string why) =>
        Assert.Equal(new ApprovalRuling(required, why), new ApprovalPolicy().Rule(Number(amount), Number(riskPriority), Number(confidence)));

    [Fact]
    public void A_doubt_asks_for_a_person_whatever_else_there_is()
    {
        Assert.Equal(new ApprovalRuling(true, "it is blurred"), new ApprovalPolicy().Rule(new AmountsAtStake(1, 1, "it is blurred"), 1, 1));
        Assert.Equal(
            new ApprovalRuling(true, "it is blurred and amount 501 is above 500 and risk priority 9 is above 8"),
            new ApprovalPolicy().Rule(new AmountsAtStake(501, 501, "it is blurred"), 9, 1));
        Assert.Equal(
            new ApprovalRuling(true, "the amounts come to 500.01, which is above 500"), new ApprovalPolicy().Rule(new AmountsAtStake(400, 500.01m), 1, 1));
    }

    private static decimal? Number(string? text) => text is null ? null : decimal.Parse(text, CultureInfo.InvariantCulture);
}
