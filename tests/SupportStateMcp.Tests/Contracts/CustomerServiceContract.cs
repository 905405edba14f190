using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Identity;
using SupportStateMcp.Records;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.TestCustomers;

namespace SupportStateMcp.Tests.Contracts;

/// <summary>Customers on every store: each test has data of its own, and each process on it stores of its own.</summary>
public abstract class CustomerServiceContract
{
    /// <summary>The stores of a process on this test's data.</summary>
    protected abstract (IConversationStore Conversations, IRecordStore Records) CreateStores();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly FakeTime _time = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task A_customer_is_found_by_id_and_by_address_in_any_case()
    {
        var (here, elsewhere) = (Service(), Service());
        var saved = (await here.SaveAsync(Save() with { Email = "Maria@Example.com", SupportEntitlement = true, Plan = SupportPlan.Enterprise }, Stop)).Value;

        Assert.Equal((true, true, 1L, "human:sue"), (saved.Created, saved.Changed, saved.Record.Version, saved.Record.UpdatedBy));
        foreach (var query in (CustomerQuery[])[new("CUST001", null), new(null, "maria@example.com"), new(null, "MARIA@EXAMPLE.COM")])
        {
            var found = (await elsewhere.LookUpAsync(query, Stop)).Value;
            Assert.Equal(("CUST001", "Maria@Example.com", SupportPlan.Enterprise, true), (found.Customer.Value.CustomerId, found.Customer.Value.Email, found.Customer.Value.Plan, found.IsEntitled));
            Assert.Empty(found.OpenConversations);
        }

        await elsewhere.SaveAsync(Save(name: null) with { Email = "other@example.com" }, Stop);
        Assert.Equal(Error.NoCustomerWithEmail("maria@example.com"), (await here.FindAsync(new(null, "maria@example.com"), Stop)).Error);
        Assert.Equal("Acme Corporation", (await here.FindAsync(new(null, "other@example.com"), Stop)).Value.Value.Name);
    }

    [Fact]
    public async Task Who_is_not_recorded_is_not_found()
    {
        var service = Service();

        Assert.Equal(Error.CustomerNotFound("CUST001"), (await service.GetAsync("CUST001", Stop)).Error);
        Assert.Equal(Error.CustomerNotFound("CUST001"), (await service.GetSystemAsync("CUST001", Stop)).Error);
        Assert.Equal(Error.CustomerNotFound("CUST001"), (await service.SaveAsync(SaveSystem(), Stop)).Error);
        Assert.Equal(ErrorCodes.InvalidArgument, (await service.LookUpAsync(new(null, null), Stop)).Error!.Code);
        await service.SaveAsync(Save(), Stop);
        Assert.Equal(Error.NoSuchSystem("CUST001"), (await service.GetSystemAsync("CUST001", Stop)).Error);
    }

    [Fact]
    public async Task An_entitlement_ends_by_the_clock()
    {
        var service = Service();
        await service.SaveAsync(Save() with { SupportEntitlement = true, EntitledUntil = _time.GetUtcNow().AddDays(1).ToString("yyyy-MM-ddTHH:mm:ssZ", null) }, Stop);

        Assert.True((await service.LookUpAsync(new("CUST001", null), Stop)).Value.IsEntitled);
        _time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));
        Assert.False((await service.LookUpAsync(new("CUST001", null), Stop)).Value.IsEntitled);
    }

    [Fact]
    public async Task A_record_without_the_flag_is_not_entitled_and_one_with_another_value_is_refused()
    {
        var (conversations, records) = CreateStores();
        var service = new CustomerService(records, conversations, _time);
        await PutAsync(records, """{"customer_id":"CUST001","name":"Acme","plan":"enterprise"}""");
        var found = (await service.LookUpAsync(new("CUST001", null), Stop)).Value;
        Assert.False(found.IsEntitled);
        Assert.Empty(found.Customer.Value.Tags);
        Assert.Empty(found.Customer.Value.Custom);

        foreach (var damaged in (string[])["""{"customer_id":"CUST001","name":"Acme","support_entitlement":"true"}""", """{"customer_id":"CUST001"}""", "{", "null"])
        {
            await PutAsync(records, damaged);
            Assert.Equal(Error.RecordDamaged("customer", "CUST001"), (await service.LookUpAsync(new("CUST001", null), Stop)).Error);
            Assert.Equal(Error.RecordDamaged("customer", "CUST001"), (await service.SaveAsync(Save(), Stop)).Error);
        }

        Assert.Equal(1, (await service.ImportAsync(Import(new Customer { CustomerId = "CUST001", Name = "Acme" }), null, Stop)).Value.Written);
        Assert.Equal("Acme", (await service.GetAsync("CUST001", Stop)).Value.Value.Name);
    }

    [Fact]
    public async Task Only_a_supervisor_changes_what_is_recorded()
    {
        var service = Service();
        foreach (var command in (CustomerCommand[])[Save(), SaveSystem(), Import(new Customer { CustomerId = "CUST001", Name = "Acme" })])
        {
            foreach (var roles in (Roles[])[Roles.None, Roles.Agent | Roles.Approver, Roles.Auditor])
            {
                var error = command with { Roles = roles } switch
                {
                    SaveCustomer c => (await service.SaveAsync(c, Stop)).Error,
                    SaveSystem c => (await service.SaveAsync(c, Stop)).Error,
                    var c => (await service.ImportAsync((ImportCustomers)c, null, Stop)).Error,
                };
                Assert.Equal(ErrorCodes.NotAuthorized, error!.Code);
            }
        }

        Assert.Equal((0, 0), (await service.CountAsync(Stop)).Value);
    }

    [Fact]
    public async Task A_change_is_made_on_the_version_that_was_read_or_not_at_all()
    {
        var service = Service();
        Assert.Equal(Error.RecordConflict("customer", "CUST001", 3, 0), (await service.SaveAsync(Save() with { ExpectedVersion = 3 }, Stop)).Error);
        await service.SaveAsync(Save() with { ExpectedVersion = 0 }, Stop);
        await service.SaveAsync(Save(name: null) with { Phone = "+1", ExpectedVersion = 1 }, Stop);

        Assert.Equal(Error.RecordConflict("customer", "CUST001", 1, 2), (await service.SaveAsync(Save(name: null) with { Phone = "+2", ExpectedVersion = 1 }, Stop)).Error);
        // The same again, as after an answer that was lost, is done already.
        var repeated = (await service.SaveAsync(Save(name: null) with { Phone = "+1", ExpectedVersion = 1 }, Stop)).Value;
        Assert.Equal((false, 2L), (repeated.Changed, repeated.Record.Version));
        Assert.Equal("+1", (await service.GetAsync("CUST001", Stop)).Value.Value.Phone);
    }

    [Fact]
    public async Task Changes_of_many_at_once_are_all_there()
    {
        await Service().SaveAsync(Save(), Stop);
        var services = Enumerable.Range(0, 2).Select(_ => Service()).ToList();

        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Task.Run(async () =>
            await services[n % 2].SaveAsync(Save(name: null) with { Custom = Facts($$"""{"k{{n}}": {{n}}}""") }, Stop))));

        Assert.All(results, r => Assert.Null(r.Error));
        Assert.Equal(Enumerable.Range(0, 6).Select(n => $"k{n}"), (await Service().GetAsync("CUST001", Stop)).Value.Value.Custom.Keys.Order());
    }

    [Fact]
    public async Task What_a_customer_runs_is_kept()
    {
        var service = Service();
        await service.SaveAsync(Save(), Stop);
        var saved = (await service.SaveAsync(SaveSystem() with { DaprVersion = "1.15.5", Applications = [new("shop", "1.0"), new("api")], Custom = Facts("""{"mtls": true}""") }, Stop)).Value;
        Assert.True(saved.Created);

        await service.SaveAsync(SaveSystem() with { Platform = null, CloudProvider = "aws" }, Stop);
        var system = (await Service().GetSystemAsync("CUST001", Stop)).Value;
        Assert.Equal(("1.15.5", "kubernetes", "aws", 2L), (system.Value.DaprVersion, system.Value.Platform, system.Value.CloudProvider, system.Version));
        Assert.Equal([new InstalledApplication("shop", "1.0"), new InstalledApplication("api")], system.Value.Applications);
        Assert.True(system.Value.Custom["mtls"].GetBoolean());
    }

    [Fact]
    public async Task The_open_conversations_of_a_customer_are_shown_and_no_others()
    {
        var (conversations, records) = CreateStores();
        var service = new CustomerService(records, conversations, TimeProvider.System);
        await service.SaveAsync(Save("user-1"), Stop);
        var open = await OpenAsync(conversations, "T-1", "user-1");
        await OpenAsync(conversations, "T-2", "user-2");
        var closed = await OpenAsync(conversations, "T-3", "user-1");
        foreach (var state in (string[])["escalated", "resolved"])
            closed = await WriteAsync(conversations, closed, TestConversations.Transition(state, id: TestConversations.Id("T-3")));
        Assert.NotNull(closed.ClosedAt);

        var found = (await service.LookUpAsync(new("user-1", null), Stop)).Value;
        Assert.Equal((open.ConversationId, false), (Assert.Single(found.OpenConversations).ConversationId, found.MayHaveMore));

        for (var n = 10; n < 19; n++)
            await OpenAsync(conversations, $"T-{n}", "user-1");
        Assert.Equal((10, false), await ShownAsync());
        await OpenAsync(conversations, "T-20", "user-1");
        Assert.Equal((10, true), await ShownAsync());

        async Task<(int, bool)> ShownAsync()
        {
            var details = (await service.LookUpAsync(new("user-1", null), Stop)).Value;
            return (details.OpenConversations.Count, details.MayHaveMore);
        }
    }

    [Fact]
    public async Task An_import_writes_what_is_new_or_changed_and_can_be_run_again()
    {
        var customers = Enumerable.Range(0, 1200).Select(n => new Customer { CustomerId = $"C-{n}", Name = $"Customer {n}", Email = $"c{n}@example.com" }).ToArray();
        var done = new List<int>();

        Assert.Equal(new CustomersImported(1200, 0), (await Service().ImportAsync(Import(customers), done.Add, Stop)).Value);
        Assert.Equal(1200, done[^1]);
        Assert.True(done.Count > 1, "It is told on the way.");
        customers[7] = customers[7] with { Email = "new@example.com" };
        Assert.Equal(new CustomersImported(1, 1199), (await Service().ImportAsync(Import(customers), null, Stop)).Value);

        var service = Service();
        Assert.Equal((1200, 0), (await service.CountAsync(Stop)).Value);
        Assert.Equal("C-7", (await service.FindAsync(new(null, "new@example.com"), Stop)).Value.Value.CustomerId);
        Assert.Equal("C-1199", (await service.FindAsync(new(null, "c1199@example.com"), Stop)).Value.Value.CustomerId);
    }

    [Fact]
    public async Task The_sample_data_are_imported_with_their_systems()
    {
        var import = Import([.. CustomerSampleData.Customers]) with { Systems = CustomerSampleData.Systems };

        Assert.Equal(new CustomersImported(6, 0), (await Service().ImportAsync(import, null, Stop)).Value);
        Assert.Equal(new CustomersImported(0, 6), (await Service().ImportAsync(import, null, Stop)).Value);

        var service = Service();
        Assert.Equal((3, 3), (await service.CountAsync(Stop)).Value);
        Assert.Equal([true, true, false], (await Task.WhenAll(CustomerSampleData.Customers.Select(async c => await service.LookUpAsync(new(c.CustomerId, null), Stop)))).Select(r => r.Value.IsEntitled));
        Assert.Equal(JsonSerializer.Serialize(CustomerSampleData.Systems[0], CustomerJson.Default.CustomerSystem), JsonSerializer.Serialize((await service.GetSystemAsync("CUST001", Stop)).Value.Value, CustomerJson.Default.CustomerSystem));
    }

    private CustomerService Service()
    {
        var (conversations, records) = CreateStores();
        return new CustomerService(records, conversations, _time);
    }

    private static async Task PutAsync(IRecordStore records, string content) => await records.WriteAsync([TestRecords.Write("CUST001", content)], Stop);

    private static Task<Conversation> OpenAsync(IConversationStore store, string ticket, string user) =>
        WriteAsync(store, null, TestConversations.Initialize(TestConversations.Id(ticket), userId: user));

    private static async Task<Conversation> WriteAsync(IConversationStore store, Conversation? before, ConversationCommand command)
    {
        var commit = TestConversations.Commit(before, command, TimeProvider.System.GetUtcNow());
        Assert.IsType<CommitResult.Committed>(await store.CommitAsync(commit, Stop));
        return commit.After;
    }
}
