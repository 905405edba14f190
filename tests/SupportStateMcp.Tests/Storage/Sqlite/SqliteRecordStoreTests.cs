using System.Diagnostics;
using SupportStateMcp.Conversations;
using SupportStateMcp.Records;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.TestRecords;

namespace SupportStateMcp.Tests.Storage.Sqlite;

public sealed class SqliteRecordStoreTests : RecordStoreContract, IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected override IRecordStore CreateStore() => _folder.CreateRecordStore();

    protected override Task<bool> HoldsAsync(string text) => _folder.HoldsAsync(text);

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_kill_and_so_is_its_place_among_the_changes()
    {
        var store = CreateStore();
        for (var n = 0; n < 20; n++)
            await store.WriteAsync([Write($"CUST{n:00}", $$"""{"n":{{n}}}"""), Write($"MORE{n:00}", "{}")], Stop);
        await store.DeleteAsync(Kind, "CUST07", Stop);
        // The files as a kill leaves them; another process copies, since closing one in this would let go of SQLite's locks.
        using var killed = new StoreFolder();
        await Process.Start("cp", ["-r", _folder.Path, killed.Path]).WaitForExitAsync(Stop);

        var survivor = killed.CreateRecordStore();
        var changes = (await survivor.ReadChangesAsync(Kind, null, 100, Stop)).Changes;

        Assert.Equal(39, await survivor.CountAsync(Kind, Stop));
        Assert.Equal(40, changes.Count);
        Assert.Equal("CUST07", Assert.Single(changes, c => c.Record is null).Id);
    }

    [Fact]
    public async Task Conversations_and_records_of_a_process_share_its_writer()
    {
        var (conversations, records) = _folder.CreateBoth();

        await Task.WhenAll(Enumerable.Range(0, 40).Select(Task (n) => n % 2 == 0
            ? Task.Run(() => _folder.WriteAsync(conversations, TestConversations.Initialize(TestConversations.Id($"t-{n}"))))
            : Task.Run(async () => await records.WriteAsync([Write($"CUST{n}", "{}")], Stop))));

        Assert.Equal(20, await records.CountAsync(Kind, Stop));
        Assert.Equal(20, (await conversations.ListAsync(new(), null, 100, Stop)).Conversations.Count);
    }

    [Fact]
    public async Task What_was_removed_while_somebody_read_is_gone_to_the_last_byte_with_the_next_sweep()
    {
        var (conversations, records) = _folder.CreateBoth();
        await records.WriteAsync([Write("CUST001", $$"""{"name":"{{string.Concat(Enumerable.Repeat("secret-name ", 2000))}}"}"""), Write("CUST002", "{}")], Stop);
        using (var reader = _folder.OpenRaw())
        using (var transaction = reader.BeginTransaction(deferred: true))
        using (var reading = reader.CreateCommand())
        {
            (reading.Transaction, reading.CommandText) = (transaction, "SELECT count(*) FROM records");
            reading.ExecuteScalar();
            Assert.True(await records.DeleteAsync(Kind, "CUST001", Stop));
            Assert.Null(await records.GetAsync(Kind, "CUST001", Stop));
            Assert.True(await _folder.HoldsAsync("secret-name"));
        }

        await conversations.SweepAsync(Stop);

        Assert.False(await _folder.HoldsAsync("secret-name"));
        Assert.NotNull(await records.GetAsync(Kind, "CUST002", Stop));
    }

    [Fact]
    public async Task A_database_that_was_replaced_is_followed_from_the_beginning()
    {
        await CreateStore().WriteAsync([Write("CUST001", "{}"), Write("CUST002", "{}")], Stop);
        var position = (await CreateStore().ReadChangesAsync(Kind, null, 10, Stop)).Position;
        using var other = new StoreFolder();
        await other.CreateRecordStore().WriteAsync([Write("CUST003", "{}"), Write("CUST004", "{}"), Write("CUST005", "{}")], Stop);

        var page = await other.CreateRecordStore().ReadChangesAsync(Kind, position, 10, Stop);

        Assert.True(page.StartedAnew);
        Assert.Equal(3, page.Changes.Count);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_is_a_store_that_is_not_available()
    {
        // A file stands where the folder should.
        await File.WriteAllTextAsync(_folder.Path, "", Stop);

        foreach (var call in Calls(CreateStore()))
            await Assert.ThrowsAsync<StoreUnavailableException>(call);
    }

    [Fact]
    public async Task A_damaged_file_is_a_store_that_is_not_available_until_somebody_does_something()
    {
        Directory.CreateDirectory(_folder.Path);
        await File.WriteAllTextAsync(_folder.Options.Database, string.Concat(Enumerable.Repeat("This is no database. ", 500)), Stop);

        foreach (var call in Calls(CreateStore()))
            Assert.False((await Assert.ThrowsAsync<StoreUnavailableException>(call)).Passes);
    }

    [Fact]
    public async Task A_database_that_another_process_keeps_busy_takes_no_record_and_can_be_read()
    {
        var store = _folder.CreateRecordStore(lockTimeout: TimeSpan.FromMilliseconds(150));
        await store.WriteAsync([Write("CUST001", "{}")], Stop);
        using (var other = _folder.OpenRaw())
        using (other.BeginTransaction(deferred: false))
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.WriteAsync([Write("CUST001", """{"n":1}""")], Stop));
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.DeleteAsync(Kind, "CUST001", Stop));
            Assert.Equal("{}", Text(await store.GetAsync(Kind, "CUST001", Stop)));
        }

        Assert.True(await store.DeleteAsync(Kind, "CUST001", Stop));
    }

    [Fact]
    public async Task No_line_of_the_log_holds_content()
    {
        var log = new LogLines<SqliteConversationStore>();
        var store = _folder.CreateRecordStore(TimeSpan.FromMilliseconds(150), log);
        await using var failing = await store.SubscribeAsync(Kind, () => throw new InvalidOperationException("mine"), Stop);
        await store.WriteAsync([Write("CUST001", """{"name":"secret-name"}""", lookup: "secret@example.com")], Stop);
        using (var other = _folder.OpenRaw())
        using (other.BeginTransaction(deferred: false))
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.WriteAsync([Write("CUST001", """{"name":"secret-too"}""")], Stop));

        Assert.NotEmpty(log.Lines);
        Assert.All(log.Lines, line => Assert.DoesNotContain("secret", line, StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private static Func<Task>[] Calls(IRecordStore store) =>
    [
        () => store.GetAsync(Kind, "CUST001", Stop).AsTask(),
        () => store.FindAsync(Kind, "a@example.com", Stop).AsTask(),
        () => store.WriteAsync([Write("CUST001", "{}")], Stop).AsTask(),
        () => store.DeleteAsync(Kind, "CUST001", Stop).AsTask(),
        () => store.CountAsync(Kind, Stop).AsTask(),
        () => store.ReadChangesAsync(Kind, null, 10, Stop).AsTask(),
        () => store.SubscribeAsync(Kind, () => { }, Stop).AsTask(),
    ];
}
