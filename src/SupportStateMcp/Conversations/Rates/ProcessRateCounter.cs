using System.Collections.Concurrent;
using System.Threading.RateLimiting;

namespace SupportStateMcp.Conversations;

/// <summary>Counts in this process alone. A key that has done nothing for long takes no memory.</summary>
/// <param name="time">By whose clock a whole period ends.</param>
public sealed class ProcessRateCounter(TimeProvider time) : IRateCounter, IAsyncDisposable
{
    /// <summary>The library gives back what is due ten times a second: so much later than it says.</summary>
    private static readonly TimeSpan s_late = TimeSpan.FromMilliseconds(150);

    private readonly ConcurrentDictionary<RateRule, PartitionedRateLimiter<string>> _flowing = new();
    private readonly ConcurrentDictionary<RateRule, Periods> _whole = new();

    public ValueTask<RateGrant> TakeAsync(RateRule rule, string key, CancellationToken cancellationToken)
    {
        if (!rule.Flows)
            return ValueTask.FromResult(_whole.GetOrAdd(rule, r => new Periods(r, time)).Take(key));
        using var lease = _flowing.GetOrAdd(rule, Flowing).AttemptAcquire(key);
        return ValueTask.FromResult(
            lease.IsAcquired ? new RateGrant(1, TimeSpan.Zero)
            : new RateGrant(0, (lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : rule.Period) + s_late));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var limiter in _flowing.Values)
            await limiter.DisposeAsync();
    }

    private static PartitionedRateLimiter<string> Flowing(RateRule rule) => PartitionedRateLimiter.Create<string, string>(
        key => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = rule.Most,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = rule.Period / rule.Most,
            QueueLimit = 0,
        }),
        StringComparer.Ordinal);

    /// <summary>What comes back as a whole. The library's own limiter does not say how much of a period is left.</summary>
    private sealed class Periods(RateRule rule, TimeProvider time)
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, (DateTimeOffset Start, int Taken)> _current = new(StringComparer.Ordinal);
        private DateTimeOffset _forgot;

        public RateGrant Take(string key)
        {
            lock (_gate)
            {
                // Read under the lock: a time that a neighbour overtook would look like a clock that was set back.
                var now = time.GetUtcNow();
                Forget(now);
                var (start, taken) = _current.TryGetValue(key, out var found) && !IsOver(found.Start, now) ? found : (now, 0);
                if (taken == rule.Most)
                    return new RateGrant(0, start + rule.Period - now);
                _current[key] = (start, taken + 1);
                return new RateGrant(1, TimeSpan.Zero);
            }
        }

        /// <summary>Once in a period.</summary>
        private void Forget(DateTimeOffset now)
        {
            if (!IsOver(_forgot, now))
                return;
            _forgot = now;
            foreach (var (key, (start, _)) in _current)
            {
                if (IsOver(start, now))
                    _current.Remove(key);
            }
        }

        /// <summary>True where a period has ended, or begins in the future: after the clock was set back, nobody waits until it catches up.</summary>
        private bool IsOver(DateTimeOffset start, DateTimeOffset now) => now < start || now - start >= rule.Period;
    }
}
