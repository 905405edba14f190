using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// One multiplexed connection, made at the first call and kept up by itself. Every call has a time-out of its own: the
/// client's asynchronous calls have none, and against a hung server they would wait for minutes.
/// </summary>
public sealed partial class RedisConnection : IAsyncDisposable
{
    /// <summary>How many calls may be overdue before further ones are refused at once: a hung server must not fill the memory.</summary>
    private const int MaxOverdue = 1024;

    /// <summary>How often a call is sent at most: scripts may be forgotten again before it arrives.</summary>
    private const int MaxSends = 5;

    private readonly ConfigurationOptions _configuration;
    private readonly TimeSpan _timeout;
    private readonly ILogger<RedisConnection> _logger;
    private readonly Lock _gate = new();
    private Task<ConnectionMultiplexer>? _connecting;
    private int _overdue;
    private long _reportedAt = -1_000;
    private bool _disposed;

    public RedisConnection(RedisOptions options, ILogger<RedisConnection> logger)
        : this(options.ConnectionString, options.CallTimeout, logger) { }

    /// <exception cref="ArgumentException">The connection string cannot be read; the message says why, without repeating it.</exception>
    public RedisConnection(string connectionString, TimeSpan callTimeout, ILogger<RedisConnection> logger)
    {
        var (configuration, violation) = RedisConnectionString.Parse(connectionString);
        _configuration = configuration ?? throw new ArgumentException(violation, nameof(connectionString));
        _configuration.ConnectTimeout = (int)callTimeout.TotalMilliseconds;
        _timeout = callTimeout;
        _logger = logger;
    }

    /// <summary>Subscriptions are back after the connection was lost: what was published meanwhile is missed.</summary>
    internal event Action? Resubscribed;

    /// <summary>True where keys are spread over nodes, so that commands on different keys may overtake each other.</summary>
    internal bool IsCluster =>
        Volatile.Read(ref _connecting) is { IsCompletedSuccessfully: true, Result: var multiplexer }
        && multiplexer.GetEndPoints().Any(e => multiplexer.GetServer(e).ServerType == ServerType.Cluster);

    /// <summary>
    /// Sends one or more commands and waits, at most the call's time-out. Commands a call sends are pipelined, and start
    /// before it returns where the connection stands. May send again (a forgotten script): all commands here can repeat.
    /// </summary>
    /// <exception cref="StoreUnavailableException">No answer in time, or none that can be used. The call may have been applied.</exception>
    internal async ValueTask<T> CallAsync<T>(
        Func<IDatabase, Task<T>> call, CancellationToken cancellationToken, TimeSpan? timeout = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            Task<T>? sent = null;
            try
            {
                if (Volatile.Read(ref _overdue) >= MaxOverdue)
                    throw new TimeoutException("Too many calls are overdue.");

                var multiplexer = await ConnectAsync().WaitAsync(_timeout, cancellationToken);
                sent = call(multiplexer.GetDatabase());
                return await sent.WaitAsync(timeout ?? _timeout, cancellationToken);
            }
            catch (RedisServerException e) when (attempt < MaxSends && RedisFaults.IsNoScript(e))
            {
                // The client has noticed too, and loads the script anew.
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && RedisFaults.IsUnavailable(e))
            {
                var reason = e is TimeoutException ? "Redis did not answer in time." : "Redis is not available.";
                Report(reason);
                throw new StoreUnavailableException(reason, e);
            }
            finally
            {
                if (sent is { IsCompleted: false })
                    CountOverdue(sent);
            }
        }
    }

    /// <summary>The connection for publish and subscribe, once it stands.</summary>
    internal async ValueTask<ISubscriber> SubscriberAsync(CancellationToken cancellationToken)
    {
        await CallAsync(_ => Task.FromResult(true), cancellationToken);
        return (await ConnectAsync()).GetSubscriber();
    }

    public async ValueTask DisposeAsync()
    {
        Task<ConnectionMultiplexer>? connecting;
        lock (_gate)
        {
            _disposed = true;
            connecting = _connecting;
            _connecting = null;
        }

        if (connecting is null)
            return;
        try
        {
            var multiplexer = await connecting.WaitAsync(_timeout);
            await multiplexer.CloseAsync(allowCommandsToComplete: false).WaitAsync(_timeout);
            multiplexer.Dispose();
        }
        catch (Exception e) when (RedisFaults.IsUnavailable(e))
        {
            // What cannot be closed in time goes with the process.
        }
    }

    private Task<ConnectionMultiplexer> ConnectAsync()
    {
        if (Volatile.Read(ref _connecting) is { IsFaulted: false, IsCanceled: false } connecting)
            return connecting;

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_connecting is null or { IsFaulted: true } or { IsCanceled: true })
                Volatile.Write(ref _connecting, Task.Run(OpenAsync));
            return _connecting!;
        }
    }

    private async Task<ConnectionMultiplexer> OpenAsync()
    {
        var opening = ConnectionMultiplexer.ConnectAsync(_configuration);
        try
        {
            // The client bounds this itself by ConnectTimeout; this is in case a name server does not.
            var multiplexer = await opening.WaitAsync(_timeout * 5);
#pragma warning disable CS0618 // With the default a continuation that blocks would hold up every other call.
            ((IConnectionMultiplexer)multiplexer).PreserveAsyncOrder = false;
#pragma warning restore CS0618
            multiplexer.ConnectionFailed += (_, e) => ConnectionLost(_logger, e.EndPoint?.ToString(), e.FailureType);
            multiplexer.ConnectionRestored += (_, e) => OnRestored(multiplexer, e);
            if (!multiplexer.IsConnected)
                NotConnected(_logger);
            return multiplexer;
        }
        catch (TimeoutException)
        {
            _ = opening.ContinueWith(o => o.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    private async void OnRestored(ConnectionMultiplexer multiplexer, ConnectionFailedEventArgs e)
    {
        ConnectionRestored(_logger, e.EndPoint?.ToString());
        if (e.ConnectionType != ConnectionType.Subscription)
            return;
        try
        {
            // Answered behind the renewed subscriptions: from here on nothing more is missed.
            await multiplexer.GetSubscriber().PingAsync().WaitAsync(_timeout);
        }
        catch (Exception fault) when (fault is RedisException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            // Then it is lost again, and will be restored again.
        }

        Resubscribed?.Invoke();
    }

    /// <summary>Once a second at most: an outage under load fails thousands of calls.</summary>
    private void Report(string reason)
    {
        var (now, last) = (Environment.TickCount64, Volatile.Read(ref _reportedAt));
        if (now - last >= 1_000 && Interlocked.CompareExchange(ref _reportedAt, now, last) == last)
            CallFailed(_logger, reason);
    }

    private void CountOverdue(Task sent)
    {
        Interlocked.Increment(ref _overdue);
        _ = sent.ContinueWith(
            late =>
            {
                _ = late.Exception;
                Interlocked.Decrement(ref _overdue);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    [LoggerMessage(1, LogLevel.Warning, "The connection to Redis at {EndPoint} is lost ({Failure}); it is being renewed.")]
    private static partial void ConnectionLost(ILogger logger, string? endPoint, ConnectionFailureType failure);

    [LoggerMessage(2, LogLevel.Information, "The connection to Redis at {EndPoint} is back.")]
    private static partial void ConnectionRestored(ILogger logger, string? endPoint);

    [LoggerMessage(3, LogLevel.Warning, "Redis is not reachable; the server starts without it and goes on trying.")]
    private static partial void NotConnected(ILogger logger);

    [LoggerMessage(4, LogLevel.Warning, "{Reason} Callers are told to try again; further failures within a second are not logged.")]
    private static partial void CallFailed(ILogger logger, string reason);
}
