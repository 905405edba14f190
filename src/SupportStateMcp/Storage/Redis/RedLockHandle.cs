using StackExchange.Redis;

namespace SupportStateMcp.Storage.Redis;

/// <summary>A lock that is held. It extends itself at a third of its time to live; disposing it releases it on all voters.</summary>
public sealed partial class RedLockHandle : IAsyncDisposable
{
    /// <summary>Who holds longer than this many extensions has forgotten the lock: the algorithm asks for a limit, so that it comes free.</summary>
    private const int MaxExtensions = 90;

    private readonly IReadOnlyList<RedLockNode> _nodes;
    private readonly Votes _acquired;
    private readonly RedisKey _key;
    private readonly string _token;
    private readonly TimeSpan _timeToLive;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _released = new();
    private readonly Task _extending;
    private int _disposed;

    internal RedLockHandle(
        IReadOnlyList<RedLockNode> nodes, Votes acquired, RedisKey key, string token,
        TimeSpan timeToLive, TimeSpan validity, TimeProvider time, ILogger logger)
    {
        (_nodes, _acquired, _key, _token, _timeToLive, _time, _logger) = (nodes, acquired, key, token, timeToLive, time, logger);
        (Validity, Lost) = (validity, _lost.Token);
        _extending = ExtendAsync(_time.GetTimestamp(), validity);
    }

    /// <summary>How long the lock was good for when it was acquired.</summary>
    public TimeSpan Validity { get; }

    /// <summary>Cancelled when the lock could not be extended in time and may be another's.</summary>
    public CancellationToken Lost { get; }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        await _released.CancelAsync();
        await _extending;
        await RedLock.ReleaseAsync(_nodes, _acquired, _key, _token);
        _released.Dispose();
        _lost.Dispose();
    }

    private async Task ExtendAsync(long since, TimeSpan validity)
    {
        try
        {
            for (var extensions = 0; ; )
            {
                // After a failure again soon: there are two thirds of the time left to get through.
                var elapsed = _time.GetElapsedTime(since);
                var pause = elapsed < _timeToLive / 3 ? (_timeToLive / 3) - elapsed : _timeToLive / 20;
                await Task.Delay(pause < validity - elapsed ? pause : Positive(validity - elapsed), _time, _released.Token);

                if (_time.GetElapsedTime(since) < validity && extensions < MaxExtensions)
                {
                    var asked = _time.GetTimestamp();
                    if (await new Votes(_nodes.Select(n => n.ExtendAsync(_key, _token))).CarriedAsync(_released.Token)
                        && RedLock.Validity(_timeToLive, _time.GetElapsedTime(asked)) is var renewed && renewed > TimeSpan.Zero
                        && _time.GetElapsedTime(since) < validity)
                    {
                        (since, validity) = (asked, renewed + _time.GetElapsedTime(asked));
                        extensions++;
                    }
                }

                if (_time.GetElapsedTime(since) >= validity)
                {
                    LockLost(_logger, _key!);
                    await _lost.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Released.
        }
    }

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;

    [LoggerMessage(31, LogLevel.Warning, "The lock {Key} could not be extended in time; it may be another's now.")]
    private static partial void LockLost(ILogger logger, string key);
}
