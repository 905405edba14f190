using SupportStateMcp.Storage.Redis;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>The arithmetic of Redlock, which takes no server.</summary>
public sealed class RedLockRulesTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 3)]
    public void A_majority_is_more_than_half(int nodes, int quorum) => Assert.Equal(quorum, RedLock.Quorum(nodes));

    [Theory]
    [InlineData(10_000, 0, 9_898)]
    [InlineData(10_000, 100, 9_798)]
    [InlineData(100, 97, 0)]
    [InlineData(100, 200, -103)]
    public void A_lock_is_valid_for_its_time_less_what_passed_and_drift(int timeToLive, int elapsed, int expected) =>
        Assert.Equal(expected, RedLock.Validity(TimeSpan.FromMilliseconds(timeToLive), TimeSpan.FromMilliseconds(elapsed)).TotalMilliseconds, 3);
}
