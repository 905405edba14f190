using System.Security.Cryptography;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Locks by the Redlock algorithm, as published in "Distributed Locks with Redis"
/// (https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/): the same random token is set on N
/// independent servers in parallel, with a time to live; the lock is held where a majority took it and time is left of
/// it. One server is the case N = 1.
/// <para>
/// A server that restarts empty can let two holders in, and a holder can sleep through its time. Neither corrupts
/// anything here: every commit compares the version of the conversation.
/// </para>
/// </summary>
public sealed partial class RedLock : IConversationLocks, IAsyncDisposable
{
    /// <summary>A retry waits a random time, doubling from the first to the second, so that contenders come apart.</summary>
    private static readonly (double First, double Most) Backoff = (4, 64);

    private readonly IReadOnlyList<RedLockNode> _nodes;
    private readonly IReadOnlyList<RedisConnection> _owned;
    private readonly RedisKeys _keys;
    private readonly TimeSpan _timeToLive;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;

    /// <param name="options">Who votes (<see cref="RedisOptions.LockEndpoints"/>), key prefix and time to live.</param>
    /// <param name="data">The Redis that holds the conversations: the only voter where no other is named.</param>
    /// <param name="time">Measures how long things took.</param>
    /// <param name="random">Spreads retries.</param>
    /// <param name="loggers">Where connections and locks log.</param>
    public RedLock(RedisOptions options, RedisConnection data, TimeProvider time, Random random, ILoggerFactory loggers)
    {
        _owned = [.. options.LockEndpoints.Select(e => new RedisConnection(e, options.CallTimeout, loggers.CreateLogger<RedisConnection>()))];
        _nodes = [.. (_owned.Count == 0 ? [data] : _owned).Select(c => new RedLockNode(c, options.LockTimeToLive))];
        _keys = new RedisKeys(options.KeyPrefix);
        (_timeToLive, _time, _random, _logger) = (options.LockTimeToLive, time, random, loggers.CreateLogger<RedLock>());
    }

    /// <summary>How many voters make a majority.</summary>
    internal static int Quorum(int nodes) => (nodes / 2) + 1;

    /// <summary>How long a lock is good for: its time to live less the time spent getting it, less what clocks may drift apart (1 % and 2 ms).</summary>
    internal static TimeSpan Validity(TimeSpan timeToLive, TimeSpan elapsed) =>
        timeToLive - elapsed - ((timeToLive * 0.01) + TimeSpan.FromMilliseconds(2));

    public async ValueTask<IAsyncDisposable?> TryAcquireAsync(ConversationId id, TimeSpan wait, CancellationToken cancellationToken) =>
        await AcquireAsync(id, wait, cancellationToken);

    /// <summary>As <see cref="TryAcquireAsync"/>, with a handle that tells when the lock is lost.</summary>
    /// <exception cref="StoreUnavailableException">No majority of the voters answered at the last try.</exception>
    public async ValueTask<RedLockHandle?> AcquireAsync(ConversationId id, TimeSpan wait, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var key = _keys.Lock(id);
        for (var attempt = 0; ; attempt++)
        {
            var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
            var asked = _time.GetTimestamp();
            var votes = new Votes(_nodes.Select(n => n.AcquireAsync(key, token)));
            try
            {
                if (await votes.CarriedAsync(cancellationToken)
                    && Validity(_timeToLive, _time.GetElapsedTime(asked)) is var validity && validity > TimeSpan.Zero)
                    return new RedLockHandle(_nodes, votes, key, token, _timeToLive, validity, _time, _logger);
            }
            catch (OperationCanceledException)
            {
                await ReleaseAsync(_nodes, votes, key, token);
                throw;
            }

            await ReleaseAsync(_nodes, votes, key, token);
            var left = wait - _time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                return await votes.ReachedAsync() ? null : throw new StoreUnavailableException("No majority of the servers that keep the locks answered.");

            var pause = TimeSpan.FromMilliseconds(1 + (_random.NextDouble() * Math.Min(Backoff.First * (1L << Math.Min(attempt, 10)), Backoff.Most)));
            await Task.Delay(pause < left ? pause : left, _time, cancellationToken);
        }
    }

    /// <summary>
    /// Releases on all voters, those that timed out too: what they were sent may still arrive. On each only once its vote
    /// is in, since on a connection that is being made a release could overtake it. Waits for a majority, no longer.
    /// </summary>
    internal static async ValueTask ReleaseAsync(
        IReadOnlyList<RedLockNode> nodes, Votes acquired, StackExchange.Redis.RedisKey key, string token)
    {
        await new Votes(nodes.Select((node, i) => AfterAsync(acquired.Answers[i], node))).CarriedAsync(CancellationToken.None);

        async Task<Vote> AfterAsync(Task<Vote> vote, RedLockNode node)
        {
            await vote;
            return await node.ReleaseAsync(key, token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _owned)
            await connection.DisposeAsync();
    }
}
