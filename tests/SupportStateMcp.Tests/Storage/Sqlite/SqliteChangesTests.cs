using System.Collections.Concurrent;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Sqlite;

public sealed class SqliteChangesTests : IDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly ConcurrentQueue<string> _heard = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_many_who_watch_each_hears_of_its_own_conversation_alone()
    {
        var (here, elsewhere) = (_folder.CreateStore(), _folder.CreateStore());
        var watches = new List<IAsyncDisposable>();
        for (var n = 0; n < 50; n++)
            watches.Add(await WatchAsync(here, $"t-{n}"));
        await _folder.WriteAsync(elsewhere, TestConversations.Initialize(TestConversations.Id("unwatched")));

        await _folder.WriteAsync(elsewhere, TestConversations.Initialize(TestConversations.Id("t-7")));
        await UntilAsync(() => _heard.Contains("t-7"));
        await _folder.WriteAsync(elsewhere, TestConversations.Initialize(TestConversations.Id("t-31")));
        await UntilAsync(() => _heard.Contains("t-31"));

        Assert.Equal(["t-7", "t-31"], _heard);
        foreach (var watch in watches)
            await watch.DisposeAsync();
        await _folder.WriteAsync(elsewhere, TestConversations.Message("m-1", id: TestConversations.Id("t-7")));
        await Task.Delay(100, Stop);
        Assert.Equal(["t-7", "t-31"], _heard);
    }

    [Fact]
    public async Task A_commit_of_this_process_is_heard_before_it_is_acknowledged()
    {
        var store = _folder.CreateStore();
        await using var watch = await WatchAsync(store, "TKT-001");

        await _folder.WriteAsync(store, TestConversations.Initialize());

        Assert.Equal("TKT-001", Assert.Single(_heard));
    }

    [Fact]
    public async Task A_conversation_that_expired_and_is_opened_anew_at_the_same_version_is_a_change()
    {
        var (here, elsewhere) = (_folder.CreateStore(), _folder.CreateStore());
        await _folder.WriteAsync(elsewhere, TestConversations.Initialize());
        await using var watch = await WatchAsync(here, "TKT-001");
        _folder.Time.Advance(TimeSpan.FromDays(2));

        await _folder.WriteAsync(elsewhere, TestConversations.Initialize());

        await UntilAsync(() => !_heard.IsEmpty);
    }

    [Fact]
    public async Task Who_watches_hears_again_after_the_database_was_replaced()
    {
        var (here, elsewhere) = (_folder.CreateStore(), _folder.CreateStore());
        await _folder.WriteAsync(elsewhere, TestConversations.Initialize());
        await using var watch = await WatchAsync(here, "TKT-001");
        // Moved and then deleted: who watches may look at the folder at any moment, and leave a file in it.
        Directory.Move(_folder.Path, _folder.Path + ".old");
        Directory.Delete(_folder.Path + ".old", recursive: true);
        await UntilAsync(() => !_heard.IsEmpty);
        var before = _heard.Count;

        await _folder.WriteAsync(elsewhere, TestConversations.Initialize(TestConversations.Id("other")));
        await Task.Delay(300, Stop);
        await _folder.WriteAsync(elsewhere, TestConversations.Initialize());

        await UntilAsync(() => _heard.Count > before);
    }

    [Fact]
    public async Task A_watcher_that_fails_keeps_nothing_from_the_others()
    {
        var (here, elsewhere) = (_folder.CreateStore(), _folder.CreateStore());
        await using var failing = await here.SubscribeAsync(TestConversations.Id(), () => throw new InvalidOperationException("mine"), Stop);
        await using var watch = await WatchAsync(here, "TKT-001");

        await _folder.WriteAsync(elsewhere, TestConversations.Initialize());

        await UntilAsync(() => !_heard.IsEmpty);
    }

    [Fact]
    public async Task A_read_of_the_trail_that_fails_half_way_forgets_no_change()
    {
        var log = new LogLines<SqliteConversationStore>();
        var (here, elsewhere) = (_folder.CreateStore(logger: log), _folder.CreateStore());
        for (var n = 1; n <= 2; n++)
            await _folder.WriteAsync(elsewhere, TestConversations.Initialize(TestConversations.Id($"TKT-{n}")));
        var changes = new ConcurrentQueue<ConversationChange?>();
        await using var watch = await here.SubscribeToAllAsync(changes.Enqueue, Stop);

        // The number of the second conversation cannot be counted with: reading it fails, and reading the first does not.
        _folder.Raw("""
            BEGIN;
            ALTER TABLE conversations RENAME TO hidden;
            CREATE VIEW conversations AS SELECT key, CASE WHEN key > 1 THEN abs(-9223372036854775807 - (key > 1)) ELSE id END AS id FROM hidden;
            INSERT INTO events SELECT conversation, max(version) + 1, schema, event FROM events GROUP BY conversation ORDER BY conversation;
            COMMIT
            """);
        await UntilAsync(() => log.Lines.Count > 0);
        _folder.Raw("BEGIN; DROP VIEW conversations; ALTER TABLE hidden RENAME TO conversations; COMMIT");
        await _folder.WriteAsync(elsewhere, TestConversations.Initialize(TestConversations.Id("TKT-3")));

        await UntilAsync(() => changes.Any(c => c?.Id == TestConversations.Id("TKT-3")));
        Assert.Equal(["cs-TKT-1:3", "cs-TKT-2:3", "cs-TKT-3:2"], changes.OfType<ConversationChange>().Select(c => $"{c.Id}:{c.Version}").Distinct());
    }

    public void Dispose() => _folder.Dispose();

    private async ValueTask<IAsyncDisposable> WatchAsync(SqliteConversationStore store, string ticket) =>
        await store.SubscribeAsync(TestConversations.Id(ticket), () => _heard.Enqueue(ticket), Stop);

    private static Task UntilAsync(Func<bool> holds) => Eventually.TrueAsync(holds, () => "It was not heard.");
}
