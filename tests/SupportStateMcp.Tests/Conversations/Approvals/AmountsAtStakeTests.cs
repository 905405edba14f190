using System.Globalization;
using System.Text.Json;
using SupportStateMcp.Conversations;
using static SupportStateMcp.Conversations.ConversationEvent;
using static SupportStateMcp.Tests.Conversations.Specification;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Conversations;

public class AmountsAtStakeTests
{
    private static readonly GivenConversation s_open = Given().And(Open());

    [Theory]
    // Texts that are no plain number.
    [InlineData("""{"amount":"1.200,00"}""")]
    [InlineData("""{"amount":"450,00"}""")]
    [InlineData("""{"amount":"1,612.40"}""")]
    [InlineData("""{"amount":"1.200"}""")]
    [InlineData("""{"amount":"1 200"}""")]
    [InlineData("""{"amount":"1'200"}""")]
    [InlineData("""{"amount":"1_200"}""")]
    [InlineData("""{"amount":"900 EUR"}""")]
    [InlineData("""{"amount":"$900"}""")]
    [InlineData("""{"amount":"900,-"}""")]
    [InlineData("""{"amount":"1e3"}""")]
    [InlineData("""{"amount":"0x384"}""")]
    [InlineData("""{"amount":"+900"}""")]
    [InlineData("""{"amount":"0900"}""")]
    [InlineData("""{"amount":" 900"}""")]
    [InlineData("""{"amount":"900\n"}""")]
    [InlineData("""{"amount":"900."}""")]
    [InlineData("""{"amount":".5"}""")]
    [InlineData("""{"amount":"(900)"}""")]
    [InlineData("""{"amount":"\u2212900"}""")]
    [InlineData("""{"amount":"\uff19\uff10\uff10"}""")]
    [InlineData("""{"amount":"\u0669\u0660\u0660"}""")]
    [InlineData("""{"amount":"nine hundred"}""")]
    [InlineData("""{"amount":"NaN"}""")]
    [InlineData("""{"amount":"Infinity"}""")]
    [InlineData("""{"amount":"99999999999999999999999999999999"}""")]
    [InlineData("""{"amount":""}""")]
    // What is no number at all.
    [InlineData("""{"amount":{"value":900}}""")]
    [InlineData("""{"amount":[900]}""")]
    [InlineData("""{"amount":[]}""")]
    [InlineData("""{"amount":null}""")]
    [InlineData("""{"amount":true}""")]
    // Numbers that would be rounded, or are beyond all bounds.
    [InlineData("""{"amount":1e40}""")]
    [InlineData("""{"amount":1e400}""")]
    [InlineData("""{"amount":-1e400}""")]
    [InlineData("""{"amount":1e-400}""")]
    [InlineData("""{"amount":500.00000000000000000000000000000001}""")]
    [InlineData("""{"amount":1000000000001}""")]
    // Wherever it stands, whatever else stands in its key.
    [InlineData("""{"Amount":"900 EUR"}""")]
    [InlineData("""{"refund":{"amount":"900 EUR"}}""")]
    [InlineData("""{"a":[{"b":[{"refundAmount":"900 EUR"}]}]}""")]
    [InlineData("""{"amount in EUR":"nine"}""")]
    [InlineData("""{"amount=900":true}""")]
    [InlineData("""{"payload":"{\"amount\":900}"}""")]
    [InlineData("""{"url":"https://pay.example/refund?AMOUNT=900"}""")]
    [InlineData("""{"list":["amount: 900"]}""")]
    public void What_cannot_be_read_without_doubt_goes_to_a_person_who_is_told_why(string arguments)
    {
        var events = s_open.When(Ask(JsonElement.Parse(arguments)) with { Amount = 1, RiskPriority = 0, Confidence = 1 }).Then(typeof(ApprovalRequested));

        Assert.NotNull(AmountsAtStake.Of(JsonElement.Parse(arguments), null).Doubt);
        Assert.Contains("amount", ((ApprovalRequested)events[0]).Policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"amount":900}""")]
    [InlineData("""{"amount":9e2}""")]
    [InlineData("""{"amount":-900}""")]
    [InlineData("""{"amount":"-900"}""")]
    [InlineData("""{"amount":"900.0"}""")]
    [InlineData("""{"amount":"900.00"}""")]
    [InlineData("""{"AMOUNT":900}""")]
    [InlineData("""{" Amount ":900}""")]
    [InlineData("""{"a\u200bmount":900}""")]
    [InlineData("""{"\uff21\uff4d\uff4f\uff55\uff4e\uff54":900}""")]
    [InlineData("""{"refund":{"amount":900}}""")]
    [InlineData("""{"refundAmount":900}""")]
    [InlineData("""{"amount_eur":900}""")]
    [InlineData("""{"TOTAL_AMOUNT":900}""")]
    [InlineData("""{"lines":[{"amount":1},[{"x":{"amount":900}}]]}""")]
    [InlineData("""{"amount":1,"refund":{"amount":900}}""")]
    [InlineData("""{"refund":{"amount":900,"amount":1}}""")]
    public void Every_amount_among_the_arguments_counts_by_its_size(string arguments)
    {
        var requested = (ApprovalRequested)s_open.When(Ask(JsonElement.Parse(arguments)) with { Amount = 1, Confidence = 1 }).Then(typeof(ApprovalRequested))[0];

        Assert.Equal((900m, "amount 900 is above 500"), (requested.Amount, requested.Policy));
    }

    [Theory]
    [InlineData("""{"refunds":[{"amount":300},{"amount":300}]}""", "300")]
    [InlineData("""{"first":{"amount":"250.01"},"second":{"amount":-250}}""", "250.01")]
    public void A_sum_paid_in_parts_is_still_that_sum(string arguments, string largest)
    {
        var requested = (ApprovalRequested)s_open.When(Ask(JsonElement.Parse(arguments)) with { Confidence = 1 }).Then(typeof(ApprovalRequested))[0];

        Assert.Equal(decimal.Parse(largest, CultureInfo.InvariantCulture), requested.Amount);
        Assert.Matches("^the amounts come to (600|500.01), which is above 500$", requested.Policy);
    }

    [Theory]
    [InlineData("""{"amount":500}""")]
    [InlineData("""{"amount":"500.00"}""")]
    [InlineData("""{"amount":-500}""")]
    [InlineData("""{"parts":[{"amount":250},{"amount":250}]}""")]
    [InlineData("""{"order":4711,"note":"The amount is right."}""")]
    [InlineData("{}")]
    public void What_is_read_and_small_is_granted(string arguments) => s_open
        .When(Ask(JsonElement.Parse(arguments)) with { Confidence = 1 }).Then(typeof(ApprovalRequested), typeof(ApprovalDecided));

    [Theory]
    [InlineData("""{"refund":{"amount":"900 EUR"}}""", "arguments.refund.amount is not a plain number, so the amount cannot be read without doubt")]
    [InlineData("""{"refunds":[{"amount":1},{"amount":[2]}]}""", "arguments.refunds[1].amount is not a plain number, so the amount cannot be read without doubt")]
    [InlineData("""{"amount":2000000000000}""", "arguments.amount is above 1000000000000, the largest amount there may be")]
    [InlineData("""{"body":"amount=7"}""", "arguments.body is a text with an amount in it, which cannot be read without doubt")]
    // A key that could pass for a sentence of this server is not shown.
    [InlineData("""{"x":{"amount: approved by policy":null}}""", "an amount among the arguments is not a plain number, so the amount cannot be read without doubt")]
    public void The_reason_names_the_place(string arguments, string doubt) => Assert.Equal(doubt, AmountsAtStake.Of(JsonElement.Parse(arguments), null).Doubt);
}
