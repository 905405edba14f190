using System.Diagnostics;
using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>Locks over real servers, some of which are gone, hang, or forgot.</summary>
public sealed class RedLockTests : IAsyncLifetime
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(RedisServer.IsGarnet ? 5 : 3);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    private readonly List<RedisServer> _servers = [];
    private RedisPlace _place = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static ConversationId Id => TestConversations.Id();

    private RedisKey Key => $"{_place.Prefix}conversation:{{cs-TKT-001}}:lock";

    public async ValueTask InitializeAsync()
    {
        _servers.AddRange(await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RedisServer.StartAsync())));
        _place = new RedisPlace(_servers[0].ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _place.DisposeAsync();
        foreach (var server in _servers)
            await server.DisposeAsync();
    }

    [Fact]
    public async Task One_of_three_voters_that_is_down_keeps_nobody_from_the_lock()
    {
        var (one, two) = (Locks(3), Locks(3));
        await UsedAsync(one, two);
        await _servers[0].KillAsync();

        var started = Stopwatch.StartNew();
        var held = await one.TryAcquireAsync(Id, Patience, Stop);
        Assert.NotNull(held);
        await NotTwiceAsync(two);
        await held.DisposeAsync();
        await using var next = await two.TryAcquireAsync(Id, Patience, Stop);
        Assert.NotNull(next);
        Assert.InRange(started.Elapsed, TimeSpan.Zero, Patience);
    }

    [Fact]
    public async Task One_of_three_voters_that_hangs_keeps_nobody_from_the_lock()
    {
        var (one, two) = (Locks(3), Locks(3));
        await UsedAsync(one, two);
        await _servers[0].PauseAsync();

        var held = await one.TryAcquireAsync(Id, Patience, Stop);
        Assert.NotNull(held);
        await NotTwiceAsync(two);
        var started = Stopwatch.StartNew();
        await held.DisposeAsync();
        Assert.InRange(started.Elapsed, TimeSpan.Zero, TimeToLive);
        await using var next = await two.TryAcquireAsync(Id, Patience, Stop);
        Assert.NotNull(next);
        await _servers[0].ResumeAsync();
    }

    [Fact]
    public async Task One_that_is_down_and_one_that_hangs_leave_no_majority_and_the_refusal_comes_in_time()
    {
        var locks = Locks(3);
        await UsedAsync(locks);
        await _servers[0].KillAsync();
        await _servers[1].PauseAsync();

        var started = Stopwatch.StartNew();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await locks.TryAcquireAsync(Id, Patience, Stop));

        Assert.InRange(started.Elapsed, TimeSpan.Zero, Patience);
        Assert.False(await (await RawAsync(2)).KeyExistsAsync(Key), "The voter that serves keeps nothing of a lock that nobody got.");
        await _servers[1].ResumeAsync();
    }

    [Fact]
    public async Task A_server_that_is_down_keeps_no_locks_and_keeps_them_again_once_it_is_back()
    {
        var locks = Locks(1);
        await _servers[0].KillAsync();
        var started = Stopwatch.StartNew();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await locks.TryAcquireAsync(Id, Patience, Stop));
        Assert.InRange(started.Elapsed, TimeSpan.Zero, Patience);

        await _servers[0].StartAgainAsync();

        for (var waiting = Stopwatch.StartNew(); ; await Task.Delay(50, Stop))
        {
            try
            {
                await using var held = await locks.TryAcquireAsync(Id, Patience, Stop);
                Assert.NotNull(held);
                return;
            }
            catch (StoreUnavailableException) when (waiting.Elapsed < Eventually.Patience)
            {
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Voters_that_were_slow_once_keep_nobody_from_the_lock(int voters)
    {
        var hangs = false;
        // No time passes for it, and behind the try that no majority answers the voters serve again.
        var locks = _place.Locks(Options(voters), new StandingTime(), new Interrupted(() =>
        {
            if (hangs)
                Task.WaitAll([.. _servers.Take(voters).Select(s => s.ResumeAsync())], Stop);
            hangs = false;
        }));
        await UsedAsync(locks);
        foreach (var server in _servers.Take(voters))
            await server.PauseAsync();
        hangs = true;

        await using var held = await locks.TryAcquireAsync(Id, Patience, Stop);

        Assert.NotNull(held);
        Assert.False(hangs, "The first try was answered.");
    }

    [Fact]
    public async Task Without_voters_who_does_not_wait_is_refused_at_once()
    {
        var locks = Locks(1);
        await UsedAsync(locks);
        await _servers[0].KillAsync();

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await locks.TryAcquireAsync(Id, TimeSpan.Zero, Stop));
    }

    [Fact]
    public async Task A_lock_whose_holder_died_comes_free_when_its_time_is_over()
    {
        var raw = await RawAsync(0);
        var started = Stopwatch.StartNew();
        await raw.StringSetAsync(Key, "the token of a process that is gone", TimeToLive / 2);

        await using var held = await Locks(1).TryAcquireAsync(Id, Patience, Stop);

        Assert.NotNull(held);
        Assert.InRange(started.Elapsed, TimeToLive * 0.45, Patience);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_lock_outlives_its_time_while_it_is_held(int voters)
    {
        // Long enough that a busy machine extends it in time.
        var options = Options(voters) with { LockTimeToLive = TimeSpan.FromSeconds(10) };
        var (one, two) = (_place.Locks(options), _place.Locks(options));
        var held = await one.TryAcquireAsync(Id, Patience, Stop);

        Assert.Null(await two.TryAcquireAsync(Id, options.LockTimeToLive * 1.5, Stop));

        await held!.DisposeAsync();
        await using var next = await two.TryAcquireAsync(Id, Patience, Stop);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task A_lock_that_expired_and_went_to_another_is_not_released_by_the_first()
    {
        var (one, two) = (Locks(1), Locks(1));
        var first = await one.TryAcquireAsync(Id, Patience, Stop);
        var raw = await RawAsync(0);
        await raw.KeyDeleteAsync(Key);
        await using var second = await two.TryAcquireAsync(Id, Patience, Stop);

        await first!.DisposeAsync();

        Assert.True(await raw.KeyExistsAsync(Key));
        Assert.Null(await one.TryAcquireAsync(Id, TimeSpan.Zero, Stop));
    }

    [Fact]
    public async Task A_lock_is_taken_on_every_voter_and_released_on_every_voter()
    {
        var held = await Locks(3).TryAcquireAsync(Id, Patience, Stop);
        for (var i = 0; i < 3; i++)
            Assert.True(await (await RawAsync(i)).KeyExistsAsync(Key));

        await held!.DisposeAsync();

        for (var i = 0; i < 3; i++)
            Assert.False(await (await RawAsync(i)).KeyExistsAsync(Key));
    }

    /// <summary>The first use of a lock connects, and the first command of an engine may be slow.</summary>
    private static async Task UsedAsync(params RedLockConversationLocks[] all)
    {
        foreach (var locks in all)
            await (await locks.TryAcquireAsync(Id, Patience, Stop))!.DisposeAsync();
    }

    /// <summary>Another holds the lock. A busy machine may keep a voter from answering in time: then it is asked again.</summary>
    private static async Task NotTwiceAsync(RedLockConversationLocks locks)
    {
        for (var waiting = Stopwatch.StartNew(); ;)
        {
            try
            {
                Assert.Null(await locks.TryAcquireAsync(Id, Soon, Stop));
                return;
            }
            catch (StoreUnavailableException) when (waiting.Elapsed < Eventually.Patience)
            {
            }
        }
    }

    private RedLockConversationLocks Locks(int voters) => _place.Locks(Options(voters));

    private RedisOptions Options(int voters) => _place.Options with
    {
        LockEndpoints = [.. _servers.Take(voters).Select(s => s.ConnectionString)],
        LockTimeToLive = TimeToLive,
    };

    private Task<IDatabase> RawAsync(int server) => _place.RawAsync(_servers[server].ConnectionString);

    /// <summary>Something happens before each pause between two tries.</summary>
    private sealed class Interrupted(Action pause) : Random
    {
        public override int Next(int minValue, int maxValue)
        {
            pause();
            return base.Next(minValue, maxValue);
        }
    }
}
