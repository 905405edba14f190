using SupportStateMcp.Records;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.TestRecords;

namespace SupportStateMcp.Tests.Contracts;

public abstract partial class RecordStoreContract
{
    [Fact]
    public async Task A_record_is_found_by_its_lookup_key_as_long_as_it_has_it()
    {
        var (here, elsewhere) = (CreateStore(), CreateStore());
        await WriteAsync(here, Write("CUST001", """{"n":1}""", lookup: "a@example.com"));
        Assert.Equal("CUST001", await FindAsync(elsewhere, "a@example.com"));

        await WriteAsync(elsewhere, Write("CUST001", """{"n":2}""", lookup: "b@example.com"));
        Assert.Equal((null, "CUST001"), (await FindAsync(here, "a@example.com"), await FindAsync(here, "b@example.com")));

        await WriteAsync(here, Write("CUST001", """{"n":3}"""));
        Assert.Equal((null, null), (await FindAsync(here, "a@example.com"), await FindAsync(here, "b@example.com")));

        await WriteAsync(here, Write("CUST001", """{"n":3}""", lookup: "a@example.com"));
        Assert.Equal("CUST001", await FindAsync(elsewhere, "a@example.com"));
    }

    [Fact]
    public async Task A_lookup_key_leads_to_the_record_that_was_written_last_under_it()
    {
        var store = CreateStore();
        await WriteAsync(store, Write("CUST001", """{"n":1}""", lookup: "a@example.com"));
        await WriteAsync(store, Write("CUST002", """{"n":1}""", lookup: "a@example.com"));
        Assert.Equal("CUST002", await FindAsync(store, "a@example.com"));

        // The same again is no change, and what conflicts is none either.
        await WriteAsync(store, Write("CUST001", """{"n":1}""", lookup: "a@example.com"));
        await WriteAsync(store, Write("CUST001", """{"n":2}""", lookup: "a@example.com", expected: 7));
        Assert.Equal("CUST002", await FindAsync(store, "a@example.com"));

        await WriteAsync(store, Write("CUST001", """{"n":2}""", lookup: "a@example.com"));
        Assert.Equal("CUST001", await FindAsync(store, "a@example.com"));
    }

    [Fact]
    public async Task A_lookup_key_goes_back_to_who_still_has_it()
    {
        var store = CreateStore();
        await WriteAsync(store, Write("CUST001", "{}", lookup: "a@example.com"));
        await WriteAsync(store, Write("CUST002", "{}", lookup: "a@example.com"));
        await WriteAsync(store, Write("CUST003", "{}", lookup: "a@example.com"));

        await store.DeleteAsync(Kind, "CUST003", Stop);
        Assert.Equal("CUST002", await FindAsync(store, "a@example.com"));
        await WriteAsync(store, Write("CUST002", "{}", lookup: "b@example.com"));
        Assert.Equal("CUST001", await FindAsync(store, "a@example.com"));
    }

    [Fact]
    public async Task A_record_that_keeps_its_lookup_key_is_found_by_it_while_others_write_it()
    {
        var (here, elsewhere) = (CreateStore(), CreateStore());
        await WriteAsync(here, Write("CUST001", """{"n":0}""", lookup: "a@example.com"));
        var writing = Task.Run(async () =>
        {
            for (var n = 1; n <= 200; n++)
                await WriteAsync(elsewhere, Write("CUST001", $$"""{"n":{{n}}}""", lookup: "a@example.com"));
        });

        do
            Assert.Equal("CUST001", await FindAsync(here, "a@example.com"));
        while (!writing.IsCompleted);
        await writing;
    }

    [Fact]
    public async Task After_many_moves_at_once_each_record_is_found_by_the_key_it_has()
    {
        var stores = Enumerable.Range(0, 3).Select(_ => CreateStore()).ToList();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            for (var n = 0; n < 60; n++)
            {
                var (id, key) = ($"CUST00{random.Next(4)}", random.Next(4));
                if (random.Next(10) == 0)
                    await stores[writer % 3].DeleteAsync(Kind, id, Stop);
                else
                    await WriteAsync(stores[writer % 3], Write(id, $$"""{"key":{{key}},"n":"{{writer}}-{{n}}"}""", lookup: $"{key}@example.com"));
            }
        })));

        var records = new List<StoredRecord>();
        for (var n = 0; n < 4; n++)
        {
            if (await stores[0].GetAsync(Kind, $"CUST00{n}", Stop) is { } record)
                records.Add(record);
        }

        Assert.Equal(records.Count, await stores[0].CountAsync(Kind, Stop));
        for (var key = 0; key < 4; key++)
        {
            var having = records.Where(r => Text(r).StartsWith($$"""{"key":{{key}},""", StringComparison.Ordinal)).Select(r => r.Id).ToList();
            var found = await FindAsync(stores[1], $"{key}@example.com");
            Assert.True(found is null ? having.Count == 0 : having.Contains(found), $"{key} leads to {found}, and {string.Join(", ", having)} have it.");
        }
    }

    private static async Task<string?> FindAsync(IRecordStore store, string lookupKey) => (await store.FindAsync(Kind, lookupKey, Stop))?.Id;
}
