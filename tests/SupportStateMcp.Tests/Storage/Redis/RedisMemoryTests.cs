using SupportStateMcp.Hosting;
using SupportStateMcp.Memory;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>The memory with its records in Redis and an index in the memory of each process.</summary>
public sealed class RedisMemoryTests(SharedRedis redis) : MemoryContract, IAsyncLifetime
{
    private readonly FakeTime _time = new(TimeProvider.System.GetUtcNow());
    private readonly string _prefix = $"t{Guid.NewGuid():N}:";
    private readonly List<MemoryDesk> _made = [];
    private string _connection = "";

    public async ValueTask InitializeAsync() => _connection = (await redis.ServerAsync()).ConnectionString;

    public async ValueTask DisposeAsync()
    {
        foreach (var desk in _made)
            await desk.DisposeAsync();
    }

    private protected override MemoryDesk Create(MemoryOptions? options = null)
    {
        var desk = new MemoryDesk(new ServerOptions { Backend = Backend.Redis, RedisConnection = _connection, KeyPrefix = _prefix, Memory = options ?? new MemoryOptions() }, _time);
        _made.Add(desk);
        return desk;
    }
}
