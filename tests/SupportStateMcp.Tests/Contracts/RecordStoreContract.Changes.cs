using System.Collections.Concurrent;
using SupportStateMcp.Records;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.TestRecords;

namespace SupportStateMcp.Tests.Contracts;

public abstract partial class RecordStoreContract
{
    [Fact]
    public async Task Changes_are_read_once_and_in_pages()
    {
        var (here, elsewhere) = (CreateStore(), CreateStore());
        var (none, start) = await ReadAllAsync(elsewhere, null, 10);
        Assert.Empty(none);
        for (var n = 0; n < 25; n++)
            await WriteAsync(here, Write($"CUST{n:00}", $$"""{"n":{{n}}}"""));
        await WriteAsync(here, Write("SYSTEM", "{}", kind: "system"));

        foreach (var from in (string?[])[null, start])
        {
            var (read, position) = await ReadAllAsync(elsewhere, from, 10);
            Assert.Equal(Enumerable.Range(0, 25).Select(n => ($"CUST{n:00}", $$"""{"n":{{n}}}""")), read.Select(c => (c.Id, Text(c.Record))).Order());
            Assert.Empty((await ReadAllAsync(here, position, 10)).Changes);
        }
    }

    [Fact]
    public async Task A_record_that_changed_since_comes_with_its_present_content_and_one_that_was_removed_without()
    {
        var store = CreateStore();
        foreach (var id in (string[])["CUST001", "CUST002", "CUST003"])
            await WriteAsync(store, Write(id, """{"n":1}"""));
        var (_, position) = await ReadAllAsync(store, null, 10);

        await WriteAsync(store, Write("CUST001", """{"n":2}"""));
        await WriteAsync(store, Write("CUST001", """{"n":3}"""));
        await WriteAsync(store, Write("CUST002", """{"n":1}"""));
        await store.DeleteAsync(Kind, "CUST003", Stop);

        var (changes, next) = await ReadAllAsync(CreateStore(), position, 10);
        Assert.Equal([("CUST001", """{"n":3}"""), ("CUST003", "")], changes.Select(c => (c.Id, Text(c.Record))).Distinct().Order());
        Assert.Null(changes.Single(c => c.Id == "CUST003").Record);
        Assert.Equal(["CUST001", "CUST002"], (await ReadAllAsync(store, null, 10)).Changes.Where(c => c.Record is not null).Select(c => c.Id).Order());

        await WriteAsync(store, Write("CUST003", """{"n":4}"""));
        Assert.Equal([("CUST003", """{"n":4}""")], (await ReadAllAsync(store, next, 10)).Changes.Select(c => (c.Id, Text(c.Record))));
    }

    [Fact]
    public async Task Who_follows_the_changes_while_many_write_passes_none_over()
    {
        const int Writers = 8;
        var stores = Enumerable.Range(0, 4).Select(_ => CreateStore()).ToList();
        var followed = new ConcurrentDictionary<string, StoredRecord?>(StringComparer.Ordinal);
        string? position = null;
        using var ready = new SemaphoreSlim(0);
        await using var subscription = await stores[3].SubscribeAsync(Kind, () => ready.Release(), Stop);

        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            for (var n = 0; n < 60; n++)
            {
                var store = stores[writer % 3];
                // Some records are one writer's own and written once: a change of these that is passed over stays so.
                if (n % 3 == 0)
                    await WriteAsync(store, Write($"OWN-{writer}-{n}", $$"""{"n":{{n}}}"""));
                else if (n % 7 == 0)
                    await store.DeleteAsync(Kind, $"SHARED-{random.Next(10)}", Stop);
                else
                    await WriteAsync(store, Write($"SHARED-{random.Next(10)}", $$"""{"n":"{{writer}}-{{n}}"}"""));
            }
        })));
        while (!writing.IsCompleted)
            await FollowAsync();
        await writing;
        await FollowAsync();

        foreach (var (id, record) in followed)
        {
            var stored = await stores[0].GetAsync(Kind, id, Stop);
            Assert.Equal((id, stored?.Version, Text(stored)), (id, record?.Version, Text(record)));
        }

        Assert.Equal(await stores[0].CountAsync(Kind, Stop), followed.Values.Count(r => r is not null));
        Assert.Equal(Writers * 20, followed.Keys.Count(id => id.StartsWith("OWN-", StringComparison.Ordinal)));
        Assert.True(await ready.WaitAsync(Patience, Stop));

        async Task FollowAsync()
        {
            while (true)
            {
                var page = await stores[3].ReadChangesAsync(Kind, position, 7, Stop);
                Assert.False(page.StartedAnew);
                foreach (var change in page.Changes)
                    followed[change.Id] = change.Record;
                position = page.Position;
                if (!page.More)
                    return;
            }
        }
    }

    [Fact]
    public async Task A_page_of_long_records_is_short()
    {
        var store = CreateStore();
        for (var n = 0; n < 50; n++)
            await WriteAsync(store, Write($"ART{n:00}", $$"""{"n":{{n}},"text":"{{new string('x', 200_000)}}"}"""));

        var first = await store.ReadChangesAsync(Kind, null, 50, Stop);
        Assert.True(first.More);
        Assert.InRange(first.Changes.Count, 1, 49);
        Assert.Equal(50, (await ReadAllAsync(store, null, 50)).Changes.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("1.99999999")]
    public async Task A_position_of_other_data_leads_to_the_beginning_and_says_so(string position)
    {
        var store = CreateStore();
        await WriteAsync(store, Write("CUST001", "{}"));

        var page = await store.ReadChangesAsync(Kind, position, 10, Stop);

        Assert.True(page.StartedAnew);
        Assert.Equal("CUST001", Assert.Single(page.Changes).Id);
        Assert.False((await store.ReadChangesAsync(Kind, page.Position, 10, Stop)).StartedAnew);
    }

    [Fact]
    public async Task Who_watches_a_kind_learns_of_changes_made_elsewhere_and_can_read_them()
    {
        var (here, elsewhere) = (CreateStore(), CreateStore());
        using var changes = new SemaphoreSlim(0);
        await using var watch = await here.SubscribeAsync(Kind, () => changes.Release(), Stop);
        var (_, position) = await ReadAllAsync(here, null, 10);

        foreach (var change in (Func<Task>[])[
            () => WriteAsync(elsewhere, Write("CUST001", "{}")),
            () => WriteAsync(here, Write("CUST001", """{"n":1}""")),
            () => elsewhere.DeleteAsync(Kind, "CUST001", Stop).AsTask()])
        {
            while (await changes.WaitAsync(TimeSpan.FromMilliseconds(150), Stop)) { }
            await change();
            Assert.True(await changes.WaitAsync(Patience, Stop));
            var read = await ReadAllAsync(here, position, 10);
            Assert.Equal("CUST001", Assert.Single(read.Changes).Id);
            position = read.Position;
        }
    }

    [Fact]
    public async Task Who_watches_one_kind_is_not_called_for_another_or_for_what_changes_nothing_or_after_the_end()
    {
        var (here, elsewhere) = (CreateStore(), CreateStore());
        await WriteAsync(here, Write("CUST001", "{}"));
        var calls = 0;
        using var others = new SemaphoreSlim(0);
        var watch = await here.SubscribeAsync(Kind, () => Interlocked.Increment(ref calls), Stop);
        await using var other = await here.SubscribeAsync("system", () => others.Release(), Stop);

        await WriteAsync(elsewhere, Write("CUST001", "{}"));
        await WriteAsync(elsewhere, Write("SYS001", "{}", kind: "system"));
        Assert.True(await others.WaitAsync(Patience, Stop));
        Assert.Equal(0, Volatile.Read(ref calls));

        await watch.DisposeAsync();
        await watch.DisposeAsync();
        await WriteAsync(elsewhere, Write("CUST001", """{"n":1}"""));
        await WriteAsync(elsewhere, Write("SYS001", """{"n":1}""", kind: "system"));
        Assert.True(await others.WaitAsync(Patience, Stop));
        Assert.Equal(0, Volatile.Read(ref calls));
    }
}
