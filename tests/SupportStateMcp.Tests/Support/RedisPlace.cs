using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using SupportStateMcp.Storage;
using SupportStateMcp.Storage.Redis;

namespace SupportStateMcp.Tests.Support;

/// <summary>A place of its own on a server: the stores, locks and connections a test makes there, disposed together.</summary>
public sealed class RedisPlace(params string[] connectionStrings) : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _made = [];
    private readonly List<ConnectionMultiplexer> _raw = [];
    private IDatabase? _aging;

    public string Prefix { get; } = $"t{Guid.NewGuid():N}:";

    /// <summary>Waits longer for an answer than the default, since a busy machine is slow. Tests about a server that does not answer set their own time.</summary>
    public RedisOptions Options => new() { ConnectionString = string.Join(',', connectionStrings), KeyPrefix = Prefix, CallTimeout = TimeSpan.FromSeconds(10) };

    /// <summary>A store with a connection of its own, as another process would have it.</summary>
    public RedisConversationStore Store(
        RedisOptions? options = null, StoredSchema? schema = null, ILogger<RedisConnection>? logger = null, TimeProvider? time = null)
    {
        options ??= Options;
        var store = new RedisConversationStore(
            Connection(options, logger), options, schema ?? StoredSchema.Current, time ?? TimeProvider.System, NullLogger<RedisConversationStore>.Instance);
        _made.Add(store);
        return store;
    }

    /// <summary>A store of records with a connection of its own, as another process would have it.</summary>
    public RedisRecordStore RecordStore(RedisOptions? options = null, ILogger<RedisRecordStore>? logger = null)
    {
        options ??= Options;
        var store = new RedisRecordStore(Connection(options, null), options, logger ?? NullLogger<RedisRecordStore>.Instance);
        _made.Add(store);
        return store;
    }

    /// <summary>A counter of rates with a connection of its own, as another process would have it.</summary>
    public RedisRateCounter RateCounter(
        RedisOptions options, ILogger<RedisRateCounter>? logger = null, ILogger<RedisConnection>? connectionLogger = null, TimeProvider? time = null)
    {
        var counter = new RedisRateCounter(Connection(options, connectionLogger), options, time ?? TimeProvider.System, logger ?? NullLogger<RedisRateCounter>.Instance);
        _made.Add(counter);
        return counter;
    }

    /// <summary>The streams, by a connection of its own, as another process would have it.</summary>
    public RedisEventStream EventStream(RedisOptions options) => new(Connection(options, null), options);

    public RedLockConversationLocks Locks(RedisOptions? options = null, TimeProvider? time = null, Random? random = null)
    {
        var locks = new RedLockConversationLocks(options ?? Options, time ?? TimeProvider.System, random ?? Random.Shared, NullLoggerFactory.Instance);
        _made.Add(locks);
        return locks;
    }

    /// <summary>The server, as somebody with redis-cli sees it.</summary>
    public async Task<IDatabase> RawAsync(string? server = null)
    {
        var raw = await ConnectionMultiplexer.ConnectAsync((server ?? connectionStrings[0]) + ",allowAdmin=true");
        _raw.Add(raw);
        return raw.GetDatabase();
    }

    /// <summary>Lets that much of the life of all conversations pass: Redis counts it by its own clock, which nobody can set.</summary>
    public async Task AgeAsync(TimeSpan time)
    {
        var raw = _aging ??= await RawAsync();
        foreach (var key in raw.Multiplexer.GetServers().Where(s => !s.IsReplica).SelectMany(s => s.Keys(pattern: Prefix + "conversation:*")))
        {
            if (await raw.KeyTimeToLiveAsync(key) is { } left)
                await raw.KeyExpireAsync(key, left > time ? left - time : TimeSpan.Zero);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The last made first: stores before their connections.
        foreach (var made in Enumerable.Reverse(_made))
            await made.DisposeAsync();
        foreach (var raw in _raw)
            raw.Dispose();
    }

    private RedisConnection Connection(RedisOptions options, ILogger<RedisConnection>? logger)
    {
        var connection = new RedisConnection(options, TimeProvider.System, logger ?? NullLogger<RedisConnection>.Instance);
        _made.Add(connection);
        return connection;
    }
}
