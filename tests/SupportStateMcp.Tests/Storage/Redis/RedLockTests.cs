using System.Diagnostics;
using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>Redlock over real servers, some of which are gone, hang, or forgot.</summary>
public sealed class RedLockTests : IAsyncLifetime
{
    // Garnet compiles itself as it goes: its first answers are slow.
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(RedisServer.IsGarnet ? 5 : 2);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    private readonly List<RedisServer> _servers = [];
    private RedisPlace _place = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RedisKey Key => $"{_place.Prefix}conversation:{{cs-TKT-001}}:lock";

    public async ValueTask InitializeAsync()
    {
        _servers.AddRange(await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RedisServer.StartAsync())));
        _place = new RedisPlace(_servers[0].ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _place.DisposeAsync();
        foreach (var server in _servers)
            await server.DisposeAsync();
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(5, 2)]
    public async Task A_minority_that_is_down_or_hangs_keeps_nobody_from_the_lock(int nodes, int minority)
    {
        var (one, two) = (Locks(nodes), Locks(nodes));
        await (await one.AcquireAsync(Id, Patience, Stop))!.DisposeAsync();
        await (await two.AcquireAsync(Id, Patience, Stop))!.DisposeAsync();
        await _servers[0].KillAsync();
        if (minority > 1)
            _servers[1].Pause();

        var started = Stopwatch.StartNew();
        var held = await one.AcquireAsync(Id, Patience, Stop);
        Assert.NotNull(held);
        Assert.InRange(held.Validity, TimeToLive * 0.5, TimeToLive);
        Assert.Null(await two.AcquireAsync(Id, Soon, Stop));
        await held.DisposeAsync();
        await using var next = await two.AcquireAsync(Id, Patience, Stop);
        Assert.NotNull(next);
        Assert.InRange(started.Elapsed, TimeSpan.Zero, TimeToLive);
        Resume(minority);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Without_a_majority_there_is_no_lock_and_the_refusal_comes_in_time(int nodes)
    {
        var locks = Locks(nodes);
        await (await locks.AcquireAsync(Id, Patience, Stop))!.DisposeAsync();
        await _servers[0].KillAsync();
        for (var i = 1; i < RedLock.Quorum(nodes); i++)
            _servers[i].Pause();

        var started = Stopwatch.StartNew();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await locks.AcquireAsync(Id, Soon, Stop));

        Assert.InRange(started.Elapsed, TimeSpan.Zero, TimeToLive);
        Resume(RedLock.Quorum(nodes));
        // Nothing is left behind, not even where the answer was late.
        for (var i = 1; i < nodes; i++)
            await AssertGoneBeforeItExpiresAsync(i);
    }

    [Fact]
    public async Task A_lock_that_expired_and_went_to_another_is_not_released_by_the_first()
    {
        var (one, two) = (Locks(1), Locks(1));
        var first = await one.AcquireAsync(Id, Patience, Stop);
        var raw = await RawAsync(0);
        await raw.KeyDeleteAsync(Key);
        await using var second = await two.AcquireAsync(Id, Patience, Stop);

        await first!.DisposeAsync();

        Assert.True(await raw.KeyExistsAsync(Key));
        Assert.Null(await one.AcquireAsync(Id, TimeSpan.Zero, Stop));
        Assert.False(second!.Lost.IsCancellationRequested);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_lock_is_extended_while_it_is_held(int nodes)
    {
        var (one, two) = (Locks(nodes), Locks(nodes));
        var held = await one.AcquireAsync(Id, Patience, Stop);

        Assert.Null(await two.AcquireAsync(Id, TimeToLive * 1.5, Stop));
        Assert.False(held!.Lost.IsCancellationRequested);

        await held.DisposeAsync();
        await using var next = await two.AcquireAsync(Id, Patience, Stop);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task Whose_lock_cannot_be_extended_learns_it_before_it_is_anothers()
    {
        var locks = Locks(3);
        await using var held = await locks.AcquireAsync(Id, Patience, Stop);
        var lost = new TaskCompletionSource();
        held!.Lost.Register(() => lost.TrySetResult());

        await _servers[0].KillAsync();
        await _servers[1].KillAsync();

        await lost.Task.WaitAsync(TimeToLive, Stop);
    }

    [Fact]
    public async Task A_lock_is_taken_on_every_voter_and_released_on_every_voter()
    {
        var held = await Locks(5).AcquireAsync(Id, Patience, Stop);
        await Task.Delay(100, Stop);
        for (var i = 0; i < 5; i++)
            Assert.True(await KeyExistsAsync(i));

        await held!.DisposeAsync();

        for (var i = 0; i < 5; i++)
            await AssertGoneBeforeItExpiresAsync(i);
    }

    private static ConversationId Id => TestConversations.Id();

    private RedLock Locks(int nodes) => _place.Locks(_place.Options with
    {
        LockEndpoints = [.. _servers.Take(nodes).Select(s => s.ConnectionString)],
        LockTimeToLive = TimeToLive,
        CallTimeout = TimeSpan.FromMilliseconds(RedisServer.IsGarnet ? 2000 : 500),
    });

    private void Resume(int nodes)
    {
        for (var i = 1; i < nodes; i++)
            _servers[i].Resume();
    }

    private async Task AssertGoneBeforeItExpiresAsync(int server)
    {
        var waiting = Stopwatch.StartNew();
        while (await KeyExistsAsync(server))
        {
            Assert.InRange(waiting.Elapsed, TimeSpan.Zero, TimeToLive / 4);
            await Task.Delay(10, Stop);
        }
    }

    private async Task<bool> KeyExistsAsync(int server) => await (await RawAsync(server)).KeyExistsAsync(Key);

    private Task<IDatabase> RawAsync(int server) => _place.RawAsync(_servers[server].ConnectionString);
}
