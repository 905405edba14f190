using SupportStateMcp.Tests.Processes;
using SupportStateMcp.Tests.Storage.Redis;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Tests.WebConsole;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace SupportStateMcp.Tests.Support;

/// <summary>
/// Begins with the classes that take longest, most of which wait for clocks and killed processes: while they wait, others compute, and at
/// the end of a run no processor is idle until the last of them is done.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_longest = [.. new[]
    {
        typeof(KilledEventsOnSqliteTests), typeof(RedLockTests), typeof(KilledArchiveTests), typeof(PatternExamplesTests), typeof(KilledEventsOnRedisTests),
        typeof(RedisArchiveTests), typeof(WorkTests), typeof(RefundTests), typeof(Storage.Redis.RedisOutageTests), typeof(TokenReloadTests),
    }.Select(type => type.FullName!)];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(c => Place(c)).ThenBy(c => c.UniqueID, StringComparer.Ordinal)];

    /// <summary>Where a collection begins. That of a class which is in no other is called "Test collection for CLASS (id: …)".</summary>
    private static int Place(ITestCollection collection)
    {
        var place = Array.FindIndex(s_longest, collection.TestCollectionDisplayName.Split(' ').Contains);
        return place < 0 ? s_longest.Length : place;
    }
}
