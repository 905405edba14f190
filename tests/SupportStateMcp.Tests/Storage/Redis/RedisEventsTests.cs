using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Events;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Storage.Redis;
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

    private protected override async Task PassAsync(TimeSpan time)
    {
        await base.PassAsync(time);
        await _place.AgeAsync(time);
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

        Assert.Empty(await outbox.TakeDueAsync("crm", Time.GetUtcNow(), 10, Stop));

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
        var last = "";
        foreach (var e in (string[])[Message, "nonsense", Message.Replace("TKT-001", "NEVER", StringComparison.Ordinal), Message])
            last = await raw.StreamAddAsync(stream, "event", e);

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var consuming = Task.WhenAll(desk.Get<StreamConsumer>().RunAsync(ends.Token), Create(s_one with { Intake = new StreamOptions("customer.requests", 0) }).Get<StreamConsumer>().RunAsync(ends.Token));
        // All of them, also the last, which is the first once more.
        await Eventually.TrueAsync(
            async () => await raw.StreamGroupInfoAsync(stream) is [{ PendingMessageCount: 0 } group] && group.LastDeliveredId == last, () => "They are not taken.");
        Assert.Equal(2, await raw.StreamLengthAsync(stream + ":rejected"));
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

    [Fact]
    public async Task A_stream_is_taken_in_its_order_whoever_reads_it()
    {
        Assert.SkipUnless(await HasStreamsAsync(), "Garnet has no Streams.");
        var events = s_one with { Intake = new StreamOptions("customer.requests", 0) };
        var (here, elsewhere) = (Create(events), Create(events));
        await SaveCustomerAsync(here);
        var raw = await _place.RawAsync();
        var stream = _place.Prefix + "customer.requests";
        for (var n = 0; n < 60; n++)
        {
            await raw.StreamAddAsync(stream, "event", $$$"""{"specversion":"1.0","id":"r-{{{n}}}","source":"/mail","type":"customer.request","data":{"ticket_id":"TKT-{{{n}}}","customer_id":"CUST001","description":"It does not start."}}""");
            await raw.StreamAddAsync(stream, "event", $$$"""{"specversion":"1.0","id":"m-{{{n}}}","source":"/mail","type":"customer.message","data":{"ticket_id":"TKT-{{{n}}}","content":"Hello?"}}""");
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var consuming = Task.WhenAll(here.Get<StreamConsumer>().RunAsync(ends.Token), elsewhere.Get<StreamConsumer>().RunAsync(ends.Token));
        await Eventually.TrueAsync(
            async () => (await here.Conversations.ReadMessagesAsync(TestConversations.Id("TKT-59"), long.MaxValue, 10, long.MaxValue, Stop)).Any(m => m.Content == "Hello?")
                && (await raw.StreamPendingAsync(stream, IntakeMessages.Group)).PendingMessageCount == 0,
            () => "They are not taken.");
        await ends.CancelAsync();
        await consuming;

        Assert.Equal(0, await raw.StreamLengthAsync(stream + ":rejected"));
    }

    [Fact]
    public async Task A_reader_that_was_killed_is_followed_by_another_that_goes_on_at_the_same_entry()
    {
        Assert.SkipUnless(await HasStreamsAsync(), "Garnet has no Streams.");
        var raw = await _place.RawAsync();
        var streams = Create().Get<IEventStream>();
        await raw.StreamAddAsync(_place.Prefix + "s", "event", "1");
        await raw.StreamAddAsync(_place.Prefix + "s", "event", "2");
        Assert.Empty(await TakeAsync("a", 60));
        Assert.Equal(2, (await TakeAsync("a", 60)).Count);
        Assert.Empty(await TakeAsync("b", 60));
        // What it has not acknowledged comes first.
        await raw.StreamAddAsync(_place.Prefix + "s", "event", "3");
        Assert.Equal(["1", "2"], (await TakeAsync("a", 0.001)).Select(e => System.Text.Encoding.UTF8.GetString(e.Event!)));

        IReadOnlyList<EventEntry> taken = [];
        await Eventually.TrueAsync(async () => (taken = await TakeAsync("b", 60)).Count > 0, () => "Nobody follows.");

        Assert.Equal(["1", "2"], taken.Select(e => System.Text.Encoding.UTF8.GetString(e.Event!)));

        ValueTask<IReadOnlyList<EventEntry>> TakeAsync(string reader, double seconds) => streams.TakeAsync("s", "group", reader, TimeSpan.FromSeconds(seconds), 10, Stop);
    }

    [Fact]
    public async Task Under_the_name_of_a_stream_something_else_is_told_once_and_mended()
    {
        Assert.SkipUnless(await HasStreamsAsync(), "Garnet has no Streams.");
        var intake = new StreamOptions("customer.requests", 0);
        var desk = Create(new EventOptions("/desk", [new SinkOptions(new EventSubscription("log", [], false)) { Stream = new StreamOptions("support-events", 1_000) }]) { Intake = intake });
        var raw = await _place.RawAsync();
        foreach (var stream in (string[])["customer.requests", "support-events"])
            await raw.StringSetAsync(_place.Prefix + stream, "no stream");
        var log = new LogLines<StreamConsumer>();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var publishing = desk.Get<EventPublisher>().Start();
        var consuming = new StreamConsumer(desk.Get<IEventStream>(), intake, desk.Get<IntakeMessages>(), Time, log).RunAsync(ends.Token);

        var opened = await desk.DoAsync(TestConversations.Initialize());
        await Eventually.TrueAsync(() => desk.Get<RecordedOutbox>().Postponed == 1 && log.Lines.Any(l => l.StartsWith("Debug", StringComparison.Ordinal)), () => string.Join('\n', log.Lines));
        foreach (var stream in (string[])["customer.requests", "support-events"])
            await raw.KeyDeleteAsync(_place.Prefix + stream);
        await raw.StreamAddAsync(_place.Prefix + "customer.requests", "event", """{"specversion":"1.0","id":"e-1","source":"/mail","type":"customer.message","data":{"ticket_id":"TKT-001","content":"Hello?"}}""");
        Time.Advance(TimeSpan.FromSeconds(5));

        await Eventually.TrueAsync(async () => await raw.StreamLengthAsync(_place.Prefix + "support-events") > opened.Version, () => "The stream stays short.");
        await ends.CancelAsync();
        await consuming;
        Assert.StartsWith("Error: No events are taken from the stream customer.requests: Redis has no Stream there: WRONGTYPE", Assert.Single(log.Lines, l => !l.StartsWith("Debug", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_refuses_the_desk_rejects_no_event()
    {
        RedisServer.RequireRedis("a password");
        await using var closed = await RedisServer.StartAsync("--requirepass", "secret");
        await using var desk = new MemoryDesk(Options with { RedisConnection = closed.ConnectionString }, Time);

        var outcome = await desk.Get<IntakeMessages>().TakeAsync(
            """{"specversion":"1.0","id":"e-1","source":"/mail","type":"customer.message","data":{"ticket_id":"TKT-001","content":"Hello?"}}"""u8.ToArray(), Stop);

        Assert.Equal(ErrorCodes.StoreUnavailable, Assert.IsType<IntakeOutcome.Again>(outcome).Code);
    }

    [Fact]
    public async Task A_trail_that_cannot_be_read_is_tried_again_later_and_told_once_it_can_be()
    {
        await using var receiver = await EventReceiver.StartAsync();
        var desk = Create(new EventOptions("/desk", [receiver.Sink()]));
        var opened = await desk.DoAsync(TestConversations.Initialize());
        var raw = await _place.RawAsync();
        var trail = $"{_place.Prefix}conversation:{{{TestConversations.Id()}}}:events";
        var stored = await raw.ListGetByIndexAsync(trail, 0);
        await raw.ListSetByIndexAsync(trail, 0, "nonsense");
        Time.Advance(OutboxSinks.Grace);

        await using var publishing = desk.Get<EventPublisher>().Start();
        await Eventually.TrueAsync(() => desk.Get<RecordedOutbox>().Postponed == 1, () => "It is not tried.");
        await raw.ListSetByIndexAsync(trail, 0, stored);
        Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal($"{TestConversations.Id()}:1", (await receiver.IdsAsync((int)opened.Version))[0]);
    }

    [Fact]
    public async Task What_could_not_be_noted_is_told_once_it_can_be()
    {
        RedisServer.RequireRedis("users with rights");
        await using var server = await RedisServer.StartAsync();
        using var admin = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        await admin.GetDatabase().ExecuteAsync("ACL", "SETUSER", "desk", "on", ">secret", "+@all", "&*", $"~{_place.Prefix}conversation*", $"~{_place.Prefix}record*");
        (_connection, var shared) = (server.ConnectionString + ",user=desk,password=secret", _connection);
        await using var receiver = await EventReceiver.StartAsync();
        receiver.Answer = _ => Task.FromResult(Microsoft.AspNetCore.Http.StatusCodes.Status503ServiceUnavailable);
        var desk = Create(new EventOptions("/desk", [receiver.Sink()]));
        _connection = shared;
        await using var publishing = desk.Get<EventPublisher>().Start();

        var opened = await desk.DoAsync(TestConversations.Initialize());
        await Eventually.TrueAsync(() => desk.Get<RecordedOutbox>().Unpostponed == 1, () => "It is not tried.");
        await admin.GetDatabase().ExecuteAsync("ACL", "SETUSER", "desk", "~*");
        receiver.Answer = _ => Task.FromResult(Microsoft.AspNetCore.Http.StatusCodes.Status200OK);
        Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(Enumerable.Range(1, (int)opened.Version).Select(v => $"{TestConversations.Id()}:{v}"), await receiver.IdsAsync((int)opened.Version));
        await Eventually.TrueAsync(async () => (await desk.Get<RecordedOutbox>().BacklogAsync("crm", Stop)).Pending == 0, () => "A note is left.");
    }

    [Fact]
    public async Task A_trail_that_cannot_be_read_ends_no_listener_that_comes_back()
    {
        var desk = Create();
        var other = TestConversations.Id("TKT-002");
        await desk.DoAsync(TestConversations.Initialize(), TestConversations.Initialize(other));
        await (await _place.RawAsync()).ListSetByIndexAsync($"{_place.Prefix}conversation:{{{TestConversations.Id()}}}:events", 0, "nonsense");
        await using var heard = desk.Get<EventFeed>().ListenAsync($"{other}:1", null, Stop).GetAsyncEnumerator(Stop);

        Assert.True(await heard.MoveNextAsync());
        Assert.Null(heard.Current);
        var written = await desk.DoAsync(TestConversations.Message("m-1", id: other));
        do
            Assert.True(await heard.MoveNextAsync().AsTask().WaitAsync(Eventually.Patience, Stop));
        while (heard.Current?.Event.Id != $"{other}:{written.Version}");
    }

    [Fact]
    public async Task Notes_that_lead_to_nothing_keep_nobody_from_what_is_behind_them()
    {
        var desk = Create();
        await desk.DoAsync(TestConversations.Initialize());
        var raw = await _place.RawAsync();
        await raw.SortedSetAddAsync(
            _place.Prefix + "events:pending:crm", [.. Enumerable.Range(1, 100).Select(n => new StackExchange.Redis.SortedSetEntry($"cs-NEVER:{n}", 0))]);
        Time.Advance(OutboxSinks.Grace);

        var taken = await desk.Get<IConversationOutbox>().TakeDueAsync("crm", Time.GetUtcNow(), 8, Stop);

        Assert.Equal(TestConversations.Id(), Assert.Single(taken).Id);
    }

    [Fact]
    public async Task Who_comes_back_hears_of_what_another_process_has_just_committed()
    {
        var (here, elsewhere) = (Create(), Create());
        var ids = Enumerable.Range(0, 50).Select(n => TestConversations.Id($"TKT-{n}")).ToList();
        foreach (var id in ids)
            await elsewhere.DoAsync(TestConversations.Initialize(id));
        // Longer than any index lags.
        var before = Time.GetUtcNow();
        Time.Advance(TimeSpan.FromMinutes(2));
        await elsewhere.DoAsync(TestConversations.Initialize());
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        ends.CancelAfter(Eventually.Patience);

        // The other process writes its index a moment after it has committed.
        var written = await Task.WhenAll(ids.Select(id => elsewhere.DoAsync(TestConversations.Message("m-1", id: id))));
        await elsewhere.Conversations.ListAsync(new ConversationFilter(), null, 1, Stop);
        var raw = await _place.RawAsync();
        await IndexAsync(before);
        // What is slow the first time is not slow the second time.
        Assert.Single(await here.Get<EventReader>().ReadAsync(TestConversations.Id(), 0, 1, Stop));
        await here.Conversations.ListAsync(new ConversationFilter { UpdatedSince = Time.GetUtcNow().AddSeconds(-5) }, null, 1, Stop);
        var indexing = Task.CompletedTask;
        var missing = written.Select(c => $"{c.ConversationId}:{c.Version}").ToHashSet(StringComparer.Ordinal);
        await foreach (var item in here.Get<EventFeed>().ListenAsync($"{TestConversations.Id()}:1", () => indexing = IndexLaterAsync(), ends.Token))
        {
            Assert.NotNull(item);
            missing.Remove(item.Event.Id);
            if (missing.Count == 0)
                break;
        }

        await indexing;

        async Task IndexLaterAsync()
        {
            await Task.Delay(400, Stop);
            await IndexAsync(Time.GetUtcNow());
        }

        Task IndexAsync(DateTimeOffset at) => raw.SortedSetAddAsync(
            _place.Prefix + "conversations:by-update", [.. ids.Select(id => new StackExchange.Redis.SortedSetEntry(id.Value, at.ToUnixTimeMilliseconds()))]);
    }

    [Fact]
    public async Task A_note_that_a_commit_has_renewed_stays()
    {
        var raw = await _place.RawAsync();
        StackExchange.Redis.RedisKey pending = _place.Prefix + "events:pending:crm";
        await raw.SortedSetAddAsync(pending, [new("cs-A:1", 1000.5), new("cs-B:1", 1000)]);

        await raw.ScriptEvaluateAsync(RedisScripts.OutboxRemove, [pending], [1000.5, "cs-A:1", "cs-B:1", "cs-C:1"]);

        Assert.Equal(["cs-B:1"], (await raw.SortedSetRangeByRankAsync(pending)).Select(n => n.ToString()));
    }

    private static async Task SaveCustomerAsync(MemoryDesk desk)
    {
        var saved = await desk.Get<CustomerService>().SaveAsync(
            new SaveCustomer { Actor = new Actor(ActorKind.Human, "sue"), Roles = Roles.Supervisor, CustomerId = "CUST001", Name = "Ann" }, Stop);
        Assert.Null(saved.Error);
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
