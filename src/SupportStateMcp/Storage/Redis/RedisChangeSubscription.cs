using System.Globalization;
using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>Hears of the changes of all conversations, by one subscription to a pattern. After a lost connection it tells that some may have been missed.</summary>
internal sealed class RedisChangeSubscription : IRedisListener, IAsyncDisposable
{
    private readonly RedisConnection _connection;
    private readonly ISubscriber _subscriber;
    private readonly RedisChannel _channel;
    private readonly Action<RedisChannel, RedisValue> _handler;
    private readonly Action<ConversationChange?> _changed;

    private RedisChangeSubscription(RedisConnection connection, ISubscriber subscriber, RedisKeys keys, Action<ConversationChange?> changed)
    {
        (_connection, _subscriber, _changed) = (connection, subscriber, changed);
        _channel = new RedisChannel(keys.ChangedPattern, RedisChannel.PatternMode.Pattern);
        _handler = (channel, value) =>
        {
            // What an older version of the server publishes names one version alone.
            var versions = ((string)value!).Split(':');
            if (keys.ChangedOf((string)channel!) is { } id && long.TryParse(versions[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
                changed(new ConversationChange(id, versions.Length == 2 ? long.Parse(versions[0], CultureInfo.InvariantCulture) : version - 1, version));
        };
    }

    public IReadOnlyList<RedisChannel> Channels => [_channel];

    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public static async ValueTask<IAsyncDisposable> StartAsync(
        RedisConnection connection, RedisKeys keys, Action<ConversationChange?> changed, CancellationToken cancellationToken)
    {
        var subscriber = await connection.SubscriberAsync(cancellationToken);
        var subscription = new RedisChangeSubscription(connection, subscriber, keys, changed);
        connection.Add(subscription);
        try
        {
            await connection.CallAsync(
                async _ =>
                {
                    await subscriber.SubscribeAsync(subscription._channel, subscription._handler);
                    return true;
                },
                cancellationToken);
            return subscription;
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }
    }

    public void Missed() => _changed(null);

    public ValueTask DisposeAsync()
    {
        _connection.Remove(this);
        _ = _subscriber.UnsubscribeAsync(_channel, _handler)
            .ContinueWith(t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return ValueTask.CompletedTask;
    }
}
