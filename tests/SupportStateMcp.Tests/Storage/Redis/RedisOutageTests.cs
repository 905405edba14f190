using System.Diagnostics;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Tests.Processes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>What callers see of a server that is slow, gone, or back.</summary>
public sealed class RedisOutageTests : IAsyncLifetime
{
    // Garnet compiles itself as it goes: its first answers are slow.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMilliseconds(RedisServer.IsGarnet ? 2000 : 500);

    /// <summary>What is refused is refused by then, also on a busy machine: it does not hang, and callers do not wait for one another.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private RedisServer _server = null!;
    private RedisPlace _place = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _place = new RedisPlace(_server.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _place.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_store_outlives_a_restart_of_its_server()
    {
        var (store, impatient) = await ConnectedAsync();
        await OpenAsync(store, "before");

        await _server.StopAsync();
        await AssertRefusesInTimeAsync(impatient);
        await _server.StartAgainAsync();

        await RecoversAsync(impatient);
        await RecoversAsync(store);
        await OpenAsync(store, "after");
    }

    [Fact]
    public async Task A_server_that_hangs_is_unavailable_in_bounded_time()
    {
        var (store, impatient) = await ConnectedAsync();
        await OpenAsync(store, "before");

        await _server.PauseAsync();
        try
        {
            await AssertRefusesInTimeAsync(impatient);
            // Further callers, however many, are refused as soon: none of them piles up.
            var started = Stopwatch.StartNew();
            var calls = Enumerable.Range(0, 3000).Select(i => impatient.LoadAsync(TestConversations.Id($"t-{i}"), null, Stop).AsTask()).ToList();
            foreach (var call in calls)
                await Assert.ThrowsAsync<StoreUnavailableException>(() => call);
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await impatient.CheckAsync(Stop));
            Assert.InRange(started.Elapsed, TimeSpan.Zero, Bound);
        }
        finally
        {
            await _server.ResumeAsync();
        }

        await RecoversAsync(impatient);
        await RecoversAsync(store);
        await OpenAsync(store, "after");
    }

    [Fact]
    public async Task A_store_starts_without_its_server()
    {
        await _server.StopAsync();
        var impatient = Impatient();
        await AssertRefusesInTimeAsync(impatient);

        await _server.StartAgainAsync();

        await RecoversAsync(impatient);
        await OpenAsync(_place.Store(), "after");
    }

    [Fact]
    public async Task A_store_starts_while_its_server_hangs()
    {
        await _server.PauseAsync();
        var impatient = Impatient();
        try
        {
            await AssertRefusesInTimeAsync(impatient);
        }
        finally
        {
            await _server.ResumeAsync();
        }

        await RecoversAsync(impatient);
    }

    [Fact]
    public async Task Scripts_that_the_server_forgets_all_the_time_cost_no_write()
    {
        var store = _place.Store();
        var raw = await _place.RawAsync();
        using var written = new CancellationTokenSource();
        var forgetting = Task.Run(async () =>
        {
            while (!written.IsCancellationRequested)
                await raw.ExecuteAsync("SCRIPT", "FLUSH");
        }, Stop);

        try
        {
            await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
            {
                var id = TestConversations.Id($"t-{i}");
                var current = await OpenAsync(store, id.TicketId);
                for (var m = 0; m < 100; m++)
                    current = await WriteAsync(store, current, TestConversations.Message($"m-{m}", id: id));
            }, Stop)));
        }
        finally
        {
            await written.CancelAsync();
            await forgetting;
        }

        Assert.Equal(100, (await store.ReadMessagesAsync(TestConversations.Id("t-7"), long.MaxValue, 1000, Stop)).Count);
    }

    [Fact]
    public async Task Who_watches_is_called_once_the_connection_is_back_and_hears_of_changes_again()
    {
        var (here, elsewhere) = (_place.Store(), _place.Store());
        using var changes = new SemaphoreSlim(0);
        await using var watch = await here.SubscribeAsync(TestConversations.Id(), () => changes.Release(), Stop);

        await _server.KillAsync();
        await _server.StartAgainAsync();

        Assert.True(await changes.WaitAsync(Eventually.Patience, Stop));
        await RecoversAsync(elsewhere);
        while (await changes.WaitAsync(TimeSpan.FromMilliseconds(500), Stop)) { }
        await OpenAsync(elsewhere, "TKT-001");
        Assert.True(await changes.WaitAsync(Eventually.Patience, Stop));
    }

    [Fact]
    public async Task A_write_that_was_answered_survives_a_kill()
    {
        RedisServer.RequireRedis("an append-only file, flushed on each write");
        await using var server = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var place = new RedisPlace(server.ConnectionString);
        var store = place.Store();
        var current = await OpenAsync(store, "t");
        for (var i = 0; i < 20; i++)
            current = await WriteAsync(store, current, TestConversations.Message($"m-{i}", id: TestConversations.Id("t")));

        await server.KillAsync();
        await server.StartAgainAsync();

        await RecoversAsync(store);
        TestConversations.AssertSame(current, (await store.LoadAsync(TestConversations.Id("t"), null, Stop)).Conversation);
        Assert.Equal(20, (await store.ReadMessagesAsync(TestConversations.Id("t"), long.MaxValue, 100, Stop)).Count);
    }

    private RedisConversationStore Impatient() => _place.Store(_place.Options with { CallTimeout = CallTimeout });

    /// <summary>Two stores that have a connection: one for what is to succeed, and one that soon gives up.</summary>
    private async Task<(RedisConversationStore Patient, RedisConversationStore Impatient)> ConnectedAsync()
    {
        var impatient = Impatient();
        await RecoversAsync(impatient);
        return (_place.Store(), impatient);
    }

    private static async Task AssertRefusesInTimeAsync(RedisConversationStore store)
    {
        foreach (var call in (Func<Task>[])[
            () => store.LoadAsync(TestConversations.Id(), null, Stop).AsTask(),
            () => OpenAsync(store, "never"),
            () => store.ListAsync(new(), null, 10, Stop).AsTask(),
            () => store.SubscribeAsync(TestConversations.Id(), () => { }, Stop).AsTask(),
            () => store.CheckAsync(Stop).AsTask()])
        {
            var started = Stopwatch.StartNew();
            await Assert.ThrowsAsync<StoreUnavailableException>(call);
            Assert.InRange(started.Elapsed, TimeSpan.Zero, Bound);
        }
    }

    private static async Task RecoversAsync(RedisConversationStore store)
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await store.CheckAsync(Stop);
                return;
            }
            catch (StoreUnavailableException) when (waiting.Elapsed < Eventually.Patience)
            {
                await Task.Delay(50, Stop);
            }
        }
    }

    private static Task<Conversation> OpenAsync(RedisConversationStore store, string ticket) =>
        WriteAsync(store, null, TestConversations.Initialize(TestConversations.Id(ticket)));

    private static async Task<Conversation> WriteAsync(RedisConversationStore store, Conversation? before, ConversationCommand command)
    {
        var commit = TestConversations.Commit(before, command, TimeProvider.System.GetUtcNow());
        Assert.IsType<CommitResult.Committed>(await store.CommitAsync(commit, Stop));
        return commit.After;
    }
}
