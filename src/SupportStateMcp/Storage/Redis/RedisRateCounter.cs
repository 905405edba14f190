using System.Collections.Concurrent;
using System.Globalization;
using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Counts for all instances on one Redis. A caller who calls often costs no round trip a call: the process takes several at once and uses them
/// up within a second, as long as half of the rate is free; one who is refused costs none until it may call again. While Redis does not answer,
/// each process counts by itself: what the call is for says by itself that the store is not there. So it does where its user may not do what counting
/// takes, which is logged once: everything else is served.
/// </summary>
/// <param name="connection">The Redis; stays its owner's to dispose.</param>
/// <param name="options">The key prefix.</param>
/// <param name="time">The clock of what was taken ahead.</param>
/// <param name="logger">Tells the operator which right is missing.</param>
public sealed partial class RedisRateCounter(RedisConnection connection, RedisOptions options, TimeProvider time, ILogger<RedisRateCounter> logger)
    : IRateCounter, IAsyncDisposable
{
    /// <summary>How long what was taken ahead may be used.</summary>
    private static readonly TimeSpan s_ahead = TimeSpan.FromSeconds(1);

    /// <summary>The most that is taken at once; less of low rates.</summary>
    private const int MostAhead = 64;

    /// <summary>A share of the rate that one process may keep for itself.</summary>
    private const int Share = 50;

    /// <summary>How many callers are remembered before those are forgotten who have nothing left.</summary>
    private const int MostRemembered = 10_000;

    private readonly RedisKeys _keys = new(options.KeyPrefix);
    private readonly ProcessRateCounter _own = new(time);
    private readonly ConcurrentDictionary<(RateRule Rule, string Key), Ahead> _ahead = new();
    private long _forgot;
    private long _failed;
    private bool _isTold;

    public async ValueTask<RateGrant> TakeAsync(RateRule rule, string key, CancellationToken cancellationToken)
    {
        if (_ahead.Count > MostRemembered)
            Forget();
        var ahead = _ahead.GetOrAdd((rule, key), _ => new Ahead());
        var wanted = ahead.Next(rule, time, out var known);
        if (known is { } grant)
            return grant;
        // What one call has just waited for in vain, the next does not wait for as well.
        if (Volatile.Read(ref _failed) is not 0 and var failed && time.GetElapsedTime(failed) < s_ahead)
            return await _own.TakeAsync(rule, key, cancellationToken);
        try
        {
            if (await connection.CallAsync(db => TakeAsync(db, rule, key, wanted), cancellationToken) is { } answer)
                return ahead.Take((int)answer[0], TimeSpan.FromMicroseconds(answer[1]), time);
        }
        catch (StoreUnavailableException)
        {
            // Counted here, as where a right is missing.
        }

        Volatile.Write(ref _failed, time.GetTimestamp());
        return await _own.TakeAsync(rule, key, cancellationToken);
    }

    public ValueTask DisposeAsync() => _own.DisposeAsync();

    /// <summary>What Redis grants; null where its user may not count. To the connection that is an answer, no fault: it would be told in the place of one.</summary>
    private async Task<long[]?> TakeAsync(IDatabase db, RateRule rule, string key, int wanted)
    {
        try
        {
            return (long[])(await db.RunAsync(
                RedisScripts.RateTake,
                [_keys.Rate(rule.Name, key)],
                [rule.Most, ((long)rule.Period.TotalMicroseconds).ToString(CultureInfo.InvariantCulture), wanted, rule.Flows ? 1 : 0]))!;
        }
        catch (RedisServerException e) when (RedisFault.MissingRight(e) is { } right)
        {
            if (!Interlocked.Exchange(ref _isTold, true))
                LogMissingRight(right);
            return null;
        }
    }

    /// <summary>Once in a while: nobody has more than a second of anything.</summary>
    private void Forget()
    {
        var last = Volatile.Read(ref _forgot);
        if ((last != 0 && time.GetElapsedTime(last) < s_ahead) || Interlocked.CompareExchange(ref _forgot, time.GetTimestamp(), last) != last)
            return;
        foreach (var (key, ahead) in _ahead)
        {
            if (ahead.IsOver(time))
                _ahead.TryRemove(key, out _);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Each instance counts limits by itself: the Redis user may not do what counting for all of them takes ({Reason}). It needs the rights +time and ~rate:*, behind the key prefix. This is logged once.")]
    private partial void LogMissingRight(string reason);

    /// <summary>What a process has taken ahead for a caller, or how long it knows that there is nothing.</summary>
    private sealed class Ahead
    {
        private readonly Lock _gate = new();
        private long _at;
        private int _left;
        private int _block;
        private TimeSpan _none;

        /// <summary>How many to ask for; or what is known already.</summary>
        public int Next(RateRule rule, TimeProvider time, out RateGrant? known)
        {
            lock (_gate)
            {
                var age = _at == 0 ? TimeSpan.MaxValue : time.GetElapsedTime(_at);
                known = age < _none ? new RateGrant(0, _none - age) : age < s_ahead && _left > 0 ? new RateGrant(1, TimeSpan.Zero) : null;
                if (known is { Granted: > 0 })
                    _left--;
                if (known is not null)
                    return 0;
                // Doubled for who has used up the last ones in time.
                _block = age < s_ahead && rule.Flows ? Math.Clamp(_block * 2, 1, Math.Clamp(rule.Most / Share, 1, MostAhead)) : 1;
                return _block;
            }
        }

        /// <summary>Keeps what was granted beyond the one that is used now.</summary>
        public RateGrant Take(int granted, TimeSpan none, TimeProvider time)
        {
            lock (_gate)
            {
                var stillUsable = _at != 0 && time.GetElapsedTime(_at) < s_ahead ? _left : 0;
                (_at, _none) = (time.GetTimestamp(), granted > 0 ? TimeSpan.Zero : none);
                _left = Math.Max(granted - 1, 0) + stillUsable;
                return granted > 0 ? new RateGrant(1, TimeSpan.Zero) : new RateGrant(0, none);
            }
        }

        public bool IsOver(TimeProvider time)
        {
            lock (_gate)
                return _at == 0 || time.GetElapsedTime(_at) is var age && age >= s_ahead && age >= _none;
        }
    }
}
