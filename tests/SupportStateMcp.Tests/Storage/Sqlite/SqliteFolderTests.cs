using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.Versioning;
using SupportStateMcp.Conversations;
using SupportStateMcp.Records;
using SupportStateMcp.Storage;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Storage.Sqlite;

public sealed class SqliteFolderTests : IDisposable
{
    private static readonly ConversationId Id = TestConversations.Id();

    private readonly StoreFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_of_version_1_is_brought_up_to_date()
    {
        var store = _folder.CreateStore();
        await _folder.WriteAsync(store, TestConversations.Initialize());
        var asked = await _folder.WriteAsync(store, TwoOwners.Ask());
        var other = await _folder.WriteAsync(store, TestConversations.Initialize(TestConversations.Id("OTHER")));
        await _folder.WriteAsync(store, TestConversations.Initialize(TestConversations.Id("DAMAGED")));
        _folder.Close();
        // As version 1 kept it.
        _folder.Raw("""
            UPDATE conversations SET snapshot = CAST(json_set(CAST(snapshot AS TEXT), '$.approvals',
              json((SELECT substr(CAST(part AS TEXT), 3) FROM parts WHERE conversation = key))) AS BLOB)
            WHERE id = 'cs-TKT-001';
            DROP TABLE parts;
            DROP INDEX by_owner; DROP INDEX by_state; DROP INDEX by_user; DROP INDEX by_assignee;
            ALTER TABLE conversations DROP COLUMN owner;
            CREATE INDEX by_state    ON conversations (state, updated_at, id, expires_at, assigned_to) WHERE erased = 0;
            CREATE INDEX by_user     ON conversations (user_digest, updated_at, id, expires_at, state, assigned_to) WHERE erased = 0;
            CREATE INDEX by_assignee ON conversations (assigned_to, updated_at, id, expires_at, state) WHERE erased = 0;
            UPDATE conversations SET snapshot = CAST('{"damaged' AS BLOB) WHERE id = 'cs-DAMAGED';
            DROP TABLE records; DROP TABLE ready_steps; DELETE FROM marks WHERE name LIKE 'record_%';
            PRAGMA user_version = 1;
            """);

        foreach (var opened in (IConversationStore[])[_folder.CreateStore(), _folder.CreateStore()])
        {
            TestConversations.AssertSame(asked, (await opened.LoadAsync(Id, null, Stop)).Conversation);
            TestConversations.AssertSame(other, (await opened.LoadAsync(TestConversations.Id("OTHER"), null, Stop)).Conversation);
            Assert.Equal(2, (await opened.ListAsync(new(Owner: Owner.Of(TestConversations.Agent)), null, 10, Stop)).Conversations.Count);
        }

        var told = await _folder.WriteAsync(_folder.CreateStore(), TestConversations.Message("m-1"));
        TestConversations.AssertSame(told, (await _folder.CreateStore().LoadAsync(Id, null, Stop)).Conversation);
    }

    [Fact]
    public async Task A_database_of_version_2_is_brought_up_to_date()
    {
        var opened = await _folder.WriteAsync(_folder.CreateStore(), TestConversations.Initialize());
        _folder.Close();
        // As version 2 kept it.
        _folder.Raw("DROP TABLE records; DROP TABLE ready_steps; DELETE FROM marks WHERE name LIKE 'record_%'; PRAGMA user_version = 2;");

        var (conversations, records) = _folder.CreateBoth();

        TestConversations.AssertSame(opened, (await conversations.LoadAsync(Id, null, Stop)).Conversation);
        Assert.Equal(0, await records.CountAsync("customer", Stop));
        Assert.IsType<RecordWriteResult.Written>(Assert.Single(await records.WriteAsync([TestRecords.Write("CUST001", "{}")], Stop)));
        Assert.NotNull(await _folder.CreateRecordStore().GetAsync("customer", "CUST001", Stop));
        using var fresh = new StoreFolder();
        await fresh.WriteAsync(fresh.CreateStore(), TestConversations.Initialize());
        Assert.Equal(SchemaOf(fresh), SchemaOf(_folder));
    }

    [Fact]
    public async Task Many_writers_on_many_stores_leave_a_trail_without_a_gap()
    {
        const int Writes = 200;
        var stores = Enumerable.Range(0, 4).Select(_ => _folder.CreateStore()).ToList();
        var desks = stores.Select(DeskOn).ToList();
        Assert.Null((await desks[0].ExecuteAsync(TestConversations.Initialize(), Stop)).Error);

        var results = await Task.WhenAll(Enumerable.Range(0, Writes).Select(i => Task.Run(async () =>
            await desks[i % desks.Count].ExecuteAsync(TestConversations.Message($"m-{i}", $"text {i}"), Stop), Stop)));

        Assert.All(results, r => Assert.Null(r.Error));
        foreach (var store in (IConversationStore[])[.. stores, _folder.CreateStore()])
        {
            var events = await store.ReadEventsAsync(Id, 0, 1000, Stop);
            Assert.Equal(Enumerable.Range(1, Writes + 2).Select(v => (long)v), events.Select(e => e.Version));
            var messages = await store.ReadMessagesAsync(Id, long.MaxValue, 1000, Stop);
            Assert.Equal(Enumerable.Range(1, Writes).Select(n => (long)n), messages.Select(m => m.Number));
            Assert.Equal(Writes, messages.Select(m => m.MessageId).Distinct().Count());
        }
    }

    [Fact]
    public async Task A_log_that_several_write_into_without_a_pause_starts_anew_again_and_again()
    {
        var stores = Enumerable.Range(0, 3).Select(_ => _folder.CreateStore()).ToList();
        var longest = 0L;
        await Task.WhenAll(stores.SelectMany((store, s) => Enumerable.Range(0, 4).Select(caller => Task.Run(async () =>
        {
            var id = TestConversations.Id($"t-{s}-{caller}");
            await _folder.WriteAsync(store, TestConversations.Initialize(id));
            var random = new Random((s * 4) + caller);
            for (var n = 0; n < 400; n++)
            {
                // Of any characters, so that little of it is compressed away.
                var text = new string([.. Enumerable.Range(0, 10_000).Select(_ => (char)random.Next(' ', '~'))]);
                await _folder.WriteAsync(store, TestConversations.Message($"m-{n}", text, id));
                longest = Math.Max(longest, new FileInfo(_folder.Options.Database + "-wal").Length);
            }
        }, Stop))));

        // Three writers look at it after each 4 MB of their own, and one that found a reader waits until it is twice as long. All
        // that was written is more than that: the messages alone are some 39 MB, compressed.
        Assert.InRange(longest, 1 << 20, 36_000_000);
        Assert.InRange(TimesStarted(), 2, int.MaxValue);
        Assert.InRange(new FileInfo(_folder.Options.Database).Length, 30_000_000, long.MaxValue);
    }

    /// <summary>How often the log has started again: the checkpoint sequence number of its header, https://www.sqlite.org/fileformat.html#wal_file_format.</summary>
    private int TimesStarted()
    {
        var header = new byte[32];
        using var log = new FileStream(_folder.Options.Database + "-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        log.ReadExactly(header);
        return BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(12));
    }

    [Fact]
    public async Task Folder_and_files_belong_to_their_owner_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes.");
            return;
        }

        var store = _folder.CreateStore();
        await _folder.WriteAsync(store, TestConversations.Initialize());
        await using var held = await new SqliteConversationLocks(_folder.Options, TimeProvider.System).TryAcquireAsync(Id, TimeSpan.Zero, Stop);

        AssertOwnerOnly(_folder.Path);
        Assert.Equal(
            ["supportstate.db", "supportstate.db-shm", "supportstate.db-wal"],
            Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_folder_that_others_could_read_is_tightened_with_a_word()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes.");
            return;
        }

        await _folder.WriteAsync(_folder.CreateStore(), TestConversations.Initialize());
        _folder.Close();
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(_folder.Options.Database, (UnixFileMode)0b110_110_100);
        var log = new LogLines<SqliteConversationStore>();

        await _folder.WriteAsync(_folder.CreateStore(logger: log), TestConversations.Message("m-1"));

        AssertOwnerOnly(_folder.Path);
        Assert.Equal(
            [$"Warning: Other users could read {_folder.Path}; it belongs to its owner alone now",
             $"Warning: Other users could read {_folder.Options.Database}; it belongs to its owner alone now"],
            log.Lines);
    }

    [Theory]
    [InlineData(0b111_101_101)]
    [InlineData(0b111_111_111)]
    [InlineData(0b111_010_000)]
    public async Task A_folder_of_other_things_that_others_can_read_is_refused_and_left_as_it_is(int mode)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes.");
            return;
        }

        Directory.CreateDirectory(_folder.Path);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "letter.txt"), "", Stop);
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)mode);

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _folder.CreateStore().CheckAsync(Stop));

        Assert.False(refused.Passes);
        Assert.EndsWith($"--data {Path.Combine(_folder.Path, "supportstate")}", refused.Message, StringComparison.Ordinal);
        Assert.Equal((UnixFileMode)mode, File.GetUnixFileMode(_folder.Path));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_store_that_must_be_there_is_not_made()
    {
        var options = _folder.Options with { MustExist = true };
        using var connections = new SqliteConnections(options, _folder.Time, new LogLines<SqliteConversationStore>());
        using var store = new SqliteConversationStore(connections, StoredSchema.Current, _folder.Time, new LogLines<SqliteConversationStore>());

        Assert.False((await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.LoadAsync(Id, null, Stop))).Passes);
        Assert.False(Directory.Exists(_folder.Path));

        await _folder.WriteAsync(_folder.CreateStore(), TestConversations.Initialize());
        Assert.NotNull((await store.LoadAsync(Id, null, Stop)).Conversation);
    }

    [Fact]
    public async Task A_store_that_is_closed_leaves_one_file()
    {
        var store = _folder.CreateStore();
        var opened = await _folder.WriteAsync(store, TestConversations.Initialize());

        _folder.Close();

        Assert.Equal([_folder.Options.Database], Directory.GetFiles(_folder.Path));
        TestConversations.AssertSame(opened, (await _folder.CreateStore().LoadAsync(Id, null, Stop)).Conversation);
    }

    [Fact]
    public async Task The_database_can_be_read_by_anyone_with_SQLite()
    {
        await _folder.WriteAsync(_folder.CreateStore(), TestConversations.Initialize(description: "Größe <b> & 'so'"));
        await _folder.WriteAsync(_folder.CreateStore(), TestConversations.Message("m-1", "你好"));

        using var raw = _folder.OpenRaw();
        using var command = raw.CreateCommand();
        command.CommandText = """
            SELECT json_extract(CAST(c.snapshot AS TEXT), '$.description') || ' ' || json_extract(CAST(m.message AS TEXT), '$.content')
            FROM conversations c JOIN messages m ON m.conversation = c.key WHERE c.id = 'cs-TKT-001'
            """;

        Assert.Equal("Größe <b> & 'so' 你好", command.ExecuteScalar());
    }

    [Fact]
    public async Task A_folder_that_cannot_be_is_a_store_that_is_not_available()
    {
        // A file stands where the folder should.
        await File.WriteAllTextAsync(_folder.Path, "", Stop);
        var store = _folder.CreateStore();

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CheckAsync(Stop));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _folder.WriteAsync(store, TestConversations.Initialize()));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.SubscribeAsync(Id, () => { }, Stop));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
            await new SqliteConversationLocks(_folder.Options, TimeProvider.System).TryAcquireAsync(Id, TimeSpan.Zero, Stop));
    }

    [Fact]
    public async Task A_folder_that_went_away_is_made_anew()
    {
        var log = new LogLines<SqliteConversationStore>();
        var store = _folder.CreateStore(logger: log);
        await _folder.WriteAsync(store, TestConversations.Initialize());
        Directory.Delete(_folder.Path, recursive: true);
        // A reader looks a few times a second whether its file is still there, a writer each time.
        await Task.Delay(150, Stop);

        Assert.Null((await store.LoadAsync(Id, null, Stop)).Conversation);
        var opened = await _folder.WriteAsync(store, TestConversations.Initialize());

        TestConversations.AssertSame(opened, (await _folder.CreateStore().LoadAsync(Id, null, Stop)).Conversation);
        Assert.Contains(log.Lines, l => l.Contains("was moved or deleted while it was in use", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_database_that_another_process_keeps_busy_is_a_store_that_is_not_available_and_can_still_be_read()
    {
        var log = new LogLines<SqliteConversationStore>();
        var store = _folder.CreateStore(lockTimeout: TimeSpan.FromMilliseconds(150), logger: log);
        var before = await _folder.WriteAsync(store, TestConversations.Initialize());
        using (var other = _folder.OpenRaw())
        using (other.BeginTransaction(deferred: false))
        {
            var started = Stopwatch.StartNew();
            var commit = TestConversations.Commit(before, TestConversations.Message("m-1"), _folder.Time.GetUtcNow());
            var fault = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CommitAsync(commit, Stop));
            Assert.InRange(started.ElapsedMilliseconds, 100, 5000);
            Assert.StartsWith("Another process keeps", fault.Message, StringComparison.Ordinal);
            TestConversations.AssertSame(before, (await store.LoadAsync(Id, null, Stop)).Conversation);
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CommitAsync(commit, Stop));
        }

        await _folder.WriteAsync(store, TestConversations.Message("m-1"));
        // The writer says so when those who wait have their answer. Once, though it happened twice.
        for (var wait = 0; log.Lines.Count < 2 && wait < 200; wait++)
            await Task.Delay(20, Stop);
        Assert.Equal(
            [$"Error: Another process keeps {_folder.Options.Database} busy. If it stays so, look for a program that has the file open.",
             $"Information: {_folder.Options.Database} works again"],
            log.Lines);
    }

    [Fact]
    public async Task A_released_lock_leaves_no_file_behind()
    {
        var locks = new SqliteConversationLocks(_folder.Options, TimeProvider.System);
        await using (await locks.TryAcquireAsync(Id, TimeSpan.Zero, Stop))
            Assert.Single(Directory.GetFiles(Path.Combine(_folder.Path, LockFile.Folder)));

        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, LockFile.Folder)));
    }

    public void Dispose() => _folder.Dispose();

    private ConversationCommandHandler DeskOn(IConversationStore store) => new(
        store, new SqliteConversationLocks(_folder.Options, TimeProvider.System), new ConversationDecider(WorkflowDefinition.Default, new ApprovalPolicy()),
        ConcurrencyOptions.Default with { LockTimeout = Eventually.Patience }, _folder.Time, Random.Shared);

    /// <summary>What the database consists of, as SQLite tells it.</summary>
    private static List<string> SchemaOf(StoreFolder folder)
    {
        using var connection = folder.OpenRaw();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name";
        using var found = command.ExecuteReader();
        var schema = new List<string>();
        while (found.Read())
            schema.Add(found.GetString(0));
        return schema;
    }

    [UnsupportedOSPlatform("windows")]
    private static void AssertOwnerOnly(string folder)
    {
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        foreach (var inner in Directory.EnumerateDirectories(folder))
            AssertOwnerOnly(inner);
        foreach (var file in Directory.EnumerateFiles(folder))
            Assert.Equal(Owner, File.GetUnixFileMode(file));
    }
}
