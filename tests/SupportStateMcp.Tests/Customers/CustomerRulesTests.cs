using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.TestCustomers;

namespace SupportStateMcp.Tests.Customers;

public class CustomerRulesTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_customer_without_the_flag_is_not_entitled_whatever_else_the_record_says()
    {
        var customer = new Customer
        {
            CustomerId = "CUST001",
            Name = "Entitled Enterprise Corporation",
            Plan = SupportPlan.Enterprise,
            EntitledUntil = s_now.AddYears(1),
            Tags = ["entitled", "enterprise"],
            Custom = Facts("""{"support_entitlement": true, "entitled": true}"""),
        };

        Assert.False(customer.IsEntitled(s_now));
        Assert.False((customer with { SupportEntitlement = false }).IsEntitled(s_now));
        Assert.True((customer with { SupportEntitlement = true }).IsEntitled(s_now));
        Assert.True((customer with { SupportEntitlement = true, Plan = SupportPlan.Basic }).IsEntitled(s_now));
        Assert.True((customer with { SupportEntitlement = true, EntitledUntil = null, Plan = null }).IsEntitled(s_now));
    }

    [Fact]
    public void An_entitlement_holds_up_to_its_last_moment()
    {
        var customer = new Customer { CustomerId = "CUST001", Name = "Acme", SupportEntitlement = true, EntitledUntil = s_now };

        Assert.True(customer.IsEntitled(s_now));
        Assert.False(customer.IsEntitled(s_now.AddTicks(1)));
    }

    [Fact]
    public void An_entitlement_until_a_day_holds_to_the_end_of_that_day_in_UTC()
    {
        var customer = (Save() with { SupportEntitlement = true, EntitledUntil = "2027-12-31" }).Apply(null).Value;

        Assert.True(customer.IsEntitled(new DateTimeOffset(2027, 12, 31, 23, 59, 59, 500, TimeSpan.Zero)));
        Assert.False(customer.IsEntitled(new DateTimeOffset(2028, 1, 1, 0, 0, 0, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData("2027-12-31", "2027-12-31T23:59:59.9999999Z")]
    [InlineData("2027-12-31T12:00:00Z", "2027-12-31T12:00:00Z")]
    [InlineData("2027-12-31 12:00+01:00", "2027-12-31T11:00:00Z")]
    [InlineData("2027-12-31T12:00:00", null)]
    [InlineData("31.12.2027", null)]
    [InlineData("2027-02-30", null)]
    [InlineData("forever", null)]
    public void The_end_of_an_entitlement_is_a_day_or_a_time_with_its_zone(string text, string? end)
    {
        var applied = (Save() with { EntitledUntil = text }).Violation();

        Assert.Equal(end is null, applied is not null);
        if (end is not null)
            Assert.Equal(DateTimeOffset.Parse(end, null), (Save() with { EntitledUntil = text }).Apply(null).Value.EntitledUntil);
        else
            Assert.Equal("entitled_until", Argument(applied));
    }

    [Fact]
    public void What_is_not_passed_stays_and_custom_facts_are_merged()
    {
        var before = new Customer
        {
            CustomerId = "CUST001",
            Name = "Acme",
            Company = "Acme Corporation",
            Email = "a@example.com",
            Plan = SupportPlan.Basic,
            SupportEntitlement = true,
            EntitledUntil = s_now,
            Tags = ["old"],
            Custom = Facts("""{"a": 1, "b": 2}"""),
        };

        var after = (Save(name: null) with { Phone = "+1", Tags = ["new"], Custom = Facts("""{"a": null, "c": 3}""") }).Apply(before).Value;

        Assert.Equal(
            """{"customer_id":"CUST001","name":"Acme","company":"Acme Corporation","email":"a@example.com","phone":"+1","plan":"basic","support_entitlement":true,"entitled_until":"2026-11-21T09:00:00+00:00","tags":["new"],"custom":{"b":2,"c":3}}""",
            JsonSerializer.Serialize(after, CustomerJson.Default.Customer).Replace("\\u002B", "+", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_new_needs_a_name_and_a_system_its_platform_and_cloud_provider()
    {
        Assert.Equal("name", Argument(Save(name: null).Apply(null).Error));
        Assert.Equal("platform", Argument((SaveSystem() with { Platform = null }).Apply(null).Error));
        Assert.Equal("cloud_provider", Argument((SaveSystem() with { CloudProvider = null }).Apply(null).Error));
    }

    [Fact]
    public void Each_text_is_bound_by_its_command()
    {
        AssertBound("customer_id", Limits.UserId, text => Save(text));
        AssertBound("name", CustomerLimits.Name, text => Save(name: text));
        AssertBound("company", CustomerLimits.Company, text => Save() with { Company = text });
        AssertBound("phone", CustomerLimits.Phone, text => Save() with { Phone = text });
        AssertBound("locale", CustomerLimits.Locale, text => Save() with { Locale = text });
        AssertBound("email", CustomerLimits.Email, text => Save() with { Email = "a@" + text[2..] });
        AssertBound("tags", CustomerLimits.Tag, text => Save() with { Tags = [text] });
        AssertBound("customer_id", Limits.UserId, text => SaveSystem(text));
        AssertBound("dapr_version", CustomerLimits.Version, text => SaveSystem() with { DaprVersion = text });
        AssertBound("platform", CustomerLimits.Platform, text => SaveSystem() with { Platform = text });
        AssertBound("cloud_provider", CustomerLimits.CloudProvider, text => SaveSystem() with { CloudProvider = text });
        AssertBound("applications", CustomerLimits.ApplicationName, text => SaveSystem() with { Applications = [new(text)] });
        AssertBound("applications", CustomerLimits.Version, text => SaveSystem() with { Applications = [new("shop", text)] });

        Assert.Equal("tags", Argument((Save() with { Tags = [.. Enumerable.Range(0, 21).Select(n => $"{n}")] }).Violation()));
        Assert.Equal("applications", Argument((SaveSystem() with { Applications = [.. Enumerable.Range(0, 101).Select(n => new InstalledApplication($"{n}"))] }).Violation()));
        Assert.Equal("custom", Argument((Save() with { Custom = Facts($$"""{"a": "{{new string('x', 17_000)}}"}""") }).Violation()));
        Assert.Equal("custom", Argument((SaveSystem() with { Custom = Facts($$"""{"a": "{{new string('x', 17_000)}}"}""") }).Violation()));
    }

    [Fact]
    public void Custom_facts_stay_within_their_bounds_when_they_are_merged()
    {
        var before = Save() with { Custom = Facts($$"""{"a": "{{new string('x', 10_000)}}"}""") };
        var more = Save() with { Custom = Facts($$"""{"b": "{{new string('x', 10_000)}}"}""") };

        Assert.Equal("custom", Argument(more.Apply(before.Apply(null).Value).Error));
    }

    [Theory]
    [InlineData("Acme\nCorporation")]
    [InlineData("Acme\u001b[2J")]
    [InlineData(" Acme")]
    [InlineData("Acme\t")]
    [InlineData("")]
    public void A_name_is_shown_in_a_line(string name) => Assert.Equal("name", Argument(Save(name: name).Violation()));

    [Theory]
    [InlineData("maria@example.com", true)]
    [InlineData("Maria.O'Neil+x@EXAMPLE.com", true)]
    [InlineData("maria", false)]
    [InlineData("@example.com", false)]
    [InlineData("maria@", false)]
    [InlineData("maria@example@com", false)]
    [InlineData("maria example@example.com", false)]
    public void An_address_looks_like_one(string email, bool passes) => Assert.Equal(passes, (Save() with { Email = email }).Violation() is null);

    [Fact]
    public void A_customer_is_looked_for_by_one_of_the_two()
    {
        Assert.Null(new CustomerQuery("CUST001", null).Violation());
        Assert.Null(new CustomerQuery(null, "maria@example.com").Violation());
        Assert.Equal("customer_id", Argument(new CustomerQuery(null, null).Violation()));
        Assert.Equal("email", Argument(new CustomerQuery("CUST001", "maria@example.com").Violation()));
        Assert.Equal("email", Argument(new CustomerQuery(null, "maria").Violation()));
    }

    [Fact]
    public void An_import_has_each_customer_once_and_each_within_its_bounds()
    {
        var customer = new Customer { CustomerId = "CUST001", Name = "Acme" };

        Assert.Null(Import(customer).Violation());
        Assert.Equal("customers", Argument(Import(customer, customer).Violation()));
        Assert.Equal("email", Argument(Import(customer with { Email = "maria" }).Violation()));
    }

    [Fact]
    public void The_sample_data_are_two_that_are_entitled_and_one_that_is_not_with_a_system_each()
    {
        Assert.Equal(
            [("CUST001", "Acme Corporation", SupportPlan.Enterprise, true), ("CUST002", "TechStart Inc", SupportPlan.Professional, true), ("CUST003", "Basic User LLC", SupportPlan.Basic, false)],
            CustomerSampleData.Customers.Select(c => (c.CustomerId, c.Name, c.Plan!.Value, c.IsEntitled(s_now.AddYears(100)))));
        Assert.Equal(CustomerSampleData.Customers.Select(c => c.CustomerId), CustomerSampleData.Systems.Select(s => s.CustomerId));
        Assert.All(CustomerSampleData.Systems, s => Assert.NotEmpty(s.Applications));
        Assert.Null((Import([.. CustomerSampleData.Customers]) with { Systems = CustomerSampleData.Systems }).Violation());
    }

    private static void AssertBound(string argument, int most, Func<string, CustomerCommand> command)
    {
        Assert.Null(command(new string('x', most)).Violation());
        Assert.Equal(argument, Argument(command(new string('x', most + 1)).Violation()));
    }

    private static string? Argument(Error? error) => (string?)Assert.IsType<Errors.InvalidArgument>(error).Facts["argument"];
}
