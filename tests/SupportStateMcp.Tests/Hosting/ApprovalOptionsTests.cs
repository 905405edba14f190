using System.Collections;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;

namespace SupportStateMcp.Tests.Hosting;

public class ApprovalOptionsTests
{
    [Fact]
    public void Without_anything_the_policy_is_the_standard_one() => Assert.Equal(new ApprovalPolicy(), Read().Options!.ApprovalPolicy);

    [Fact]
    public void Each_bound_can_be_set() => Assert.Equal(
        new ApprovalPolicy { RiskPriorityAbove = 99.5m, AmountAbove = 1_000_000_000_000, ConfidenceAbove = 0 },
        Read(("riskPriorityAbove", "99.5"), ("amountAbove", "1e12"), ("confidenceAbove", "0")).Options!.ApprovalPolicy);

    [Fact]
    public void Everything_that_is_out_of_range_is_said_at_once() => Assert.Equal(
        [
            "approvals.unsure: there is no such key; docs/configuration.md lists them all.",
            "approvals.riskPriorityAbove: '1000.01' is out of range; use 0 to 1000, with a point before decimals.",
            "approvals.amountAbove: '-1' is out of range; use 0 to 1000000000000, with a point before decimals.",
            "approvals.confidenceAbove: '0,9' is out of range; use 0 to 1, with a point before decimals.",
        ],
        Read(("riskPriorityAbove", "1000.01"), ("amountAbove", "-1"), ("confidenceAbove", "0,9"), ("unsure", "x")).Violations);

    private static (ServerOptions? Options, IReadOnlyList<string> Violations) Read(params (string Key, string Value)[] bounds) => OptionsReader.Read(
        OptionsSources.Read(null, new Hashtable(), bounds.ToDictionary(b => $"approvals:{b.Key}", string? (b) => b.Value)), null);
}
