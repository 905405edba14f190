using System.Diagnostics;
using System.Runtime.Versioning;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Files;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Storage.Files;

public sealed class FileStoreFolderTests : IDisposable
{
    private static readonly ConversationId Id = TestConversations.Id();

    private readonly StoreFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_writers_in_many_processes_leave_a_trail_without_a_gap()
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
    public async Task A_sweep_deletes_what_has_expired_and_nothing_else()
    {
        var (shortLived, longLived) = (_folder.CreateStore(TimeSpan.FromHours(1)), _folder.CreateStore(TimeSpan.FromHours(3)));
        await OpenAsync(shortLived, TestConversations.Id("short"));
        await OpenAsync(longLived, TestConversations.Id("long"));
        _folder.Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(1, await _folder.CreateStore().SweepAsync(Stop));

        Assert.Equal([_folder.JournalOf(TestConversations.Id("long"))], Directory.GetFiles(_folder.Path));
        Assert.NotNull((await longLived.LoadAsync(TestConversations.Id("long"), null, Stop)).Conversation);
        Assert.Equal(0, await _folder.CreateStore().SweepAsync(Stop));
    }

    [Fact]
    public async Task A_sweep_loses_nothing_that_is_opened_anew_at_the_same_time()
    {
        var (writer, sweeper) = (_folder.CreateStore(TimeSpan.FromHours(1)), _folder.CreateStore());
        for (var round = 0; round < 40; round++)
        {
            await OpenAsync(writer, Id);
            _folder.Time.Advance(TimeSpan.FromHours(2));

            var opening = Task.Run(() => OpenAsync(writer, Id), Stop);
            var sweeping = Task.Run(async () => await sweeper.SweepAsync(Stop), Stop);
            var opened = await opening;
            await sweeping;

            TestConversations.AssertSame(opened, (await sweeper.LoadAsync(Id, null, Stop)).Conversation);
            TestConversations.AssertSame(opened, (await writer.LoadAsync(Id, null, Stop)).Conversation);
            _folder.Time.Advance(TimeSpan.FromHours(2));
        }
    }

    [Fact]
    public async Task An_empty_or_missing_folder_needs_no_sweep() => Assert.Equal(0, await _folder.CreateStore().SweepAsync(Stop));

    [Fact]
    public async Task Folder_and_journals_belong_to_their_owner_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes.");
            return;
        }

        var store = _folder.CreateStore();
        await OpenAsync(store, Id);
        AssertOwnerOnly(_folder.Path);

        var current = (await store.LoadAsync(Id, null, Stop)).Conversation;
        await store.CommitAsync(TestConversations.Commit(current, TestConversations.Erase(), _folder.Time.GetUtcNow()), Stop);
        AssertOwnerOnly(_folder.Path);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_is_a_store_that_is_not_available()
    {
        // A file stands where the folder should.
        await File.WriteAllTextAsync(_folder.Path, "", Stop);
        var store = _folder.CreateStore();

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CheckAsync(Stop));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync(store, Id));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.SubscribeAsync(Id, () => { }, Stop));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
            await new FileConversationLocks(_folder.Options, TimeProvider.System).TryAcquireAsync(Id, TimeSpan.Zero, Stop));
    }

    [Fact]
    public async Task A_folder_that_went_away_is_made_anew()
    {
        var store = _folder.CreateStore();
        await OpenAsync(store, Id);
        Directory.Delete(_folder.Path, recursive: true);

        Assert.Null((await store.LoadAsync(Id, null, Stop)).Conversation);
        Assert.NotNull(await OpenAsync(store, Id));
    }

    [Fact]
    public async Task An_erasure_on_a_full_disk_holds_and_is_finished_when_there_is_space()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "This system has no device that is always full.");
        var store = _folder.CreateStore();
        var before = await OpenAsync(store, Id);
        var kept = await File.ReadAllBytesAsync(_folder.JournalOf(Id), Stop);

        // What the other journal would be rewritten to leads to a device on which every write fails for want of space.
        var other = TestConversations.Id("full");
        File.CreateSymbolicLink(_folder.JournalOf(other) + ".tmp", "/dev/full");
        var opened = await OpenAsync(store, other);
        var erased = await store.CommitAsync(TestConversations.Commit(opened, TestConversations.Erase(other), _folder.Time.GetUtcNow()), Stop);

        // What was appended counts; the rewrite waits for space.
        Assert.IsType<CommitResult.Committed>(erased);
        Assert.NotNull((await store.LoadAsync(other, null, Stop)).Conversation!.ErasedAt);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync(store, other));
        TestConversations.AssertSame(before, (await store.LoadAsync(Id, null, Stop)).Conversation);
        Assert.Equal(kept, await File.ReadAllBytesAsync(_folder.JournalOf(Id), Stop));

        File.Delete(_folder.JournalOf(other) + ".tmp");
        Assert.NotNull(await OpenAsync(store, other));
    }

    [Fact]
    public async Task A_journal_that_another_process_keeps_busy_is_a_store_that_is_not_available()
    {
        var store = _folder.CreateStore(lockTimeout: TimeSpan.FromMilliseconds(150));
        var before = await OpenAsync(store, Id);
        var gates = Directory.GetFiles(Path.Combine(_folder.Path, LockFile.Folder));
        await using (File.Open(Assert.Single(gates), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            var started = Stopwatch.StartNew();
            var commit = TestConversations.Commit(before, TestConversations.Message("m-1"), _folder.Time.GetUtcNow());
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CommitAsync(commit, Stop));
            Assert.InRange(started.ElapsedMilliseconds, 100, 5000);

            // Readers do not wait.
            TestConversations.AssertSame(before, (await store.LoadAsync(Id, null, Stop)).Conversation);
        }

        var after = await store.CommitAsync(TestConversations.Commit(before, TestConversations.Message("m-1"), _folder.Time.GetUtcNow()), Stop);
        Assert.IsType<CommitResult.Committed>(after);
    }

    [Fact]
    public async Task A_released_lock_leaves_no_file_behind()
    {
        var locks = new FileConversationLocks(_folder.Options, TimeProvider.System);
        await using (await locks.TryAcquireAsync(Id, TimeSpan.Zero, Stop))
            Assert.Single(Directory.GetFiles(Path.Combine(_folder.Path, LockFile.Folder)));

        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, LockFile.Folder)));
    }

    public void Dispose() => _folder.Dispose();

    private ConversationCommandHandler DeskOn(IConversationStore store) => new(
        store, new FileConversationLocks(_folder.Options, TimeProvider.System), new ConversationDecider(WorkflowDefinition.Default, new ApprovalPolicy()),
        ConcurrencyOptions.Default with { LockTimeout = TimeSpan.FromSeconds(20) }, _folder.Time, Random.Shared);

    private async Task<Conversation> OpenAsync(FileConversationStore store, ConversationId id)
    {
        var before = (await store.LoadAsync(id, null, Stop)).Conversation;
        var commit = TestConversations.Commit(before, TestConversations.Initialize(id), _folder.Time.GetUtcNow());
        Assert.IsType<CommitResult.Committed>(await store.CommitAsync(commit, Stop));
        return commit.After;
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
