using System.Collections.Concurrent;
using System.Threading.RateLimiting;

namespace SupportStateMcp.Conversations;

/// <summary>Counts in this process alone. A key that has done nothing for long takes no memory.</summary>
public sealed class ProcessRateCounter : IRateCounter, IAsyncDisposable
{
    /// <summary>The library gives back what is due ten times a second: so much later than it says.</summary>
    private static readonly TimeSpan s_late = TimeSpan.FromMilliseconds(150);

    private readonly ConcurrentDictionary<RateRule, PartitionedRateLimiter<string>> _limiters = new();

    public ValueTask<RateGrant> TakeAsync(RateRule rule, string key, CancellationToken cancellationToken)
    {
        using var lease = _limiters.GetOrAdd(rule, Limiter).AttemptAcquire(key);
        return ValueTask.FromResult(
            lease.IsAcquired ? new RateGrant(1, TimeSpan.Zero)
            : new RateGrant(0, (lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : rule.Period) + s_late));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var limiter in _limiters.Values)
            await limiter.DisposeAsync();
    }

    private static PartitionedRateLimiter<string> Limiter(RateRule rule) => PartitionedRateLimiter.Create<string, string>(
        key => rule.Flows
            ? RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = rule.Most,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = rule.Period / rule.Most,
                QueueLimit = 0,
            })
            : RateLimitPartition.GetFixedWindowLimiter(key, _ => new FixedWindowRateLimiterOptions { PermitLimit = rule.Most, Window = rule.Period, QueueLimit = 0 }),
        StringComparer.Ordinal);
}
