namespace SupportStateMcp.Tests.Support;

/// <summary>A Redis Cluster of three nodes for the tests of a class, started at the first use; each test has a key prefix of its own.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private readonly List<RedisServer> _nodes = [];
    private readonly Lazy<Task<string>> _connectionString;

    public RedisCluster() => _connectionString = new(StartAsync);

    /// <summary>All nodes.</summary>
    public Task<string> ConnectionStringAsync() => _connectionString.Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }

    private async Task<string> StartAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            // A node that a busy machine holds up for some seconds is not taken for dead: what is published over the link to it would be lost.
            _nodes.Add(await RedisServer.StartLocalAsync(
                "a cluster", "--cluster-enabled", "yes", "--cluster-node-timeout", "60000", "--cluster-port", $"{RedisServer.FreePort()}"));
        }

        var addresses = _nodes.Select(n => n.ConnectionString).ToArray();
        await RedisServer.RunAsync(Path.GetTempPath(), ["redis-cli", "--cluster", "create", .. addresses, "--cluster-yes"]);
        foreach (var node in _nodes)
        {
            await Eventually.TrueAsync(
                async () => (await RedisServer.RunAsync(Path.GetTempPath(), "redis-cli", "-p", $"{node.Port}", "cluster", "info")).Contains("cluster_state:ok", StringComparison.Ordinal),
                () => $"The node on {node.Port} does not join.");
        }

        return string.Join(',', addresses);
    }
}
