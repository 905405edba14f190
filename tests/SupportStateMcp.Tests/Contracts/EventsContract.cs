using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Hosting;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

/// <summary>What other systems are told, alike on every store.</summary>
public abstract partial class EventsContract : IAsyncLifetime
{
    private const string Sink = "crm";

    private protected static readonly EventOptions s_one = new(EventOptions.DefaultSource, [new SinkOptions(new EventSubscription(Sink, [], false)) { Webhook = new WebhookOptions { Url = new Uri("http://127.0.0.1:9/") } }]);

    private readonly List<MemoryDesk> _made = [];

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static ConversationId Id => TestConversations.Id();

    /// <summary>The clock of all desks of a test.</summary>
    private protected FakeTime Time { get; } = new(TimeProvider.System.GetUtcNow());

    /// <summary>The options of a store on this test's data.</summary>
    private protected abstract ServerOptions Options { get; }

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var desk in _made)
            await desk.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Time goes by, for the servers and for their store.</summary>
    private protected virtual Task PassAsync(TimeSpan time)
    {
        Time.Advance(time);
        return Task.CompletedTask;
    }

    /// <summary>The desk of one process; a second one stands for another process.</summary>
    private protected MemoryDesk Create(EventOptions? events = null)
    {
        var options = Options with { Events = events ?? s_one };
        var desk = new MemoryDesk(options, Time, services =>
        {
            services.AddSingleton(s => new RecordedOutbox(options.Backend == Backend.Redis ? s.GetRequiredService<RedisOutbox>() : s.GetRequiredService<SqliteOutbox>()));
            if (options.Events.Sinks.Count > 0)
                services.AddSingleton<IConversationOutbox>(s => s.GetRequiredService<RecordedOutbox>());
        });
        _made.Add(desk);
        return desk;
    }

    [Fact]
    public async Task Every_commit_leaves_something_to_tell_and_the_cursor_moves_once()
    {
        var (here, elsewhere) = (Create(), Create());
        var outbox = here.Get<IConversationOutbox>();
        Assert.Null(await outbox.FindAsync(Sink, Id, Stop));

        var opened = await here.DoAsync(TestConversations.Initialize());
        await here.DoAsync(TestConversations.Message("m-1"));

        var found = await outbox.FindAsync(Sink, Id, Stop);
        Assert.Equal(new OutboxCursor(Sink, Id, 0, 1), found);
        Assert.Equal(found, await elsewhere.Get<IConversationOutbox>().FindAsync(Sink, Id, Stop));
        var next = await outbox.AdvanceAsync(found!, opened.Version, Stop);
        Assert.Equal(new OutboxCursor(Sink, Id, opened.Version, 1), next);
        // Who comes second has moved nothing.
        Assert.Null(await elsewhere.Get<IConversationOutbox>().AdvanceAsync(found!, opened.Version, Stop));
        Assert.Null(await outbox.AdvanceAsync(next!, opened.Version + 1, Stop));
        Assert.Null(await outbox.FindAsync(Sink, Id, Stop));
        Assert.Null(await outbox.FindAsync("other", Id, Stop));
    }

    [Fact]
    public async Task What_a_process_has_left_others_take_after_a_while_one_of_them_at_a_time()
    {
        var (here, elsewhere) = (Create(), Create());
        var (outbox, other) = (here.Get<IConversationOutbox>(), elsewhere.Get<IConversationOutbox>());
        await here.DoAsync(TestConversations.Initialize(), TestConversations.Message("m-1"));
        Assert.Empty(await other.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop));

        Time.Advance(OutboxSinks.Grace);

        var taken = Assert.Single(await other.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop));
        Assert.Equal(new OutboxCursor(Sink, Id, 0, 1), taken);
        Assert.Empty(await outbox.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop));
        Time.Advance(OutboxSinks.Grace);
        Assert.Equal(taken, Assert.Single(await outbox.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop)));
        Assert.Null(await outbox.AdvanceAsync(taken, await VersionAsync(here), Stop));
        Time.Advance(OutboxSinks.Grace);
        Assert.Empty(await outbox.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop));
        Assert.Equal(new OutboxBacklog(0, null), await outbox.BacklogAsync(Sink, Stop));
    }

    [Fact]
    public async Task An_attempt_that_failed_waits_for_its_time_and_counts()
    {
        var desk = Create();
        var outbox = desk.Get<IConversationOutbox>();
        await desk.DoAsync(TestConversations.Initialize());
        var first = (await outbox.FindAsync(Sink, Id, Stop))!;

        await outbox.PostponeAsync(first, Time.GetUtcNow().AddMinutes(1), Stop);

        Assert.Null(await outbox.FindAsync(Sink, Id, Stop));
        // What comes meanwhile waits behind it.
        await desk.DoAsync(TestConversations.Message("m-1"));
        Assert.Null(await outbox.FindAsync(Sink, Id, Stop));
        Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(await outbox.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop));
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(first with { Attempt = 2 }, Assert.Single(await outbox.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop)));
        var advanced = await outbox.AdvanceAsync(first with { Attempt = 2 }, 1, Stop);
        Assert.Equal((1, 1), (advanced!.Told, advanced.Attempt));
    }

    [Fact]
    public async Task Two_processes_that_fail_at_the_same_attempt_count_it_once()
    {
        var (here, elsewhere) = (Create(), Create());
        await here.DoAsync(TestConversations.Initialize());
        var first = (await here.Get<IConversationOutbox>().FindAsync(Sink, Id, Stop))!;

        await here.Get<IConversationOutbox>().PostponeAsync(first, Time.GetUtcNow().AddMinutes(1), Stop);
        await elsewhere.Get<IConversationOutbox>().PostponeAsync(first, Time.GetUtcNow().AddMinutes(10), Stop);

        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(first with { Attempt = 2 }, Assert.Single(await elsewhere.Get<IConversationOutbox>().TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop)));
    }

    [Fact]
    public async Task What_a_clock_that_was_ahead_has_put_off_is_due_once_it_is_right()
    {
        var desk = Create();
        var outbox = desk.Get<IConversationOutbox>();
        await desk.DoAsync(TestConversations.Initialize());
        var first = (await outbox.FindAsync(Sink, Id, Stop))!;
        await outbox.PostponeAsync(first, Time.GetUtcNow().AddDays(1).AddSeconds(5), Stop);

        Time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(first with { Attempt = 2 }, await outbox.FindAsync(Sink, Id, Stop));
        Assert.Equal(first with { Attempt = 2 }, Assert.Single(await outbox.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop)));
        Assert.Empty(await outbox.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop));
    }

    [Fact]
    public async Task What_was_taken_by_a_clock_that_was_ahead_is_taken_again_once_it_is_right()
    {
        var (ahead, desk) = (TimeSpan.FromHours(12), Create());
        var outbox = desk.Get<IConversationOutbox>();
        await desk.DoAsync(TestConversations.Initialize());
        Time.Advance(ahead);
        var taken = Assert.Single(await outbox.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop));

        Time.Advance(OutboxSinks.Grace - ahead);

        Assert.Equal(taken, Assert.Single(await outbox.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop)));
        Assert.Empty(await outbox.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop));
    }

    [Fact]
    public async Task The_longest_wait_is_waited_out()
    {
        var desk = Create();
        var outbox = desk.Get<IConversationOutbox>();
        await desk.DoAsync(TestConversations.Initialize());
        var first = (await outbox.FindAsync(Sink, Id, Stop))!;
        await outbox.PostponeAsync(first, Time.GetUtcNow() + OutboxSinks.LongestWait, Stop);

        Assert.Null(await outbox.FindAsync(Sink, Id, Stop));
        Time.Advance(OutboxSinks.LongestWait - TimeSpan.FromSeconds(1));
        Assert.Empty(await outbox.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop));
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(first with { Attempt = 2 }, Assert.Single(await outbox.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop)));
    }

    [Fact]
    public async Task A_clock_that_is_ahead_of_the_end_of_a_conversation_leaves_everything_to_tell()
    {
        var desk = Create();
        var outbox = desk.Get<IConversationOutbox>();
        await desk.DoAsync(TestConversations.Initialize());
        Time.Advance(TimeSpan.FromDays(2));
        Assert.Empty(await outbox.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop));

        Time.Advance(OutboxSinks.Grace - TimeSpan.FromDays(2));

        Assert.Equal(new OutboxCursor(Sink, Id, 0, 1), Assert.Single(await outbox.TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop)));
    }

    [Fact]
    public async Task What_has_expired_is_nothing_to_tell()
    {
        var desk = Create();
        await desk.DoAsync(TestConversations.Initialize());

        await PassAsync(TimeSpan.FromDays(2));

        Assert.Empty(await desk.Get<IConversationOutbox>().TakeDueAsync(Sink, Time.GetUtcNow(), 10, Stop));
        Assert.Equal(new OutboxBacklog(0, null), await desk.Get<IConversationOutbox>().BacklogAsync(Sink, Stop));
    }

    [Fact]
    public async Task A_sink_that_comes_later_hears_of_what_happens_from_then_on()
    {
        var before = Create(new EventOptions(EventOptions.DefaultSource, []));
        var opened = await before.DoAsync(TestConversations.Initialize());
        var desk = Create();

        await desk.DoAsync(TestConversations.Message("m-1"));

        Assert.Equal(opened.Version, (await desk.Get<IConversationOutbox>().FindAsync(Sink, Id, Stop))!.Told);
    }

    [Fact]
    public async Task A_what_if_copy_is_nobodys_business()
    {
        var desk = Create();
        await desk.DoAsync(TestConversations.Initialize());
        var forked = await desk.Get<Forking>().ForkAsync(
            new ConversationCommand.AnnounceFork { Id = Id, Actor = MemoryDesk.Bot.Actor, Roles = MemoryDesk.Bot.Roles, Fork = Id, Of = 0 }, Stop);
        var fork = ConversationId.TryParse(forked.Value.Copy.Conversation.ConversationId)!.Value;
        Assert.NotEmpty(await desk.Conversations.ReadEventsAsync(fork, 0, 10, Stop));

        Assert.Null(await desk.Get<IConversationOutbox>().FindAsync(Sink, fork, Stop));
        Assert.Empty(await desk.Get<EventReader>().ReadAsync(fork, 0, 10, Stop));
        Assert.NotNull(await desk.Get<IConversationOutbox>().FindAsync(Sink, Id, Stop));
    }

    [Fact]
    public async Task An_erasure_is_told_and_nothing_of_what_was_erased()
    {
        await using var receiver = await EventReceiver.StartAsync();
        var desk = Create(new EventOptions("/desk", [receiver.Sink(withContent: true)]));
        await desk.DoAsync(TestConversations.Initialize(description: "a secret problem"), TestConversations.Message("m-1", "a secret message"));
        await desk.DoAsync(TestConversations.Erase());

        await using var publishing = desk.Get<EventPublisher>().Start();
        Time.Advance(OutboxSinks.Grace);

        await Eventually.TrueAsync(() => receiver.Taken.Any(t => (string?)t.Json["type"] == "supportstate.conversation_erased"), () => "The erasure is not told.");
        Assert.DoesNotContain(receiver.Taken, t => t.Json.ToJsonString().Contains("secret", StringComparison.Ordinal));
        Assert.All(receiver.Taken, t => Assert.Equal(Conversation.ErasedMark, (string?)t.Json["data"]!["metadata"]!["customer_id"]));
    }

    [Fact]
    public async Task An_event_from_before_an_erasure_gets_no_words_from_after_it()
    {
        var desk = Create();
        var reader = desk.Get<EventReader>();
        await desk.DoAsync(TestConversations.Initialize(), TestConversations.Message("m-1", "a secret message"));
        var said = (await reader.ReadAsync(Id, 0, 100, Stop)).Single(e => e.Data.EventType == "message_added");
        Assert.Equal("a secret message", (await reader.WithContentAsync(said, Stop)).Data.Content);

        await desk.DoAsync(TestConversations.Erase(), TestConversations.Initialize(), TestConversations.Message("m-2", "another message"));

        Assert.Null((await reader.WithContentAsync(said, Stop)).Data.Content);
    }

    [Fact]
    public async Task Who_comes_back_gets_all_of_what_is_large()
    {
        var desk = Create();
        await desk.DoAsync(TestConversations.Initialize());
        for (var n = 0; n < 90; n++)
            await desk.DoAsync(TestConversations.Update($$"""{"note": "{{n}} {{new string('x', 15_000)}}"}"""));
        var version = await VersionAsync(desk);

        var heard = new List<string>();
        await foreach (var item in desk.Get<EventFeed>().ListenAsync($"{Id}:1", null, Stop))
        {
            heard.Add(item!.Event.Id);
            if (heard.Count == version - 1)
                break;
        }

        Assert.Equal(Enumerable.Range(2, (int)version - 1).Select(v => $"{Id}:{v}"), heard);
    }

    [Fact]
    public async Task Who_comes_back_to_more_than_is_told_again_is_told_so()
    {
        var desk = Create();
        await desk.DoAsync(TestConversations.Initialize());
        for (var n = 0; n < 201; n++)
            await desk.DoAsync(TestConversations.Message($"m-{n}"));

        await foreach (var item in desk.Get<EventFeed>().ListenAsync($"{Id}:1", null, Stop))
        {
            Assert.Null(item);
            break;
        }
    }

    [Fact]
    public async Task Whoever_listens_hears_of_every_commit_whichever_process_made_it()
    {
        var (here, elsewhere) = (Create(), Create());
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var started = new TaskCompletionSource();
        var heard = new List<string>();
        var listening = ListenAsync();
        await started.Task;

        await here.DoAsync(TestConversations.Initialize());
        await elsewhere.DoAsync(TestConversations.Message("m-1"));
        await here.DoAsync(TestConversations.Message("m-2"));
        var last = await VersionAsync(here);

        await Eventually.TrueAsync(() => heard.Contains($"{Id}:{last}"), () => string.Join(' ', heard));
        await ends.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listening);
        Assert.Equal(Enumerable.Range(1, (int)last).Select(v => $"{Id}:{v}"), heard.Distinct());
        await Eventually.TrueAsync(() => here.Get<EventFeed>().Listeners == 0, () => "Somebody listens still.");

        // Who comes back is told what came meanwhile.
        await elsewhere.DoAsync(TestConversations.Message("m-3"));
        var again = new List<string>();
        await foreach (var item in here.Get<EventFeed>().ListenAsync($"{Id}:{last}", null, Stop))
        {
            again.Add(item!.Event.Id);
            if (again[^1] == $"{Id}:{last + 1}")
                break;
        }

        Assert.DoesNotContain($"{Id}:{last}", again);
        await foreach (var item in here.Get<EventFeed>().ListenAsync("cs-UNKNOWN:7", null, Stop))
        {
            Assert.Null(item);
            break;
        }

        async Task ListenAsync()
        {
            await foreach (var item in here.Get<EventFeed>().ListenAsync(null, started.SetResult, ends.Token))
                heard.Add(item!.Event.Id);
        }
    }

    private static async Task<long> VersionAsync(MemoryDesk desk) => (await desk.Conversations.LoadAsync(Id, null, Stop)).Conversation!.Version;
}
