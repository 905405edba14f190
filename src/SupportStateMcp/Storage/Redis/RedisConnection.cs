using System.Collections.Immutable;
using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// One multiplexed connection, made at the first call and kept up by itself. Every call is bounded here as well: the
/// client notices a server that hangs at its next heartbeat only, about a second late.
/// </summary>
public sealed partial class RedisConnection : IAsyncDisposable
{
    /// <summary>
    /// Goes with every read. The client would read from a replica where the master is gone, and a replica may lack what
    /// was acknowledged.
    /// </summary>
    internal const CommandFlags Master = CommandFlags.DemandMaster;

    /// <summary>
    /// How long a server's own reason for closing connections counts: the next attempts meet a connection that is not there
    /// yet, or no more, and the client does not say why.
    /// </summary>
    private static readonly TimeSpan s_refusalAge = TimeSpan.FromSeconds(10);

    /// <summary>How long a first subscription waits for its connection.</summary>
    private static readonly TimeSpan s_subscriberPatience = TimeSpan.FromSeconds(1);

    /// <summary>Threads at hand where Sentinels are used; see <see cref="KeepThreadsForSentinels"/>.</summary>
    private const int SentinelThreads = 64;

    /// <summary>How often it is looked whether lost subscriptions are back.</summary>
    private static readonly TimeSpan s_renewalInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>How long what a server was asked about TLS is taken to be so.</summary>
    private static readonly TimeSpan s_diagnosisAge = TimeSpan.FromSeconds(5);

    private readonly ConfigurationOptions _configuration;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RedisFaultLog _faults;
    private readonly RedisConnection? _bulk;
    private readonly Lock _gate = new();
    private Task<ConnectionMultiplexer>? _connecting;
    private Action<IConnectionMultiplexer>? _connected;
    private Task<RedisFault?> _diagnosis = Task.FromResult<RedisFault?>(null);
    private DateTimeOffset _diagnosedAt = DateTimeOffset.MinValue;
    private volatile Refusal? _refusal;
    private ImmutableArray<IRedisListener> _listeners = [];
    private int _losses;
    private bool _isRenewing;
    private bool? _isCluster;
    private bool _disposed;

    /// <exception cref="ArgumentException">The connection string cannot be read; the message says why, without repeating it.</exception>
    public RedisConnection(RedisOptions options, TimeProvider time, ILogger<RedisConnection> logger)
        : this(options.ConnectionString, options.CallTimeout, time, logger)
    {
        _bulk = new RedisConnection(options.ConnectionString, options.CallTimeout, time, logger, _faults);
        // With a channel of its own the client makes its connection for subscriptions at once: the first one does not fail.
        _configuration.ConfigurationChannel = new RedisKeys(options.KeyPrefix).Configuration;
        _bulk._configuration.ConfigurationChannel = _configuration.ConfigurationChannel;
    }

    internal RedisConnection(string connectionString, TimeSpan callTimeout, TimeProvider time, ILogger logger, RedisFaultLog? faults = null)
    {
        var (configuration, violation) = RedisConnectionString.Parse(connectionString);
        _configuration = configuration ?? throw new ArgumentException(violation, nameof(connectionString));
        _configuration.SyncTimeout = _configuration.AsyncTimeout = (int)callTimeout.TotalMilliseconds;
        // Shorter than a call, so that the first call can still tell why there is no connection.
        (_configuration.ConnectTimeout, _configuration.ConnectRetry) = ((int)(callTimeout.TotalMilliseconds * 0.75), 1);
        (_timeout, _time, _logger, _faults) = (callTimeout, time, logger, faults ?? new RedisFaultLog(time, logger));
        if (_configuration.ServiceName is not null)
            KeepThreadsForSentinels();
    }

    /// <summary>
    /// While the client asks Sentinels for the new master it blocks threads of the pool, more than there are at first; the
    /// pool adds a few in a second, and until then no answer of any server is taken.
    /// </summary>
    private static void KeepThreadsForSentinels()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        if (workers < SentinelThreads)
            ThreadPool.SetMinThreads(SentinelThreads, ports);
    }

    /// <summary>
    /// A second connection to the same Redis, for answers that can be long: on one connection every answer waits until those
    /// before it are through. This one, where the second does not stand: it is there for speed, and must cost no answer.
    /// </summary>
    internal RedisConnection Bulk
    {
        get
        {
            if (_bulk is null)
                return this;
            var connecting = _bulk.ConnectAsync();
            // A client counts as connected that has found a replica or a Sentinel, and no master yet.
            return connecting.IsCompletedSuccessfully && connecting.Result.GetDatabase().IsConnected(default, Master) ? _bulk : this;
        }
    }

    /// <summary>Tells of each connection that is made from now on; set before the first call.</summary>
    internal void WhenConnected(Action<IConnectionMultiplexer> connected)
    {
        _connected = connected;
        _bulk?.WhenConnected(connected);
    }

    /// <summary>Adds who is to be told when lost subscriptions are back.</summary>
    internal void Add(IRedisListener listener) => ImmutableInterlocked.Update(ref _listeners, l => l.Add(listener));

    internal void Remove(IRedisListener listener) => ImmutableInterlocked.Update(ref _listeners, l => l.Remove(listener));

    /// <summary>True where keys may be spread over nodes, so that commands on different keys may overtake each other.</summary>
    internal bool MayBeCluster => _isCluster is not false;

    /// <summary>
    /// Sends one or more commands and waits, at most the call's time-out. Commands a call sends are pipelined, and start
    /// before it returns where the connection stands.
    /// </summary>
    /// <exception cref="StoreUnavailableException">No answer in time, or none that can be used. The call may have been applied.</exception>
    internal async ValueTask<T> CallAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            var multiplexer = await ConnectAsync().WaitAsync(_timeout, cancellationToken);
            Recognize(multiplexer);
            var answer = await call(multiplexer.GetDatabase()).WaitAsync(_timeout, cancellationToken);
            _refusal = null;
            _faults.Answered();
            return answer;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && RedisFault.Of(e, _configuration) is { } fault)
        {
            throw await UnavailableAsync(fault, e);
        }
    }

    /// <summary>The client itself, for what needs more than calls; connected or still trying.</summary>
    /// <exception cref="StoreUnavailableException">The client could not be made: no Sentinel answers.</exception>
    internal async ValueTask<ConnectionMultiplexer> MultiplexerAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ConnectAsync().WaitAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && RedisFault.Of(e, _configuration) is { } fault)
        {
            throw await UnavailableAsync(fault, e);
        }
    }

    /// <summary>The connection for publish and subscribe, once it stands.</summary>
    internal async ValueTask<ISubscriber> SubscriberAsync(CancellationToken cancellationToken)
    {
        await CallAsync(_ => Task.FromResult(true), cancellationToken);
        var subscriber = (await ConnectAsync()).GetSubscriber();
        // It has a connection of its own, which may stand a moment later.
        for (var started = _time.GetTimestamp(); !subscriber.IsConnected() && _time.GetElapsedTime(started) < s_subscriberPatience;)
            await Task.Delay(TimeSpan.FromMilliseconds(5), _time, cancellationToken);
        return subscriber;
    }

    public async ValueTask DisposeAsync()
    {
        if (_bulk is not null)
            await _bulk.DisposeAsync();
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
        catch (Exception e) when (RedisFault.Of(e, _configuration) is not null)
        {
            // What cannot be closed in time goes with the process.
        }
    }

    private async Task<StoreUnavailableException> UnavailableAsync(RedisFault fault, Exception cause)
    {
        if (!fault.IsUnexplained)
            _refusal = fault.Passes ? null : new Refusal(fault, _time.GetUtcNow());
        else if (_refusal is { } refusal && _time.GetUtcNow() - refusal.At < s_refusalAge)
            fault = refusal.Fault;
        // Where there has never been a connection, the configuration may be wrong in a way that the client does not tell.
        if (fault.IsUnexplained && _isCluster is null && await DiagnoseAsync() is { } known)
            fault = known;
        _faults.Failed(fault);
        return new StoreUnavailableException(fault.Sentence, cause, fault.Passes);
    }

    private sealed record Refusal(RedisFault Fault, DateTimeOffset At);

    /// <summary>Asks the server itself, for all calls that fail at the same time once.</summary>
    private Task<RedisFault?> DiagnoseAsync()
    {
        lock (_gate)
        {
            if (_time.GetUtcNow() - _diagnosedAt > s_diagnosisAge)
                (_diagnosis, _diagnosedAt) = (RedisTlsProbe.RunAsync(_configuration, _timeout / 2), _time.GetUtcNow());
            return _diagnosis;
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
            multiplexer.ConnectionFailed += (_, e) => OnLost(multiplexer, e);
            multiplexer.ConnectionRestored += (_, e) => OnRestored(multiplexer, e);
            _connected?.Invoke(multiplexer);
            return multiplexer;
        }
        catch (TimeoutException)
        {
            _ = opening.ContinueWith(o => o.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>
    /// Learns, once a server is connected, whether it is a cluster. The client would take several servers that are none
    /// for a master and its replicas, and choose one by itself.
    /// </summary>
    private void Recognize(ConnectionMultiplexer multiplexer)
    {
        if (_isCluster is not null)
            return;
        var servers = multiplexer.GetServers().Where(s => s.IsConnected).ToList();
        if (servers.Count == 0)
            return;
        var isCluster = servers.Any(s => s.ServerType == ServerType.Cluster);
        if (!isCluster && _configuration.EndPoints.Count > 1 && _configuration.ServiceName is null)
            throw new NotAClusterException();
        // Sentinels name other servers than themselves.
        if (_configuration.ServiceName is not null && servers.Any(s => _configuration.EndPoints.Contains(s.EndPoint)))
            throw new NotSentinelsException();
        _isCluster = isCluster;
    }

    private void OnLost(ConnectionMultiplexer multiplexer, ConnectionFailedEventArgs lost)
    {
        if (lost.ConnectionType == ConnectionType.Subscription)
            Renew(multiplexer);
        // Where there has never been a connection, a call finds out why and tells it.
        if (!_disposed && lost.Exception is { } cause && RedisFault.Of(cause, _configuration) is { } fault && !(fault.IsUnexplained && _isCluster is null))
            _faults.Failed(fault);
    }

    private void OnRestored(ConnectionMultiplexer multiplexer, ConnectionFailedEventArgs e)
    {
        if (e.ConnectionType == ConnectionType.Subscription)
            Renew(multiplexer);
    }

    /// <summary>Tells the listeners once their subscriptions are back. One look at a time goes on until none was lost since it began.</summary>
    private void Renew(ConnectionMultiplexer multiplexer)
    {
        lock (_gate)
        {
            _losses++;
            if (_isRenewing)
                return;
            _isRenewing = true;
        }

        _ = RenewAsync(multiplexer);
    }

    /// <summary>
    /// Where a server does not come back, the client subscribes on another one, by a connection that it had before, and no event tells of that: so it
    /// is looked for, until a server has confirmed each channel.
    /// </summary>
    private async Task RenewAsync(ConnectionMultiplexer multiplexer)
    {
        var subscriber = multiplexer.GetSubscriber();
        while (true)
        {
            var losses = Volatile.Read(ref _losses);
            await Task.Delay(s_renewalInterval, _time);
            if (_disposed)
                return;
            var areBack = _listeners.All(l => l.Channels.All(c => subscriber.SubscribedEndpoint(c) is not null && subscriber.IsConnected(c)));
            lock (_gate)
            {
                if (!areBack || losses != _losses)
                    continue;
                _isRenewing = false;
            }

            foreach (var listener in _listeners)
                listener.Missed();
            return;
        }
    }
}
