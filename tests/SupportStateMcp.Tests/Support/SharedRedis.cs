using SupportStateMcp.Tests.Support;

[assembly: AssemblyFixture(typeof(SharedRedis))]

namespace SupportStateMcp.Tests.Support;

/// <summary>One server for all tests that do it no harm, started at the first use; each test has a key prefix of its own.</summary>
public sealed class SharedRedis : IAsyncDisposable
{
    private readonly Lazy<Task<RedisServer>> _server = new(() => RedisServer.StartAsync());

    public Task<RedisServer> ServerAsync() => _server.Value;

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
            await (await _server.Value).DisposeAsync();
    }
}
