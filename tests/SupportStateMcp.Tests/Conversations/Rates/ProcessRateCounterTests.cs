using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Conversations.Rates;

public sealed class ProcessRateCounterTests : RateCounterContract, IAsyncDisposable
{
    private readonly ProcessRateCounter _counter = new(TimeProvider.System);

    private protected override bool IsShared => false;

    [Fact]
    public async Task A_whole_period_is_over_so_long_after_its_first()
    {
        var time = new FakeTime();
        await using var counter = new ProcessRateCounter(time);
        var rule = new RateRule("day", 2, TimeSpan.FromDays(1), Flows: false);
        await TakeAsync(counter, rule, "a");
        time.Advance(TimeSpan.FromHours(6));
        await TakeAsync(counter, rule, "a");

        Assert.Equal(new RateGrant(0, TimeSpan.FromHours(18)), await TakeAsync(counter, rule, "a"));
        time.Advance(TimeSpan.FromHours(18) - TimeSpan.FromSeconds(1));
        Assert.Equal(new RateGrant(0, TimeSpan.FromSeconds(1)), await TakeAsync(counter, rule, "a"));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await TakeAsync(counter, rule, "a")).Granted);
    }

    [Fact]
    public async Task A_clock_that_was_set_back_keeps_nobody_waiting_until_it_has_caught_up()
    {
        var time = new FakeTime();
        await using var counter = new ProcessRateCounter(time);
        var rule = new RateRule("day", 1, TimeSpan.FromDays(1), Flows: false);
        await TakeAsync(counter, rule, "a");
        Assert.Equal(0, (await TakeAsync(counter, rule, "a")).Granted);

        time.Advance(TimeSpan.FromDays(-30));

        Assert.Equal(1, (await TakeAsync(counter, rule, "a")).Granted);
        Assert.Equal(new RateGrant(0, TimeSpan.FromDays(1)), await TakeAsync(counter, rule, "a"));
    }

    public ValueTask DisposeAsync() => _counter.DisposeAsync();

    private protected override IRateCounter Counter(TimeProvider? ahead = null) => _counter;
}
