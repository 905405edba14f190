using System.Diagnostics;
using System.Globalization;

namespace SupportStateMcp.Tests.Support;

/// <summary>A master, a replica, and three Sentinels that watch them: all real processes on loopback ports.</summary>
internal sealed class SentinelDeployment : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<RedisServer> _sentinels = [];
    private RedisServer? _replica;

    public RedisServer Master { get; private set; } = null!;

    public string ConnectionString => $"redis-sentinel://{string.Join(',', _sentinels.Select(s => s.ConnectionString))}#main";

    public static async Task<SentinelDeployment> StartAsync()
    {
        var deployment = new SentinelDeployment();
        try
        {
            await deployment.StartAllAsync();
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in (RedisServer?[])[.. _sentinels, _replica, Master])
        {
            if (server is not null)
                await server.DisposeAsync();
        }

        _directory.Dispose();
    }

    private async Task StartAllAsync()
    {
        const string Reason = "a Sentinel";
        Master = await RedisServer.StartLocalAsync(Reason, "--repl-diskless-sync-delay", "0");
        _replica = await RedisServer.StartLocalAsync(Reason, "--replicaof", "127.0.0.1", $"{Master.Port}");
        await UntilAsync(async () => (await AskAsync(_replica, "info", "replication")).Contains("master_link_status:up", StringComparison.Ordinal));
        for (var i = 0; i < 3; i++)
        {
            var file = Path.Combine(_directory.Path, $"sentinel-{i}.conf");
            await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
                sentinel monitor main 127.0.0.1 {Master.Port} 2
                sentinel down-after-milliseconds main 1000
                sentinel failover-timeout main 5000
                """));
            _sentinels.Add(await RedisServer.StartLocalAsync(Reason, file, "--sentinel"));
        }

        foreach (var sentinel in _sentinels)
        {
            await UntilAsync(async () =>
                (await AskAsync(sentinel, "sentinel", "ckquorum", "main")).StartsWith("OK 3 usable", StringComparison.Ordinal)
                && (await AskAsync(sentinel, "sentinel", "replicas", "main")).Contains($"{_replica.Port}", StringComparison.Ordinal));
        }
    }

    private static Task<string> AskAsync(RedisServer server, params string[] command) =>
        RedisServer.RunAsync(Path.GetTempPath(), ["redis-cli", "-p", $"{server.Port}", .. command]);

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var waiting = Stopwatch.StartNew(); !await isSo(); await Task.Delay(50))
            Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(30), "The Sentinels do not come together.");
    }
}
