using SupportStateMcp.Tests.Processes;
using SupportStateMcp.Tests.Storage.Redis;
using SupportStateMcp.Tests.Support;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace SupportStateMcp.Tests.Support;

/// <summary>
/// Begins with the classes that wait for clocks and killed processes the longest: while they wait, others compute, and at the end of a run
/// nothing waits for one of them alone.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly HashSet<string> s_long = [.. new[]
    {
        typeof(KilledArchiveTests), typeof(KilledEventsOnSqliteTests), typeof(PatternExamplesTests), typeof(RedisArchiveTests), typeof(RedLockTests),
    }.Select(type => type.FullName!)];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(c => !IsLong(c)).ThenBy(c => c.UniqueID, StringComparer.Ordinal)];

    /// <summary>The collection of a class that is in no other is called "Test collection for CLASS (id: …)".</summary>
    private static bool IsLong(ITestCollection collection) => collection.TestCollectionDisplayName.Split(' ').Any(s_long.Contains);
}
