namespace SupportStateMcp.Conversations;

/// <summary>
/// Waits for a conversation to become as somebody wants it, without asking the store again and again: all who wait for one conversation
/// share a subscription, and one read for each change.
/// </summary>
public sealed class ConversationChangeWaiter(IConversationStore store, TimeProvider time)
{
    private readonly Dictionary<string, Feed> _feeds = new(StringComparer.Ordinal);

    /// <summary>How many conversations somebody waits for.</summary>
    internal int Feeds
    {
        get
        {
            lock (_feeds)
                return _feeds.Count;
        }
    }

    /// <summary>Waits until the conversation is as wanted, at most until the time is up; returns it as it is then.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="until">What it is to be like; gets null where it is gone.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async ValueTask<Conversation?> WaitAsync(
        ConversationId id, Func<Conversation?, bool> until, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var feed = Join(id);
        try
        {
            await feed.StartAsync(cancellationToken);
            var next = feed.Next;
            var current = (await store.LoadAsync(id, null, cancellationToken)).Conversation;
            while (!until(current))
            {
                try
                {
                    (current, next) = await next.WaitAsync(ends.Token);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    return current;
                }
            }

            return current;
        }
        finally
        {
            await LeaveAsync(id, feed);
        }
    }

    private Feed Join(ConversationId id)
    {
        lock (_feeds)
        {
            if (!_feeds.TryGetValue(id.Value, out var feed))
                _feeds.Add(id.Value, feed = new Feed(store, id));
            feed.Users++;
            return feed;
        }
    }

    private async ValueTask LeaveAsync(ConversationId id, Feed feed)
    {
        lock (_feeds)
        {
            if (--feed.Users > 0)
                return;
            _feeds.Remove(id.Value);
        }

        await feed.DisposeAsync();
    }

    /// <summary>The conversation after a change, and the change after that: who follows them misses none.</summary>
    private sealed record Change(Conversation? Conversation, Task<Change> Next);

    /// <summary>The changes of one conversation, as they come.</summary>
    private sealed class Feed(IConversationStore store, ConversationId id) : IAsyncDisposable
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource<Change> _next = Source();
        private Task<IAsyncDisposable>? _subscription;
        private bool _reading;
        private bool _changed;

        public int Users { get; set; }

        /// <summary>The next change.</summary>
        public Task<Change> Next
        {
            get
            {
                lock (_gate)
                    return _next.Task;
            }
        }

        /// <summary>Waits until changes are heard.</summary>
        public Task<IAsyncDisposable> StartAsync(CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                // Of all who wait, nobody's going away may end it for the others.
                if (_subscription is null or { IsFaulted: true })
                    _subscription = store.SubscribeAsync(id, Changed, CancellationToken.None).AsTask();
                return _subscription.WaitAsync(cancellationToken);
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_subscription is null)
                return;
            await ((Task)_subscription).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_subscription.IsCompletedSuccessfully)
                await _subscription.Result.DisposeAsync();
        }

        private void Changed()
        {
            lock (_gate)
            {
                _changed = true;
                if (_reading)
                    return;
                _reading = true;
            }

            _ = Task.Run(ReadAsync);
        }

        /// <summary>Reads the conversation once for all changes so far, and again for those that came meanwhile.</summary>
        private async Task ReadAsync()
        {
            while (true)
            {
                lock (_gate)
                {
                    if (!_changed)
                    {
                        _reading = false;
                        return;
                    }

                    _changed = false;
                }

                try
                {
                    var loaded = await store.LoadAsync(id, null, CancellationToken.None);
                    var (changed, next) = Publish();
                    changed.TrySetResult(new Change(loaded.Conversation, next));
                }
                catch (Exception e)
                {
                    // Those who wait hear of it; with nobody waiting it is nobody's.
                    var (failed, _) = Publish();
                    failed.TrySetException(e);
                    _ = failed.Task.Exception;
                }
            }
        }

        private (TaskCompletionSource<Change> Published, Task<Change> Next) Publish()
        {
            lock (_gate)
            {
                var published = _next;
                _next = Source();
                return (published, _next.Task);
            }
        }

        private static TaskCompletionSource<Change> Source() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
