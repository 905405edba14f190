using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Sqlite;

public sealed class SqliteDamageTests : IDisposable
{
    private static readonly ConversationId Id = TestConversations.Id();

    /// <summary>A page of the log, with its header.</summary>
    private const int FrameBytes = 24 + 4096;

    private readonly StoreFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_log_torn_at_any_byte_keeps_every_commit_before_the_cut_and_the_next_one_works()
    {
        var (database, log, commits) = await KilledAsync();
        var random = new Random(20261125);
        // At the end of each commit, just before it, and anywhere.
        var cuts = commits.Select(c => c.End).Concat(commits.Select(c => c.End - 1)).Concat(Enumerable.Range(0, 25).Select(_ => random.Next(log.Length + 1)));
        foreach (var cut in cuts.Append(0))
            Assert.Empty(await AssertHoldsAsync(database, log[..cut], commits.LastOrDefault(c => c.End <= cut).After));
    }

    [Fact]
    public async Task A_flipped_byte_in_the_log_takes_back_no_commit_before_it()
    {
        var (database, log, commits) = await KilledAsync();
        var random = new Random(20261125);
        for (var round = 0; round < 25; round++)
        {
            // The first 32 bytes are the header: without it there is no log.
            var at = random.Next(32, log.Length);
            var damaged = (byte[])log.Clone();
            damaged[at] ^= 0x10;
            var lines = await AssertHoldsAsync(database, damaged, commits.LastOrDefault(c => c.End <= at).After);
            // What was acknowledged behind it is not dropped silently. Of the last commit nobody can tell whether it was.
            if (at < commits[^1].End - FrameBytes)
                Assert.Contains("-wal is damaged at byte", Assert.Single(lines), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(25)]
    public async Task A_log_whose_header_is_damaged_is_kept_and_told(int at)
    {
        var (database, log, commits) = await KilledAsync();
        log[at] ^= 0x10;

        var line = Assert.Single(await AssertHoldsAsync(database, log, null));

        Assert.Contains("-wal is damaged at byte 0: ", line, StringComparison.Ordinal);
        var told = int.Parse(line.Split(" the ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.InRange(told, commits.Count, commits.Count + 5);
    }

    [Fact]
    public async Task One_damaged_row_is_a_fault_of_its_own_and_hides_nobody()
    {
        var log = new LogLines<SqliteConversationStore>();
        var store = _folder.CreateStore(logger: log);
        foreach (var ticket in (string[])["a", "b", "c"])
        {
            await _folder.WriteAsync(store, TestConversations.Initialize(TestConversations.Id(ticket)));
            await _folder.WriteAsync(store, TwoOwners.Ask() with { Id = TestConversations.Id(ticket) });
            await _folder.WriteAsync(store, TwoOwners.Escalate(TestConversations.Agent) with { Id = TestConversations.Id(ticket) });
        }

        _folder.Raw("""UPDATE conversations SET snapshot = CAST('{"conversation_id":"cs-b"' AS BLOB) WHERE id = 'cs-b'""");

        var fault = await Assert.ThrowsAsync<StoreDamagedException>(async () => await store.LoadAsync(TestConversations.Id("b"), null, Stop));
        Assert.Contains($"The snapshot of cs-b in {_folder.Options.Database} cannot be read", fault.Message, StringComparison.Ordinal);
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(["cs-a", "cs-c"], (await store.ListAsync(new(), null, 2, Stop)).Conversations.Select(c => c.ConversationId).Order());
            Assert.Equal(["cs-a", "cs-c"], (await store.ListQueueAsync("support", null, 2, Stop)).Conversations.Select(c => c.ConversationId));
            Assert.Equal(2, (await store.ListPendingApprovalsAsync(null, 10, Stop)).Approvals.Count);
            Assert.Equal(2, (await store.FindOverdueAsync(_folder.Time.GetUtcNow().AddDays(2), 10, Stop)).Count);
            Assert.Equal(0, await store.SweepAsync(Stop));
        }

        await _folder.WriteAsync(store, TestConversations.Message("m-1", id: TestConversations.Id("a")));
        Assert.StartsWith($"Error: {fault.Message}", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE conversations SET id = 'cs-OTHER'")]
    [InlineData("UPDATE conversations SET snapshot = CAST('null' AS BLOB), id = 'cs-OTHER'")]
    [InlineData("UPDATE conversations SET snapshot = CAST('[]' AS BLOB), id = 'cs-OTHER'")]
    public async Task A_row_that_holds_another_conversation_or_none_is_a_fault(string damage)
    {
        await _folder.WriteAsync(_folder.CreateStore(), TestConversations.Initialize());
        _folder.Raw(damage);

        await Assert.ThrowsAsync<StoreDamagedException>(async () => await _folder.CreateStore().LoadAsync(TestConversations.Id("OTHER"), null, Stop));
    }

    [Theory]
    [InlineData("UPDATE messages SET message = CAST('{' AS BLOB)")]
    [InlineData("UPDATE events SET event = CAST('{}' AS BLOB)")]
    public async Task A_damaged_message_or_event_is_a_fault(string damage)
    {
        var store = _folder.CreateStore();
        await _folder.WriteAsync(store, TestConversations.Initialize());
        await _folder.WriteAsync(store, TestConversations.Message("m-1"));
        _folder.Raw(damage);

        await Assert.ThrowsAsync<StoreDamagedException>(async () =>
        {
            await store.ReadMessagesAsync(Id, long.MaxValue, 10, Stop);
            await store.ReadEventsAsync(Id, 0, 10, Stop);
        });
    }

    [Fact]
    public async Task A_page_of_garbage_is_a_fault_and_nothing_else()
    {
        var store = _folder.CreateStore();
        for (var n = 0; n < 40; n++)
            await _folder.WriteAsync(store, TestConversations.Initialize(TestConversations.Id($"t-{n}"), description: new string('d', 500)));
        _folder.Close();
        var whole = await File.ReadAllBytesAsync(_folder.Options.Database, Stop);
        var faults = 0;
        for (var page = 1; page < whole.Length / 4096; page++)
        {
            var damaged = (byte[])whole.Clone();
            new Random(page).NextBytes(damaged.AsSpan(page * 4096, 4096));
            await File.WriteAllBytesAsync(_folder.Options.Database, damaged, Stop);
            var other = _folder.CreateStore();
            try
            {
                for (var n = 0; n < 40; n += 10)
                    await other.LoadAsync(TestConversations.Id($"t-{n}"), null, Stop);
                await other.ListAsync(new(), null, 100, Stop);
                await _folder.WriteAsync(other, TestConversations.Message("m-1", id: TestConversations.Id("t-3")));
            }
            catch (Exception e) when (e is StoreUnavailableException or StoreDamagedException)
            {
                faults++;
            }

            _folder.Close();
            File.Delete(_folder.Options.Database + "-wal");
            File.Delete(_folder.Options.Database + "-shm");
        }

        Assert.InRange(faults, 1, whole.Length / 4096);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>The files as a killed process leaves them, and where in the log each commit ends.</summary>
    private async Task<(byte[] Database, byte[] Log, List<(int End, Conversation? After)> Commits)> KilledAsync()
    {
        var store = _folder.CreateStore();
        var commits = new List<(int, Conversation?)>();
        await store.CheckAsync(Stop);
        commits.Add((Length(), null));
        for (var n = 0; n < 9; n++)
        {
            var after = await _folder.WriteAsync(store, n == 0 ? TestConversations.Initialize() : TestConversations.Message($"m-{n}", new string('m', n * 900)));
            commits.Add((Length(), after));
        }

        // Another process copies: this one must not close a file that SQLite has open.
        var copy = Path.Combine(Path.GetDirectoryName(_folder.Path)!, "copy");
        using (var cp = System.Diagnostics.Process.Start("cp", ["-r", _folder.Path, copy]))
            await cp.WaitForExitAsync(Stop);
        _folder.Close();
        return (
            await File.ReadAllBytesAsync(Path.Combine(copy, "supportstate.db"), Stop),
            await File.ReadAllBytesAsync(Path.Combine(copy, "supportstate.db-wal"), Stop),
            commits);

        int Length() => (int)new FileInfo(_folder.Options.Database + "-wal").Length;
    }

    /// <summary>A store on these files has the conversation at least as it was after this commit, whole, and goes on with it.</summary>
    /// <returns>What it logs.</returns>
    private async Task<IReadOnlyList<string>> AssertHoldsAsync(byte[] database, byte[] log, Conversation? least)
    {
        var lines = new LogLines<SqliteConversationStore>();
        using var folder = new StoreFolder();
        Directory.CreateDirectory(folder.Path);
        await File.WriteAllBytesAsync(folder.Options.Database, database, Stop);
        await File.WriteAllBytesAsync(folder.Options.Database + "-wal", log, Stop);
        var store = folder.CreateStore(logger: lines);

        var current = (await store.LoadAsync(Id, null, Stop)).Conversation;
        var events = await store.ReadEventsAsync(Id, 0, 100, Stop);
        Assert.True((current?.Version ?? 0) >= (least?.Version ?? 0), $"{current?.Version} of {least?.Version}");
        TestConversations.AssertSame(current, Conversation.Fold(null, events));
        Assert.Equal(current?.MessageCount ?? 0, (await store.ReadMessagesAsync(Id, long.MaxValue, 100, Stop)).Count);

        var after = await folder.WriteAsync(store, current is null ? TestConversations.Initialize() : TestConversations.Message("next"));
        folder.Close();
        TestConversations.AssertSame(after, (await folder.CreateStore().LoadAsync(Id, null, Stop)).Conversation);

        var copies = Directory.GetFiles(folder.Path, "*.damaged-*");
        // The files were put there with the rights that files usually have.
        var told = lines.Lines.Where(l => !l.Contains("Other users could read", StringComparison.Ordinal)).ToList();
        Assert.Equal(told.Count, copies.Length);
        if (copies.Length > 0)
            Assert.Equal(log, await File.ReadAllBytesAsync(copies[0], Stop));
        return told;
    }
}
