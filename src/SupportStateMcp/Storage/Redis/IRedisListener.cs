using StackExchange.Redis;

namespace SupportStateMcp.Storage.Redis;

/// <summary>Has subscriptions by a connection, and is told where something that was published may be missed.</summary>
internal interface IRedisListener
{
    /// <summary>What it is subscribed to now.</summary>
    IReadOnlyList<RedisChannel> Channels { get; }

    /// <summary>A connection was lost, and all channels are subscribed to again. What was published in between is missed.</summary>
    void Missed();
}
