using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Records;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>All that this server does with a Redis, once: what a way to reach one has to let through.</summary>
internal static class RedisWays
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task AssertServesAsync(RedisPlace place, RedisOptions options)
    {
        var (here, elsewhere) = (place.Store(options), place.Store(options));
        await here.CheckAsync(Stop);
        using var changes = new SemaphoreSlim(0);
        await using var watch = await elsewhere.SubscribeAsync(TestConversations.Id(), () => changes.Release(), Stop);
        using var allChanges = new SemaphoreSlim(0);
        await using var feed = await elsewhere.SubscribeToAllAsync(_ => allChanges.Release(), Stop);

        var current = await WriteAsync(here, null, TestConversations.Initialize(userId: "user-1"));
        Assert.True(await changes.WaitAsync(Eventually.Patience, Stop));
        Assert.True(await allChanges.WaitAsync(Eventually.Patience, Stop));
        current = await WriteAsync(elsewhere, current, TestConversations.Message("m-1"));
        current = await WriteAsync(here, current, Ask());
        current = await WriteAsync(here, current, Escalate(TestConversations.Agent, "billing"));
        Assert.IsType<CommitResult.Conflict>(await elsewhere.CommitAsync(TestConversations.Commit(null, TestConversations.Initialize(), TimeProvider.System.GetUtcNow()), Stop));

        Assert.NotNull((await here.LoadAsync(TestConversations.Id(), "message:m-1", Stop)).IdempotencyRecord);
        Assert.Single(await here.ReadMessagesAsync(TestConversations.Id(), long.MaxValue, 10, Stop));
        Assert.Equal(current.Version, (await here.ReadEventsAsync(TestConversations.Id(), 0, 100, Stop)).Count);
        Assert.Single((await elsewhere.ListAsync(new(UserId: "user-1"), null, 10, Stop)).Conversations);
        Assert.Single((await elsewhere.ListQueueAsync("billing", null, 10, Stop)).Conversations);
        Assert.Single((await elsewhere.ListPendingApprovalsAsync(null, 10, Stop)).Approvals);
        Assert.Single(await here.FindOverdueAsync(DateTimeOffset.MaxValue, 10, Stop));
        await here.SweepAsync(Stop);

        var (one, two) = (place.Locks(options), place.Locks(options));
        var held = await one.TryAcquireAsync(TestConversations.Id(), TimeSpan.FromSeconds(5), Stop);
        Assert.Null(await two.TryAcquireAsync(TestConversations.Id(), TimeSpan.FromMilliseconds(50), Stop));
        await held!.DisposeAsync();
        await using var next = await two.TryAcquireAsync(TestConversations.Id(), TimeSpan.FromSeconds(5), Stop);
        Assert.NotNull(next);

        foreach (var flows in new[] { true, false })
        {
            var rule = new RateRule($"once{flows}", 1, TimeSpan.FromDays(1), flows);
            Assert.Equal(1, (await place.RateCounter(options).TakeAsync(rule, "ai:bot", Stop)).Granted);
            Assert.Equal(0, (await place.RateCounter(options).TakeAsync(rule, "ai:bot", Stop)).Granted);
        }

        await WriteAsync(here, current, TestConversations.Erase());
        Assert.Empty((await elsewhere.ListAsync(new(), null, 10, Stop)).Conversations);
        await AssertKeepsRecordsAsync(place, options);
        // Garnet has no Streams.
        if (!RedisServer.IsGarnet)
            await AssertStreamsAsync(place.EventStream(options));
    }

    /// <summary>All that this server does with streams: what it appends to, and what it takes from.</summary>
    private static async Task AssertStreamsAsync(RedisEventStream streams)
    {
        const string Intake = "customer.requests";
        var lease = TimeSpan.FromMinutes(1);
        foreach (var name in (string[])["support-events", Intake, $"{Intake}:rejected"])
            await streams.AppendAsync(name, [new EventField("event", "{}"u8.ToArray())], 100, Stop);

        // The first look makes the group.
        Assert.Empty(await streams.TakeAsync(Intake, IntakeMessages.Group, "one", lease, 10, Stop));
        var entry = Assert.Single(await streams.TakeAsync(Intake, IntakeMessages.Group, "one", lease, 10, Stop));
        Assert.Empty(await streams.TakeAsync(Intake, IntakeMessages.Group, "two", lease, 10, Stop));
        await streams.AcknowledgeAsync(Intake, IntakeMessages.Group, entry.Id, Stop);
        Assert.Empty(await streams.TakeAsync(Intake, IntakeMessages.Group, "one", lease, 10, Stop));
    }

    /// <summary>All that this server does with records.</summary>
    public static async Task AssertKeepsRecordsAsync(RedisPlace place, RedisOptions options)
    {
        const int Count = 100;
        var (here, elsewhere) = (place.RecordStore(options), place.RecordStore(options));
        using var changes = new SemaphoreSlim(0);
        await using var watch = await elsewhere.SubscribeAsync(TestRecords.Kind, () => changes.Release(), Stop);

        Assert.All(
            await here.WriteAsync([.. Enumerable.Range(0, Count).Select(n => TestRecords.Write($"CUST{n}", $$"""{"n":{{n}}}""", lookup: $"{n}@example.com"))], Stop),
            r => Assert.Equal(new RecordWriteResult.Written(1, true), r));
        Assert.True(await changes.WaitAsync(Eventually.Patience, Stop));
        Assert.Equal(new RecordWriteResult.Conflict(1), Assert.Single(await elsewhere.WriteAsync([TestRecords.Write("CUST7", "{}", expected: 0)], Stop)));
        Assert.True(await elsewhere.DeleteAsync(TestRecords.Kind, "CUST9", Stop));

        Assert.Equal(Count - 1, await here.CountAsync(TestRecords.Kind, Stop));
        Assert.Equal("""{"n":7}""", TestRecords.Text(await elsewhere.GetAsync(TestRecords.Kind, "CUST7", Stop)));
        Assert.Equal("CUST8", (await here.FindAsync(TestRecords.Kind, "8@example.com", Stop))!.Id);
        Assert.Null(await here.FindAsync(TestRecords.Kind, "9@example.com", Stop));
        var read = await here.ReadChangesAsync(TestRecords.Kind, null, Count, Stop);
        Assert.Equal((Count, Count - 1), (read.Changes.Count, read.Changes.Count(c => c.Record is not null)));
    }

    public static async Task<Conversation> WriteAsync(RedisConversationStore store, Conversation? before, ConversationCommand command)
    {
        var commit = TestConversations.Commit(before, command, TimeProvider.System.GetUtcNow());
        Assert.IsType<CommitResult.Committed>(await store.CommitAsync(commit, Stop));
        return commit.After;
    }
}
