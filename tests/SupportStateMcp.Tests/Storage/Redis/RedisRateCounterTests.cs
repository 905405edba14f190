using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

public sealed class RedisRateCounterTests(SharedRedis shared) : RateCounterContract, IAsyncLifetime
{
    private RedisServer _server = null!;
    private RedisPlace _place = null!;

    private protected override bool IsShared => true;

    public async ValueTask InitializeAsync()
    {
        _server = await shared.ServerAsync();
        _place = new RedisPlace(_server.ConnectionString);
    }

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task Who_calls_much_costs_few_round_trips_and_who_is_refused_none()
    {
        await using var own = await RedisServer.StartAsync();
        await using var place = new RedisPlace(own.ConnectionString);
        var counter = place.RateCounter(place.Options);
        var raw = await place.RawAsync();
        var rule = new RateRule("busy", 60_000, TimeSpan.FromMinutes(1), Flows: true);

        for (var i = 0; i < 2_000; i++)
            Assert.Equal(1, (await TakeAsync(counter, rule, "a")).Granted);
        var scripts = await ScriptsAsync();
        Assert.InRange(scripts, 2_000 / 64, 400);

        var few = new RateRule("few", 3, TimeSpan.FromMinutes(1), Flows: true);
        for (var i = 0; i < 1_000; i++)
            await TakeAsync(counter, few, "a");
        Assert.InRange(await ScriptsAsync() - scripts, 4, 10);

        async Task<long> ScriptsAsync()
        {
            var statistics = (string)(await raw.ExecuteAsync("INFO", "commandstats"))!;
            return statistics.Split('\n').Where(l => l.StartsWith("cmdstat_eval", StringComparison.Ordinal))
                .Sum(l => long.Parse(l.Split("calls=")[1].Split(',')[0], CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task What_does_not_count_any_more_is_gone()
    {
        var (counter, raw) = (Counter(), await _place.RawAsync());
        await TakeAsync(counter, new RateRule("short", 10, TimeSpan.FromSeconds(1), Flows: true), "a");
        await TakeAsync(counter, new RateRule("window", 10, TimeSpan.FromSeconds(1), Flows: false), "a");

        await Eventually.TrueAsync(async () => await KeysAsync() == 0, () => "They stay.");

        async Task<int> KeysAsync() => ((string[])(await raw.ExecuteAsync("KEYS", _place.Prefix + "rate:*"))!).Length;
    }

    [Fact]
    public async Task The_count_of_a_period_that_is_over_does_not_count_where_Redis_still_has_it()
    {
        var (counter, raw) = (Counter(), await _place.RawAsync());
        var rule = new RateRule("over", 1, TimeSpan.FromSeconds(1), Flows: false);
        var counted = RedisValue.Null;
        // The period may end between the two calls, and the count with it.
        await Eventually.TrueAsync(
            async () =>
            {
                await TakeAsync(counter, rule, "a");
                return !(counted = await raw.StringGetAsync(_place.Prefix + "rate:over:a")).IsNull;
            },
            () => "Nothing is counted.");
        // Redis removes a key up to a millisecond after its time. Here it never does.
        await raw.ExecuteAsync("SET", _place.Prefix + "rate:over:a", counted);

        await WaitAsync(rule.Period);

        Assert.Equal(1, (await TakeAsync(counter, rule, "a")).Granted);
    }

    [Fact]
    public async Task A_clock_of_Redis_that_was_set_back_keeps_nobody_waiting_until_it_has_caught_up()
    {
        var (counter, raw) = (Counter(), await _place.RawAsync());
        var rule = new RateRule("back", 3, TimeSpan.FromSeconds(10), Flows: true);
        var time = (RedisValue[])(await raw.ExecuteAsync("TIME"))!;
        await raw.StringSetAsync(_place.Prefix + "rate:back:a", ((long)time[0] + 3_600) * 1_000_000);

        Assert.Equal(1, (await TakeAsync(counter, rule, "a")).Granted);
    }

    [Fact]
    public async Task Without_Redis_each_process_counts_by_itself()
    {
        var server = await RedisServer.StartAsync();
        var counter = _place.RateCounter(new RedisOptions { ConnectionString = server.ConnectionString, CallTimeout = TimeSpan.FromSeconds(10) });
        var rule = new RateRule("alone", 3, TimeSpan.FromMinutes(10), Flows: true);
        // The first call connects, and where that takes too long it is counted here and not in Redis.
        var raw = await _place.RawAsync(server.ConnectionString);
        await Eventually.TrueAsync(
            async () =>
            {
                await TakeAsync(counter, rule with { Name = "connects" }, "a");
                return ((string[])(await raw.ExecuteAsync("KEYS", "rate:connects*"))!).Length > 0;
            },
            () => "Nothing is counted in Redis.");
        Assert.Equal(1, (await TakeAsync(counter, rule, "a")).Granted);
        await server.DisposeAsync();

        var granted = 0;
        for (var i = 0; i < 6; i++)
            granted += (await TakeAsync(counter, rule, "a")).Granted;

        Assert.Equal(3, granted);
    }

    [Theory]
    [InlineData("~rate:*", "-time")]
    [InlineData("~conversation:*", "+time")]
    public async Task Without_the_rights_to_count_each_process_counts_by_itself_and_a_later_outage_is_told(string keys, string time)
    {
        var server = await RedisServer.StartLocalAsync("an ACL user", "--user", "low", "on", ">p", keys, "&*", "+@all", time);
        var (log, faults) = (new LogLines<RedisRateCounter>(), new LogLines<RedisConnection>());
        var options = new RedisOptions { ConnectionString = $"{server.ConnectionString},user=low,password=p", CallTimeout = TimeSpan.FromSeconds(10) };
        var counter = _place.RateCounter(options, log, faults);
        var rule = new RateRule("alone", 3, TimeSpan.FromMinutes(10), Flows: true);

        var granted = 0;
        for (var i = 0; i < 6; i++)
            granted += (await TakeAsync(counter, rule, "a")).Granted;
        // From then on it asks Redis again.
        await WaitAsync(TimeSpan.FromSeconds(1));
        await TakeAsync(counter, rule, "b");

        Assert.Equal(3, granted);
        Assert.Matches(
            @"^Warning: Each instance counts limits by itself: the Redis user may not do what counting for all of them takes \([^:]+\)\. It needs the rights", Assert.Single(log.Lines));
        Assert.Empty(faults.Lines);
        await server.DisposeAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await TakeAsync(counter, rule, "c");
                return faults.Lines.Any(l => l.StartsWith("Warning: Redis is not reachable", StringComparison.Ordinal));
            },
            () => "The outage is not told.");
    }

    [Fact]
    public async Task A_Redis_that_hangs_holds_up_one_call_in_a_while()
    {
        const int Calls = 100;
        var patience = TimeSpan.FromMilliseconds(500);
        await using var server = await RedisServer.StartLocalAsync("to be paused");
        var counter = _place.RateCounter(new RedisOptions { ConnectionString = server.ConnectionString, CallTimeout = patience });
        var rule = new RateRule("hangs", 100, TimeSpan.FromMinutes(10), Flows: true);
        Assert.Equal(1, (await TakeAsync(counter, rule, "a")).Granted);
        await server.PauseAsync();

        await TakeAsync(counter, rule, "a");
        var waiting = Stopwatch.StartNew();
        for (var i = 0; i < Calls; i++)
            await TakeAsync(counter, rule, "a");

        // Far less than if each of them had looked again.
        Assert.InRange(waiting.Elapsed, TimeSpan.Zero, Calls * patience / 2);
        await server.ResumeAsync();
    }

    private protected override IRateCounter Counter(TimeProvider? ahead = null) => _place.RateCounter(_place.Options, time: ahead);
}
