using System.Collections.Concurrent;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Events;

/// <summary>What listeners are told where changes cannot be read, or come faster than they are read.</summary>
public sealed class EventFeedTests : IDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly LogLines<EventFeed> _log = new();
    private readonly ConcurrentQueue<FeedItem?> _heard = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_nobody_foresaw_of_one_change_is_missed_and_the_next_ones_are_heard()
    {
        var store = new StoreAround(_folder.CreateStore()) { BeforeEvents = () => throw new InvalidOperationException("Nobody foresaw it.") };
        await using var listening = await ListenAsync(store);

        await _folder.WriteAsync(store, TestConversations.Initialize());
        await Eventually.TrueAsync(() => _heard.Contains(null), () => "Nothing is missed.");
        store.BeforeEvents = () => Task.CompletedTask;
        var written = await _folder.WriteAsync(store, TestConversations.Message("m-1"));

        await Eventually.TrueAsync(() => _heard.Any(i => i?.Event.Id == $"{TestConversations.Id()}:{written.Version}"), () => "The next one is not heard.");
        Assert.Contains("Error: Listeners have missed something that nobody foresaw.", _log.Lines);
    }

    [Fact]
    public async Task More_changes_than_can_wait_are_told_as_missed_and_those_of_one_conversation_are_read_together()
    {
        var (reads, reading, goesOn) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        var store = new StoreAround(_folder.CreateStore())
        {
            BeforeEvents = () =>
            {
                Interlocked.Increment(ref reads);
                reading.TrySetResult();
                return goesOn.Task;
            },
        };
        await using var listening = await ListenAsync(store);
        await _folder.WriteAsync(store, TestConversations.Initialize());
        await reading.Task.WaitAsync(Stop);

        for (var n = 0; n < EventFeed.MostNotes + 100; n++)
            store.TellOfAll(new ConversationChange(TestConversations.Id("TKT-NONE"), n, n + 1));
        goesOn.SetResult();

        await Eventually.TrueAsync(() => _heard.Contains(null), () => "Nothing is missed.");
        Assert.Contains($"Warning: Listeners have missed something: more than {EventFeed.MostNotes} changes waited to be read.", _log.Lines);
        Assert.InRange(reads, 1, 100);
    }

    [Fact]
    public async Task Who_left_off_in_the_future_is_told_that_something_is_missed()
    {
        var store = _folder.CreateStore();
        _folder.Time.Advance(TimeSpan.FromHours(1));
        await _folder.WriteAsync(store, TestConversations.Initialize());
        // The clock was ahead.
        _folder.Time.Advance(TimeSpan.FromMinutes(-30));
        await _folder.WriteAsync(store, TestConversations.Initialize(TestConversations.Id("TKT-002")));
        using var feed = new EventFeed(store, new EventReader(store, new EventSource("/desk")), _folder.Time, _log);

        await using var heard = feed.ListenAsync($"{TestConversations.Id()}:1", null, Stop).GetAsyncEnumerator(Stop);

        Assert.True(await heard.MoveNextAsync().AsTask().WaitAsync(Eventually.Patience, Stop));
        Assert.Null(heard.Current);
    }

    private async Task<IAsyncDisposable> ListenAsync(IConversationStore store)
    {
        var feed = new EventFeed(store, new EventReader(store, new EventSource("/desk")), TimeProvider.System, _log);
        var started = new TaskCompletionSource();
        var listening = new Listening(feed, _heard, started);
        await started.Task.WaitAsync(Stop);
        return listening;
    }

    private sealed class Listening : IAsyncDisposable
    {
        private readonly EventFeed _feed;
        private readonly CancellationTokenSource _ends = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        private readonly Task _running;

        public Listening(EventFeed feed, ConcurrentQueue<FeedItem?> heard, TaskCompletionSource started)
        {
            _feed = feed;
            _running = Task.Run(
                async () =>
                {
                    await foreach (var item in feed.ListenAsync(null, started.SetResult, _ends.Token))
                        heard.Enqueue(item);
                },
                Stop);
        }

        public async ValueTask DisposeAsync()
        {
            await _ends.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _ends.Dispose();
            _feed.Dispose();
        }
    }
}
