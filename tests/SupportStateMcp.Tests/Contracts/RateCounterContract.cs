using System.Diagnostics;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

/// <summary>What holds for a counter of rates, wherever it counts.</summary>
public abstract class RateCounterContract
{
    private static readonly RateRule s_flowing = new("flowing", 5, TimeSpan.FromSeconds(10), Flows: true);
    private static readonly RateRule s_whole = new("whole", 5, TimeSpan.FromSeconds(4), Flows: false);

    /// <summary>A counter as another process would have it, of the same counts where these are shared.</summary>
    /// <param name="ahead">The clock of what a process takes ahead, where it does; null for the system's.</param>
    private protected abstract IRateCounter Counter(TimeProvider? ahead = null);

    /// <summary>True where counters of several processes share their counts.</summary>
    private protected abstract bool IsShared { get; }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_waits_as_long_as_they_are_told_may_again(bool flows)
    {
        var (counter, rule) = (Counter(), flows ? s_flowing : s_whole);
        var refused = await UntilRefusedAsync(counter, rule, "a");

        // A whole second, as it is told to a caller.
        await WaitAsync(TimeSpan.FromSeconds(Math.Ceiling(refused.RetryAfter.TotalSeconds)));

        Assert.InRange(refused.RetryAfter, TimeSpan.FromTicks(1), rule.Period + TimeSpan.FromMilliseconds(150));
        Assert.Equal(1, (await TakeAsync(counter, rule, "a")).Granted);
    }

    [Fact]
    public async Task Nobody_is_refused_for_what_others_have_done_or_done_otherwise()
    {
        var counter = Counter();
        await UntilRefusedAsync(counter, s_flowing, "a");

        Assert.Equal(1, (await TakeAsync(counter, s_flowing, "b")).Granted);
        Assert.Equal(1, (await TakeAsync(counter, s_whole, "a")).Granted);
    }

    [Theory]
    [InlineData(true, 600)]
    [InlineData(true, 60_000)]
    [InlineData(false, 600)]
    public async Task A_crowd_on_two_processes_gets_no_more_than_there_is(bool flows, int most)
    {
        // Long enough that a busy machine is through before a tenth of it has come back.
        var rule = new RateRule("crowd", most, TimeSpan.FromMinutes(10), flows);
        // What a process has taken ahead goes after a second of its clock; on this one nothing does, however long a busy machine keeps it waiting.
        var standing = new StandingTime();
        IRateCounter[] counters = IsShared ? [Counter(standing), Counter(standing)] : [Counter()];
        var (waiting, window) = (Stopwatch.StartNew(), Window());
        var taken = await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            for (var count = 0; ; count++)
            {
                if ((await TakeAsync(counters[i % counters.Length], rule, "crowd")).Granted == 0 || count == most)
                    return count;
            }
        }));

        // A window of the clock that ends meanwhile is followed by another.
        var come = flows ? (int)(most * (waiting.Elapsed / rule.Period)) : Window() == window ? 0 : most;
        Assert.InRange(taken.Sum(), most, most + come + 1);

        long Window() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / (long)rule.Period.TotalMilliseconds;
    }

    private protected static async Task<RateGrant> TakeAsync(IRateCounter counter, RateRule rule, string key) =>
        await counter.TakeAsync(rule, key, TestContext.Current.CancellationToken);

    private static async Task<RateGrant> UntilRefusedAsync(IRateCounter counter, RateRule rule, string key)
    {
        while (true)
        {
            var (began, ends) = (TimeProvider.System.GetTimestamp(), TimeSpan.MaxValue);
            // From the beginning of a window, so that none ends in the middle of it.
            if (!rule.Flows)
            {
                RateGrant last;
                do
                {
                    began = TimeProvider.System.GetTimestamp();
                    last = await TakeAsync(counter, rule, key);
                }
                while (last.Granted > 0);
                ends = last.RetryAfter + rule.Period;
                await WaitAsync(last.RetryAfter);
            }

            var (taken, refused) = (0, new RateGrant(1, TimeSpan.Zero));
            while (taken <= 2 * rule.Most && (refused = await TakeAsync(counter, rule, key)).Granted > 0)
                taken++;
            var elapsed = TimeProvider.System.GetElapsedTime(began);
            // On a busy machine the window may have ended all the same.
            if (elapsed >= ends)
                continue;
            // What flows comes back while it is taken.
            var come = rule.Flows ? (int)(rule.Most * (elapsed / rule.Period)) : 0;
            Assert.InRange(taken, rule.Most, rule.Most + 2 + come);
            return refused;
        }
    }

    /// <summary>Waits at least so long: a delay alone may end some milliseconds early, by a clock that is coarser than the counter's.</summary>
    private protected static async Task WaitAsync(TimeSpan time)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var left = time; left > TimeSpan.Zero; left = time - TimeProvider.System.GetElapsedTime(started))
            await Task.Delay(left + TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
    }
}
