using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>A Redis Cluster of three nodes: conversations and records on every node, and indexes elsewhere than what is in them.</summary>
public sealed class RedisClusterTests(RedisCluster cluster) : IClassFixture<RedisCluster>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Conversations_are_kept_and_listed_over_all_nodes()
    {
        await using var place = new RedisPlace(await cluster.ConnectionStringAsync());
        var (here, elsewhere) = (place.Store(), place.Store());

        var expected = new Dictionary<string, Conversation>();
        for (var i = 0; i < 30; i++)
        {
            var id = TestConversations.Id($"t-{i:00}");
            var opened = TestConversations.Commit(null, TestConversations.Initialize(id, userId: $"user-{i % 3}"), TimeProvider.System.GetUtcNow());
            Assert.IsType<CommitResult.Committed>(await here.CommitAsync(opened, Stop));
            var message = TestConversations.Commit(opened.After, TestConversations.Message("m-1", id: id), TimeProvider.System.GetUtcNow());
            Assert.IsType<CommitResult.Committed>(await elsewhere.CommitAsync(message, Stop));
            Assert.IsType<CommitResult.Conflict>(await here.CommitAsync(opened, Stop));
            expected.Add(id.Value, message.After);
        }

        foreach (var (ticket, snapshot) in expected)
            TestConversations.AssertSame(snapshot, (await here.LoadAsync(ConversationId.TryParse(ticket)!.Value, "message:m-1", Stop)).Conversation);
        var page = await elsewhere.ListAsync(new(), null, 100, Stop);
        Assert.Equal(expected.Keys.OrderDescending(StringComparer.Ordinal).Order(), page.Conversations.Select(c => c.ConversationId).Order());
        Assert.Equal(10, (await here.ListAsync(new(UserId: "user-1", State: "gathering_info"), null, 100, Stop)).Conversations.Count);

        using var changes = new SemaphoreSlim(0);
        await using var watch = await elsewhere.SubscribeAsync(TestConversations.Id("t-05"), () => changes.Release(), Stop);
        var erased = TestConversations.Commit(expected["cs-t-05"], TestConversations.Erase(TestConversations.Id("t-05")), TimeProvider.System.GetUtcNow());
        Assert.IsType<CommitResult.Committed>(await here.CommitAsync(erased, Stop));
        Assert.True(await changes.WaitAsync(Eventually.Patience, Stop));
        Assert.Equal(29, (await elsewhere.ListAsync(new(), null, 100, Stop)).Conversations.Count);

        await using var held = await place.Locks().TryAcquireAsync(TestConversations.Id("t-01"), TimeSpan.FromSeconds(1), Stop);
        Assert.NotNull(held);
        await RedisWays.AssertKeepsRecordsAsync(place, place.Options);
    }
}
