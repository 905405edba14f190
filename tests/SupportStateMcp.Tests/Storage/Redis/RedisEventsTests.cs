using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>What other systems are told of what is in Redis.</summary>
public sealed class RedisEventsTests(SharedRedis redis) : EventsContract
{
    private RedisPlace _place = null!;
    private string _connection = "";

    private protected override ServerOptions Options => new() { Backend = Backend.Redis, RedisConnection = _connection, KeyPrefix = _place.Prefix };

    public override async ValueTask InitializeAsync() => _place = new RedisPlace(_connection = (await redis.ServerAsync()).ConnectionString);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _place.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_of_redis_is_a_sink()
    {
        Assert.SkipUnless(await HasStreamsAsync(), "Garnet has no Streams.");
        var desk = Create(new EventOptions("/desk", [new SinkOptions(new EventSubscription("log", [], false)) { Stream = new StreamOptions("support-events", 1_000) }]));
        await using var publishing = desk.Get<EventPublisher>().Start();

        var opened = await desk.DoAsync(TestConversations.Initialize());

        var raw = await _place.RawAsync();
        var stream = _place.Prefix + "support-events";
        await Eventually.TrueAsync(async () => await raw.StreamLengthAsync(stream) >= opened.Version, () => "The stream stays short.");
        var entries = await raw.StreamRangeAsync(stream);
        Assert.Equal(Enumerable.Range(1, (int)opened.Version).Select(v => $"cs-TKT-001:{v}"), entries.Select(e => (string)e["id"]!).Distinct());
        Assert.Equal(EventTopics.CustomerRequests, entries[0]["topic"]);
        Assert.Contains("\"conversation_initialized\"", (string)entries[0]["event"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_note_whose_commit_never_came_goes_by_itself_and_hides_no_later_one()
    {
        var desk = Create();
        var outbox = desk.Get<IConversationOutbox>();
        await desk.DoAsync(TestConversations.Initialize());
        var found = (await outbox.FindAsync("crm", TestConversations.Id(), Stop))!;
        Assert.Null(await outbox.AdvanceAsync(found, (await desk.Conversations.LoadAsync(TestConversations.Id(), null, Stop)).Conversation!.Version, Stop));
        var raw = await _place.RawAsync();
        await raw.SortedSetAddAsync(_place.Prefix + "events:pending:crm", [new("cs-TKT-001:99", 0), new("cs-NEVER:1", 0), new("nonsense", 0)]);

        Assert.Empty(await outbox.TakeDueAsync("crm", 10, Stop));

        await desk.DoAsync(TestConversations.Message("m-1"));
        Assert.NotNull(await outbox.FindAsync("crm", TestConversations.Id(), Stop));
        Assert.Single(await raw.SortedSetRangeByRankAsync(_place.Prefix + "events:pending:crm"), m => m.ToString().StartsWith("cs-TKT-001:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stream_brings_requests_and_messages_each_once_and_what_cannot_be_taken_is_rejected()
    {
        Assert.SkipUnless(await HasStreamsAsync(), "Garnet has no Streams.");
        var desk = Create(s_one with { Intake = new StreamOptions("customer.requests", 0) });
        await desk.DoAsync(TestConversations.Initialize());
        var raw = await _place.RawAsync();
        var stream = _place.Prefix + "customer.requests";
        const string Message = """{"specversion":"1.0","id":"e-1","source":"/mail","type":"customer.message","data":{"ticket_id":"TKT-001","content":"Hello?"}}""";
        foreach (var e in (string[])[Message, "nonsense", Message.Replace("TKT-001", "NEVER", StringComparison.Ordinal), Message])
            await raw.StreamAddAsync(stream, "event", e);

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var consuming = Task.WhenAll(desk.Get<StreamConsumer>().RunAsync(ends.Token), Create(s_one with { Intake = new StreamOptions("customer.requests", 0) }).Get<StreamConsumer>().RunAsync(ends.Token));
        await Eventually.TrueAsync(
            async () => await raw.StreamLengthAsync(stream + ":rejected") == 2 && (await raw.StreamPendingAsync(stream, IntakeMessages.Group)).PendingMessageCount == 0, () => "They are not taken.");
        await ends.CancelAsync();
        await consuming;

        var conversation = (await desk.Conversations.LoadAsync(TestConversations.Id(), null, Stop)).Conversation!;
        Assert.Equal(1, conversation.MessageCount);
        var added = Assert.Single(await desk.Conversations.ReadMessagesAsync(TestConversations.Id(), long.MaxValue, 10, long.MaxValue, Stop));
        Assert.Equal(("Hello?", "system:events"), (added.Content, added.RecordedBy));
        var reasons = (await raw.StreamRangeAsync(stream + ":rejected")).Select(e => (string)e["reason"]!).ToList();
        Assert.Contains(reasons, r => r.StartsWith("It is no event", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r.StartsWith("not_found", StringComparison.Ordinal));
    }

    private async Task<bool> HasStreamsAsync()
    {
        try
        {
            await (await _place.RawAsync()).StreamAddAsync(_place.Prefix + "probe", "a", "b");
            return true;
        }
        catch (StackExchange.Redis.RedisServerException)
        {
            return false;
        }
    }
}
