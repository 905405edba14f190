using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Who watches which conversation. All watchers of a conversation in this process share one subscription. After a lost connection all
/// are called once, since changes may have been missed.
/// </summary>
internal sealed partial class RedisSubscriptions : IRedisListener, IDisposable
{
    private readonly RedisConnection _connection;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Channel> _channels = new(StringComparer.Ordinal);

    public RedisSubscriptions(RedisConnection connection, ILogger logger)
    {
        (_connection, _logger) = (connection, logger);
        connection.Add(this);
    }

    public async ValueTask<IAsyncDisposable> AddAsync(string name, Action changed, CancellationToken cancellationToken)
    {
        var subscriber = await _connection.SubscriberAsync(cancellationToken);
        var watch = new Watch(this, subscriber, name, changed);
        Task subscribed;
        lock (_gate)
        {
            if (!_channels.TryGetValue(name, out var channel))
            {
                // Subscribing and unsubscribing are sent under the lock, so that they reach the server in this order.
                var started = new Channel((_, _) => Call(name));
                started.Subscribed = subscriber.SubscribeAsync(Of(name), started.Handler);
                _channels.Add(name, channel = started);
            }

            channel.Watches.Add(watch);
            subscribed = channel.Subscribed;
        }

        try
        {
            await _connection.CallAsync(async _ => { await subscribed; return true; }, cancellationToken);
            if (!subscriber.IsConnected(Of(name)))
                throw new StoreUnavailableException("Redis is not available.");
            return watch;
        }
        catch
        {
            Remove(watch);
            throw;
        }
    }

    public IReadOnlyList<RedisChannel> Channels
    {
        get
        {
            lock (_gate)
                return [.. _channels.Keys.Select(Of)];
        }
    }

    public void Dispose() => _connection.Remove(this);

    public void Missed()
    {
        string[] names;
        lock (_gate)
            names = [.. _channels.Keys];
        foreach (var name in names)
            Call(name);
    }

    private void Remove(Watch watch)
    {
        lock (_gate)
        {
            if (!_channels.TryGetValue(watch.Name, out var channel) || !channel.Watches.Remove(watch) || channel.Watches.Count > 0)
                return;
            _channels.Remove(watch.Name);
            _ = watch.Subscriber.UnsubscribeAsync(Of(watch.Name), channel.Handler)
                .ContinueWith(t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void Call(string name)
    {
        Watch[] watches;
        lock (_gate)
            watches = _channels.TryGetValue(name, out var channel) ? [.. channel.Watches] : [];
        foreach (var watch in watches)
        {
            try
            {
                watch.Changed();
            }
            catch (Exception e)
            {
                // One watcher's fault is not the others'.
                WatcherFailed(_logger, e);
            }
        }
    }

    private static RedisChannel Of(string name) => new(name, RedisChannel.PatternMode.Literal);

    [LoggerMessage(21, LogLevel.Error, "A watcher of a conversation failed.")]
    private static partial void WatcherFailed(ILogger logger, Exception exception);

    private sealed class Channel(Action<RedisChannel, RedisValue> handler)
    {
        public Action<RedisChannel, RedisValue> Handler => handler;

        public Task Subscribed { get; set; } = Task.CompletedTask;

        public List<Watch> Watches { get; } = [];
    }

    private sealed class Watch(RedisSubscriptions owner, ISubscriber subscriber, string name, Action changed) : IAsyncDisposable
    {
        public string Name => name;

        public ISubscriber Subscriber => subscriber;

        public Action Changed => changed;

        public ValueTask DisposeAsync()
        {
            owner.Remove(this);
            return ValueTask.CompletedTask;
        }
    }
}
