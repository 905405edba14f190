using System.Collections.Concurrent;
using SupportStateMcp.Records;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.TestRecords;

namespace SupportStateMcp.Tests.Contracts;

/// <summary>
/// What every store of records does alike. A test class derives from it for each kind of store; each test gets an instance of its
/// own, on data of its own, empty at first.
/// </summary>
public abstract partial class RecordStoreContract
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A store on this test's data. A second one stands for another process: the two share nothing else.</summary>
    protected abstract IRecordStore CreateStore();

    /// <summary>True where what is stored, wherever it lies, holds this text.</summary>
    protected abstract Task<bool> HoldsAsync(string text);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_written_is_read_elsewhere_to_the_last_character()
    {
        var (here, elsewhere) = (CreateStore(), CreateStore());
        const string Content = """{"name":"Größe <b> & 'so' 你好 😀","n":1.10,"empty":""}""";

        Assert.Equal(new RecordWriteResult.Written(1, Changed: true), await WriteAsync(here, Write("CUST{001}:ä %", Content)));

        var found = (await elsewhere.GetAsync(Kind, "CUST{001}:ä %", Stop))!;
        Assert.Equal(Content, Text(found));
        Assert.Equal((Kind, "CUST{001}:ä %", 1L, At, "human:alice"), (found.Kind, found.Id, found.Version, found.UpdatedAt, found.UpdatedBy));
        Assert.Equal(1, await elsewhere.CountAsync(Kind, Stop));
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        var store = CreateStore();
        await WriteAsync(store, Write("CUST001", "{}", lookup: "a@example.com"));

        Assert.Null(await store.GetAsync(Kind, "CUST002", Stop));
        Assert.Null(await store.GetAsync("system", "CUST001", Stop));
        Assert.Null(await store.FindAsync(Kind, "b@example.com", Stop));
        Assert.Null(await store.FindAsync("system", "a@example.com", Stop));
        Assert.False(await store.DeleteAsync(Kind, "CUST002", Stop));
        Assert.Equal(0, await store.CountAsync("system", Stop));
        Assert.Empty(await store.WriteAsync([], Stop));
    }

    [Fact]
    public async Task Each_change_raises_the_version_by_one_and_content_that_is_the_same_does_not()
    {
        var store = CreateStore();
        await WriteAsync(store, Write("CUST001", """{"n":1}"""));

        Assert.Equal(new RecordWriteResult.Written(2, Changed: true), await WriteAsync(store, Write("CUST001", """{"n":2}""")));
        Assert.Equal(new RecordWriteResult.Written(2, Changed: false), await WriteAsync(store, Write("CUST001", """{"n":2}""") with { By = "human:bob", Now = At.AddDays(1) }));

        var found = (await store.GetAsync(Kind, "CUST001", Stop))!;
        Assert.Equal((2, "human:alice", At), (found.Version, found.UpdatedBy, found.UpdatedAt));
    }

    [Fact]
    public async Task A_write_that_expects_another_version_changes_nothing()
    {
        var store = CreateStore();
        Assert.Equal(new RecordWriteResult.Conflict(0), await WriteAsync(store, Write("CUST001", """{"n":1}""", expected: 1)));
        Assert.Equal(new RecordWriteResult.Written(1, true), await WriteAsync(store, Write("CUST001", """{"n":1}""", expected: 0)));
        Assert.Equal(new RecordWriteResult.Conflict(1), await WriteAsync(store, Write("CUST001", """{"n":2}""", expected: 0, lookup: "a@example.com")));
        Assert.Equal(new RecordWriteResult.Conflict(1), await WriteAsync(store, Write("CUST001", """{"n":2}""", expected: 2)));

        Assert.Equal("""{"n":1}""", Text(await store.GetAsync(Kind, "CUST001", Stop)));
        Assert.Null(await store.FindAsync(Kind, "a@example.com", Stop));
        Assert.Equal(new RecordWriteResult.Written(2, true), await WriteAsync(store, Write("CUST001", """{"n":2}""", expected: 1)));
    }

    [Fact]
    public async Task A_call_whose_answer_was_lost_can_be_repeated()
    {
        var store = CreateStore();
        await WriteAsync(store, Write("CUST001", """{"n":1}"""));
        var write = Write("CUST001", """{"n":2}""", expected: 1);
        await WriteAsync(store, write);

        Assert.Equal(new RecordWriteResult.Written(2, Changed: false), await WriteAsync(CreateStore(), write));
    }

    [Fact]
    public async Task One_that_conflicts_does_not_keep_the_others_of_a_call_from_being_written()
    {
        var store = CreateStore();
        await WriteAsync(store, Write("CUST002", """{"n":1}"""));

        var results = await store.WriteAsync([Write("CUST001", "{}"), Write("CUST002", "{}", expected: 7), Write("CUST003", "{}")], Stop);

        Assert.Equal([new RecordWriteResult.Written(1, true), new RecordWriteResult.Conflict(1), new RecordWriteResult.Written(1, true)], results);
        Assert.Equal(3, await store.CountAsync(Kind, Stop));
    }

    [Fact]
    public async Task Of_many_who_write_on_top_of_the_same_version_one_wins()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => CreateStore()).ToList();
        await WriteAsync(stores[0], Write("CUST001", """{"n":0}"""));
        for (var version = 1; version <= 10; version++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(n => Task.Run(() =>
                WriteAsync(stores[n % 4], Write("CUST001", $$"""{"n":"{{version}}-{{n}}"}""", expected: version)))));

            var winner = Assert.Single(results.Index(), r => r.Item is RecordWriteResult.Written).Index;
            Assert.Equal(15, results.Count(r => r == new RecordWriteResult.Conflict(version + 1)));
            var found = (await stores[3].GetAsync(Kind, "CUST001", Stop))!;
            Assert.Equal((version + 1, $$"""{"n":"{{version}}-{{winner}}"}"""), (found.Version, Text(found)));
        }
    }

    [Fact]
    public async Task Writers_that_expect_nothing_lose_no_version()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => CreateStore()).ToList();
        var versions = await Task.WhenAll(Enumerable.Range(0, 80).Select(n => Task.Run(async () =>
            Assert.IsType<RecordWriteResult.Written>(await WriteAsync(stores[n % 4], Write("CUST001", $$"""{"n":{{n}}}"""))).Version)));

        Assert.Equal(Enumerable.Range(1, 80).Select(v => (long)v), versions.Order());
        Assert.Equal(80, (await stores[0].GetAsync(Kind, "CUST001", Stop))!.Version);
    }

    [Fact]
    public async Task What_was_removed_is_gone_and_leaves_no_content_behind()
    {
        var (here, elsewhere) = (CreateStore(), CreateStore());
        await WriteAsync(here, Write("CUST001", """{"name":"secret-name"}""", lookup: "secret@example.com"));
        await WriteAsync(here, Write("CUST002", "{}"));
        Assert.True(await HoldsAsync("secret-name"));

        Assert.True(await elsewhere.DeleteAsync(Kind, "CUST001", Stop));

        Assert.Null(await here.GetAsync(Kind, "CUST001", Stop));
        Assert.Null(await here.FindAsync(Kind, "secret@example.com", Stop));
        Assert.Equal(1, await here.CountAsync(Kind, Stop));
        Assert.False(await here.DeleteAsync(Kind, "CUST001", Stop));
        foreach (var secret in (string[])["secret-name", "secret@example.com"])
            Assert.False(await HoldsAsync(secret), secret);
    }

    [Fact]
    public async Task A_record_that_is_made_anew_does_not_take_a_write_made_for_the_one_before()
    {
        var store = CreateStore();
        await WriteAsync(store, Write("CUST001", """{"n":1}"""));
        await store.DeleteAsync(Kind, "CUST001", Stop);

        Assert.Equal(new RecordWriteResult.Conflict(0), await WriteAsync(store, Write("CUST001", """{"n":2}""", expected: 1)));
        var made = Assert.IsType<RecordWriteResult.Written>(await WriteAsync(store, Write("CUST001", """{"n":1}""", expected: 0)));

        Assert.True(made.Changed);
        Assert.True(made.Version > 1);
        Assert.Equal(new RecordWriteResult.Conflict(made.Version), await WriteAsync(store, Write("CUST001", """{"n":2}""", expected: 1)));
        Assert.Equal(1, await store.CountAsync(Kind, Stop));
    }

    [Fact]
    public async Task A_thousand_records_are_written_counted_found_and_paged()
    {
        var (here, elsewhere) = (CreateStore(), CreateStore());
        var writes = Enumerable.Range(0, 1000).Select(n => Write($"CUST{n:0000}", $$"""{"n":{{n}},"text":"{{new string('x', 500)}}"}""", lookup: $"c{n}@example.com")).ToList();
        foreach (var together in writes.Chunk(IRecordStore.MostWrites))
            Assert.All(await here.WriteAsync(together, Stop), r => Assert.Equal(new RecordWriteResult.Written(1, true), r));

        Assert.Equal(1000, await elsewhere.CountAsync(Kind, Stop));
        foreach (var n in (int[])[0, 499, 500, 999])
            Assert.Equal($"CUST{n:0000}", (await elsewhere.FindAsync(Kind, $"c{n}@example.com", Stop))!.Id);
        var (read, position) = await ReadAllAsync(elsewhere, null, limit: 64);
        Assert.Equal(writes.Select(w => w.Id), read.Select(c => c.Id).Order());
        Assert.Equal(writes.Select(w => w.Id), read.Select(c => c.Record!.Id).Order());

        foreach (var together in writes.Chunk(IRecordStore.MostWrites))
            Assert.All(await elsewhere.WriteAsync(together, Stop), r => Assert.Equal(new RecordWriteResult.Written(1, false), r));
        Assert.Empty((await here.ReadChangesAsync(Kind, position, 10, Stop)).Changes);
    }

    [Fact]
    public async Task A_call_with_too_many_writes_with_several_kinds_or_with_an_id_twice_is_a_mistake()
    {
        var store = CreateStore();

        await Assert.ThrowsAsync<ArgumentException>(async () => await store.WriteAsync([.. Enumerable.Range(0, IRecordStore.MostWrites + 1).Select(n => Write($"{n}", "{}"))], Stop));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.WriteAsync([Write("1", "{}"), Write("2", "{}", kind: "system")], Stop));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.WriteAsync([Write("1", "{}"), Write("1", """{"n":1}""")], Stop));

        Assert.Equal(0, await store.CountAsync(Kind, Stop));
    }

    private static async Task<RecordWriteResult> WriteAsync(IRecordStore store, RecordWrite write) =>
        Assert.Single(await store.WriteAsync([write], Stop));

    /// <summary>All changes after a position, page by page, and the position behind them.</summary>
    private static async Task<(List<RecordChange> Changes, string Position)> ReadAllAsync(IRecordStore store, string? position, int limit)
    {
        var changes = new List<RecordChange>();
        while (true)
        {
            var page = await store.ReadChangesAsync(Kind, position, limit, Stop);
            Assert.InRange(page.Changes.Count, page.More ? 1 : 0, limit);
            changes.AddRange(page.Changes);
            position = page.Position;
            if (!page.More)
                return (changes, position);
        }
    }

    [Fact]
    public async Task A_record_is_removed_at_a_version_alone_so_that_no_later_write_is_lost()
    {
        var store = CreateStore();
        await store.WriteAsync([Write("CUST001", "{}")], Stop);
        await store.WriteAsync([Write("CUST001", """{"a":1}""")], Stop);

        Assert.False(await store.DeleteVersionAsync(Kind, "CUST001", 1, Stop));
        Assert.False(await store.DeleteVersionAsync(Kind, "NONE", 1, Stop));
        Assert.Equal("""{"a":1}""", Text(await store.GetAsync(Kind, "CUST001", Stop)));
        Assert.True(await store.DeleteVersionAsync(Kind, "CUST001", 2, Stop));
        Assert.Null(await store.GetAsync(Kind, "CUST001", Stop));
        Assert.False(await store.DeleteVersionAsync(Kind, "CUST001", 3, Stop));
    }
}
