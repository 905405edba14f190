using System.Text;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Customers;

public class CustomerFileTests
{
    [Fact]
    public void A_line_has_a_customer_and_what_the_record_has_no_field_for_is_custom()
    {
        var file = Read("""
            {"customer_id": "CUST001", "name": "Acme", "company": "Acme Corporation", "email": "a@example.com", "phone": 5550100, "plan": "Enterprise", "support_entitlement": true, "entitled_until": "2027-12-31", "locale": "en-US", "tags": ["a", "b"], "custom": {"x": 1}, "address": {"city": "Denver"}, "score": 1.5, "nothing": null}

            {"customer_id": 4711, "name": {"first_name": "Noah", "last_name": "Brown"}, "orders": ["#W1"], "company": null}
            """).Value;

        var (acme, noah) = (file.Customers[0], file.Customers[1]);
        Assert.Equal(("CUST001", "Acme", "Acme Corporation", "a@example.com", "5550100"), (acme.CustomerId, acme.Name, acme.Company, acme.Email, acme.Phone));
        Assert.Equal((SupportPlan.Enterprise, true, new DateTimeOffset(new DateOnly(2027, 12, 31), TimeOnly.MaxValue, TimeSpan.Zero), "en-US"), (acme.Plan, acme.SupportEntitlement, acme.EntitledUntil, acme.Locale));
        Assert.Equal(["a", "b"], acme.Tags);
        Assert.Equal(["x", "address", "score"], acme.Custom.Keys);
        Assert.Equal(("4711", "Noah Brown", null, (bool?)null), (noah.CustomerId, noah.Name, noah.Company, noah.SupportEntitlement));
        Assert.Equal("""["#W1"]""", noah.Custom["orders"].GetRawText());
        Assert.Empty(file.LeftOut);
    }

    [Fact]
    public void A_part_of_a_name_that_is_null_counts_as_absent() =>
        Assert.Equal("Cher", Assert.Single(Read("""{"customer_id": "1", "name": {"first_name": "Cher", "last_name": null}}""").Value.Customers).Name);

    [Fact]
    public void Payment_data_is_left_out_and_counted()
    {
        var file = Read("""
            {"customer_id": "1", "name": "A", "payment_methods": {"credit_card_1": {"last_four": "9212"}}}
            {"customer_id": "2", "name": "B", "payment_methods": {}, "creditCard": "4111 1111 1111 1111"}
            """).Value;

        Assert.All(file.Customers, c => Assert.Empty(c.Custom));
        Assert.Equal([("creditCard", 1), ("payment_methods", 2)], file.LeftOut.Select(l => (l.Key, l.Value)));
        Assert.Contains("payment data", Rule("""{"customer_id": "1", "name": "A", "custom": {"payment_methods": {}}}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name": "A"}""", "customer_id: it is required")]
    [InlineData("""{"customer_id": "", "name": "A"}""", "customer_id: it is required")]
    [InlineData("""{"customer_id": "1"}""", "name: it is required")]
    [InlineData("""{"customer_id": ["1"], "name": "A"}""", "customer_id: it is a text")]
    [InlineData("""{"customer_id": 1.5, "name": "A"}""", "customer_id: it is a text")]
    [InlineData("""{"customer_id": -9223372036854775808, "name": "A"}""", "customer_id: it is a text")]
    [InlineData("""{"customer_id": "1", "name": {"first_name": null}}""", "name: it is a text, or an object with first_name and last_name and nothing else")]
    [InlineData("""{"customer_id": "1", "name": {"first": "A"}}""", "name: it is a text, or an object with first_name and last_name and nothing else")]
    [InlineData("""{"customer_id": "1", "name": "A", "plan": "gold"}""", "plan: it is one of: enterprise, professional, basic")]
    [InlineData("""{"customer_id": "1", "name": "A", "support_entitlement": "true"}""", "support_entitlement: it is true or false, without quotation marks")]
    [InlineData("""{"customer_id": "1", "name": "A", "support_entitlement": 1}""", "support_entitlement: it is true or false, without quotation marks")]
    [InlineData("""{"customer_id": "1", "name": "A", "email": "a"}""", "email: it is an e-mail address, for example maria@example.com")]
    [InlineData("""{"customer_id": "1", "name": "A", "tags": "a"}""", "tags: it is a list of texts")]
    [InlineData("""{"customer_id": "1", "name": "A", "custom": []}""", "custom: it is an object")]
    [InlineData("""{"customer_id": "1", "name": "A", "custom": {"x": 1}, "x": 2}""", "custom: it has no x, since the line has one too")]
    [InlineData("""{"customer_id": "1", "customer_id": "2", "name": "A"}""", "it is one JSON object, which names each field once")]
    [InlineData("""{"customer_id": "1", "name": "\ud83d"}""", "its texts have whole characters only: half of a surrogate pair is none")]
    [InlineData("""["1"]""", "it is one JSON object")]
    [InlineData("CUST001;Acme", "it is one JSON object, which names each field once (look at byte 1)")]
    public void A_line_that_breaks_a_rule_is_refused(string line, string rule) => Assert.Equal(rule, Rule(line));

    [Fact]
    public void All_bad_lines_are_told_by_their_numbers()
    {
        var refusal = Refusal("""
            {"customer_id": "1", "name": "A"}
            nonsense

            {"customer_id": "2", "name": "B"}
            {"customer_id": "1", "name": "C"}
            """);

        Assert.Equal([2, 5], refusal.Lines.Select(l => l.Number));
        Assert.Equal("customer_id: 1 is on line 1 already", refusal.Lines[1].Rule);
    }

    [Fact]
    public void Of_very_many_bad_lines_the_first_are_told_and_all_are_counted()
    {
        var refusal = Refusal(string.Concat(Enumerable.Repeat("nonsense\n", 5_000)));

        Assert.Equal((5_000, Limits.RefusedLines), (refusal.Count, refusal.Lines.Count));
    }

    [Fact]
    public void Text_that_is_not_UTF8_is_refused_by_its_line()
    {
        byte[] file = [.. "{\"customer_id\": \"1\", \"name\": \"A\"}\n{\"customer_id\": \"2\", \"name\": \""u8, 0xe9, .. "\"}\n"u8];

        Assert.Equal(new RefusedLine(2, "it is UTF-8 text"), Assert.Single(Assert.IsType<Errors.LinesRefused>(CustomerFile.Read(file).Error).Lines));
    }

    [Fact]
    public void Line_ends_blanks_and_the_mark_of_a_byte_order_do_not_count()
    {
        byte[] file = [0xef, 0xbb, 0xbf, .. "\r\n  {\"customer_id\": \"1\", \"name\": \"A\"}  \r\n\r\n{\"customer_id\": \"2\", \"name\": \"B\"}"u8];

        Assert.Equal(["1", "2"], CustomerFile.Read(file).Value.Customers.Select(c => c.CustomerId));
        Assert.Empty(Read("").Value.Customers);
    }

    [Fact]
    public async Task The_customers_of_the_shared_data_are_read_as_they_are()
    {
        await using var input = File.OpenRead(SharedData.Path("customers.jsonl"));
        var file = (await CustomerFile.ReadAsync(input, TestContext.Current.CancellationToken)).Value;

        Assert.Equal(500, file.Customers.Count);
        Assert.Equal(500, file.LeftOut["payment_methods"]);
        Assert.Equal("Noah Brown", file.Customers[0].Name);
        Assert.All(file.Customers, c => Assert.Equal(["address", "orders"], c.Custom.Keys));
        Assert.All(file.Customers, c => Assert.Null(c.SupportEntitlement));
    }

    private static Result<CustomerFile> Read(string text) => CustomerFile.Read(Encoding.UTF8.GetBytes(text));

    private static Errors.LinesRefused Refusal(string text) => Assert.IsType<Errors.LinesRefused>(Read(text).Error);

    private static string Rule(string line) => Assert.Single(Refusal(line).Lines).Rule;
}
