using SupportStateMcp.Tests.Support;

[assembly: AssemblyFixture(typeof(SharedPostgres))]

namespace SupportStateMcp.Tests.Support;

/// <summary>One server for all tests that do it no harm, started at the first use; each test has a key prefix of its own.</summary>
public sealed class SharedPostgres : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(PostgresServer.StartAsync);

    public Task<PostgresServer> ServerAsync() => _server.Value;

    public async ValueTask DisposeAsync()
    {
        if (_server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await _server.Value).DisposeAsync();
    }
}
