using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Sqlite;

/// <summary>What has expired is gone for readers at once; its rows go later, and only by a clock that can be believed.</summary>
public sealed class SqliteSweepTests : IDisposable
{
    private static readonly ConversationId Id = TestConversations.Id();

    private readonly StoreFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sweep_removes_what_expired_a_time_to_live_ago_and_nothing_else()
    {
        var store = _folder.CreateStore(TimeSpan.FromHours(1));
        await FillAsync(store, "old");
        _folder.Time.Advance(TimeSpan.FromMinutes(90));
        await FillAsync(store, "young");
        _folder.Time.Advance(TimeSpan.FromMinutes(25));
        Assert.Equal(0, await SweepOftenAsync(store));
        Assert.Equal(2, Rows("conversations"));

        _folder.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(1, await SweepOftenAsync(store));

        Assert.Equal((1, 4, 1, 1, 1), (Rows("conversations"), Rows("events"), Rows("messages"), Rows("idempotency_records"), Rows("totals WHERE n > 0")));
        Assert.NotNull((await store.LoadAsync(TestConversations.Id("young"), null, Stop)).Conversation);
        Assert.Equal(0, await SweepOftenAsync(_folder.CreateStore(TimeSpan.FromHours(1))));
    }

    [Fact]
    public async Task A_clock_that_jumps_three_days_ahead_and_back_costs_nothing()
    {
        var store = _folder.CreateStore();
        var opened = await _folder.WriteAsync(store, TestConversations.Initialize());

        _folder.Time.Advance(TimeSpan.FromDays(3));
        Assert.Null((await store.LoadAsync(Id, null, Stop)).Conversation);
        Assert.Empty((await store.ListAsync(new(), null, 10, Stop)).Conversations);
        for (var sweep = 0; sweep < 20; sweep++)
            Assert.Equal(0, await store.SweepAsync(Stop));
        _folder.Time.Advance(TimeSpan.FromDays(-3));

        TestConversations.AssertSame(opened, (await store.LoadAsync(Id, null, Stop)).Conversation);
    }

    [Fact]
    public async Task The_tombstone_of_an_erased_conversation_is_removed_too()
    {
        var store = _folder.CreateStore(TimeSpan.FromHours(1));
        await _folder.WriteAsync(store, TestConversations.Initialize());
        await _folder.WriteAsync(store, TestConversations.Erase());
        _folder.Time.Advance(TimeSpan.FromHours(3));

        Assert.Equal(1, await SweepOftenAsync(store));

        Assert.Equal((0, 0), (Rows("conversations"), Rows("events")));
    }

    [Fact]
    public async Task Many_that_expired_are_removed_in_one_sweep()
    {
        var store = _folder.CreateStore(TimeSpan.FromHours(1));
        await Task.WhenAll(Enumerable.Range(0, 250).Select(n => _folder.WriteAsync(store, TestConversations.Initialize(TestConversations.Id($"t-{n}")))));
        _folder.Time.Advance(TimeSpan.FromHours(3));

        Assert.Equal(250, await SweepOftenAsync(store));

        Assert.Equal(0, Rows("conversations"));
    }

    [Fact]
    public async Task A_sweep_loses_nothing_that_is_opened_anew_at_the_same_time()
    {
        var (writer, sweeper) = (_folder.CreateStore(TimeSpan.FromHours(1)), _folder.CreateStore(TimeSpan.FromHours(1)));
        for (var round = 0; round < 20; round++)
        {
            await _folder.WriteAsync(writer, TestConversations.Initialize());
            _folder.Time.Advance(TimeSpan.FromHours(3));

            var opening = Task.Run(() => _folder.WriteAsync(writer, TestConversations.Initialize()), Stop);
            var sweeping = Task.Run(() => SweepOftenAsync(sweeper), Stop);
            var opened = await opening;
            await sweeping;

            TestConversations.AssertSame(opened, (await sweeper.LoadAsync(Id, null, Stop)).Conversation);
            TestConversations.AssertSame(opened, (await writer.LoadAsync(Id, null, Stop)).Conversation);
            _folder.Time.Advance(TimeSpan.FromHours(3));
        }
    }

    [Fact]
    public async Task An_empty_or_missing_folder_needs_no_sweep() => Assert.Equal(0, await _folder.CreateStore().SweepAsync(Stop));

    public void Dispose() => _folder.Dispose();

    /// <summary>The sweep's own clock follows ours by a part of the time to live at a sweep; this is often enough.</summary>
    private static async Task<int> SweepOftenAsync(SqliteConversationStore store)
    {
        var removed = 0;
        for (var sweep = 0; sweep < 80; sweep++)
            removed += await store.SweepAsync(Stop);
        return removed;
    }

    private async Task FillAsync(IConversationStore store, string ticket)
    {
        await _folder.WriteAsync(store, TestConversations.Initialize(TestConversations.Id(ticket)));
        await _folder.WriteAsync(store, TestConversations.Message("m-1", id: TestConversations.Id(ticket)));
        var asked = TwoOwners.Ask() with { Id = TestConversations.Id(ticket), ExpiresIn = TimeSpan.FromMilliseconds(1) };
        if (ticket == "young")
            await _folder.WriteAsync(store, asked);
    }

    private long Rows(string table)
    {
        using var raw = _folder.OpenRaw();
        using var command = raw.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM {table}";
        return (long)command.ExecuteScalar()!;
    }
}
