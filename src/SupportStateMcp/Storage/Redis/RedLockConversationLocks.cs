using RedLockNet;
using RedLockNet.SERedis;
using RedLockNet.SERedis.Configuration;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// The queue of a busy conversation: Redlock, by RedLock.net, over the Redis that holds the conversations or over
/// independent ones (<see cref="RedisOptions.LockEndpoints"/>). A lock that expired under its holder corrupts nothing:
/// every commit compares the version.
/// </summary>
public sealed class RedLockConversationLocks : IConversationLocks, IAsyncDisposable
{
    /// <summary>How long one voter may take to answer. Small against the time to live of a lock, so that a voter that hangs costs little of it.</summary>
    private static readonly TimeSpan VoterTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// For how long tries without a majority go on, within the wait of the caller: a voter that was slow once answers the next one, and a first
    /// connection may take longer than one try.
    /// </summary>
    private static readonly TimeSpan QuorumPatience = TimeSpan.FromSeconds(2);

    /// <summary>How long a release waits: voters that serve have answered by then, one that hangs is left to itself.</summary>
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromMilliseconds(200);

    /// <summary>The shortest and the longest pause before a further try, in milliseconds: contenders come apart.</summary>
    private static readonly (int Least, int Most) Pause = (5, 40);

    // The library's own retries wait long and do not tell a busy lock from absent voters: one try each, the loop is here.
    private static readonly RedLockRetryConfiguration OneTry = new(retryCount: 1, retryDelayMs: 10);

    private readonly RedisConnection[] _voters;
    private readonly string _keyFormat;
    private readonly TimeSpan _timeToLive;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILoggerFactory _loggers;
    private readonly KeyedQueue _queue = new();
    private RedLockFactory? _factory;

    /// <param name="options">Who votes, key prefix and time to live.</param>
    /// <param name="time">Measures how long things took.</param>
    /// <param name="random">Spreads tries.</param>
    /// <param name="loggers">Where connections and locks log.</param>
    public RedLockConversationLocks(RedisOptions options, TimeProvider time, Random random, ILoggerFactory loggers)
    {
        // Connections of their own: their time-outs are shorter than those of the data.
        IEnumerable<string> voters = options.LockEndpoints.Count > 0 ? options.LockEndpoints : [options.ConnectionString];
        _voters = [.. voters.Select(v => new RedisConnection(v, VoterTimeout, time, loggers.CreateLogger<RedLockConversationLocks>()))];
        _keyFormat = new RedisKeys(options.KeyPrefix).LockFormat;
        (_timeToLive, _time, _random, _loggers) = (options.LockTimeToLive, time, random, loggers);
    }

    public async ValueTask<IAsyncDisposable?> TryAcquireAsync(ConversationId id, TimeSpan wait, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        // Within a process one at a time asks for a lock: the library is not made for more of the same resource.
        if (await _queue.TryEnterAsync(id.Value, wait, cancellationToken) is not { } turn)
            return null;

        IRedLock? held = null;
        try
        {
            held = await TryUntilAsync(id, started, wait, cancellationToken);
        }
        finally
        {
            if (held is null)
                turn.Dispose();
        }

        return held is null ? null : new Handle(held, turn, _time);
    }

    public async ValueTask DisposeAsync()
    {
        _factory?.Dispose();
        foreach (var voter in _voters)
            await voter.DisposeAsync();
    }

    private async ValueTask<IRedLock?> TryUntilAsync(ConversationId id, long started, TimeSpan wait, CancellationToken cancellationToken)
    {
        var factory = await FactoryAsync(cancellationToken);
        long? absentSince = null;
        while (true)
        {
            var asked = _time.GetTimestamp();
            // Without the lock there is nothing to dispose: a try that failed has taken back what it set.
            var tried = await factory.CreateLockAsync(id.Value, _timeToLive, TimeSpan.Zero, TimeSpan.Zero, cancellationToken);
            if (tried.IsAcquired)
                return tried;

            var left = wait - _time.GetElapsedTime(started);
            absentSince = tried.Status == RedLockStatus.NoQuorum ? absentSince ?? asked : null;
            if (absentSince is { } since && (left <= TimeSpan.Zero || _time.GetElapsedTime(since) >= QuorumPatience))
                throw new StoreUnavailableException("No majority of the servers that keep the locks answered.");
            if (left <= TimeSpan.Zero)
                return null;
            var pause = TimeSpan.FromMilliseconds(_random.Next(Pause.Least, Pause.Most));
            await Task.Delay(pause < left ? pause : left, _time, cancellationToken);
        }
    }

    private async ValueTask<RedLockFactory> FactoryAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _factory) is { } made)
            return made;

        // A voter that is down now still is one: its connection is made when it is back.
        var connected = await Task.WhenAll(_voters.Select(v => v.MultiplexerAsync(cancellationToken).AsTask()));
        var factory = RedLockFactory.Create(
            [.. connected.Select(c => new RedLockMultiplexer(c) { RedisKeyFormat = _keyFormat })], OneTry, _loggers);
        if (Interlocked.CompareExchange(ref _factory, factory, null) is not { } first)
            return factory;
        factory.Dispose();
        return first;
    }

    /// <summary>A lock that is held. The library extends it at half of its time to live.</summary>
    private sealed class Handle(IRedLock held, KeyedQueue.Turn turn, TimeProvider time) : IAsyncDisposable
    {
        private int _disposed;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 1)
                return;
            try
            {
                await held.DisposeAsync().AsTask().WaitAsync(ReleaseTimeout, time);
            }
            catch (TimeoutException)
            {
                // A voter hangs: what it holds of the lock expires.
            }
            finally
            {
                turn.Dispose();
            }
        }
    }
}
