using System.Net;
using Microsoft.AspNetCore.Http;
using SupportStateMcp.Hosting;
using SupportStateMcp.Hosting.Http;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>Ready means that a write is taken; and how much a server takes at a time.</summary>
public class ReadinessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_Redis_is_not_ready_and_says_why()
    {
        await using var redis = await RedisServer.StartLocalAsync("redis-cli");
        await using var server = await ServerProcess.HttpAsync("--redis", redis.ConnectionString);
        Assert.Equal((HttpStatusCode.OK, "ready"), await ReadyAsync(server));

        await SetAsync(redis, "maxmemory", "1");
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "not ready: Redis says OOM: its memory is full up to maxmemory, so that it takes no writes."),
            await ReadyAsync(server));
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, $$"""{"status":"unhealthy","store":"redis","version":"{{McpServerSetup.Version}}"}"""),
            await AskAsync(server, "/health"));

        await SetAsync(redis, "maxmemory", "0");
        Assert.Equal((HttpStatusCode.OK, "ready"), await ReadyAsync(server));
    }

    [Fact]
    public async Task A_replica_is_not_ready_and_says_why()
    {
        await using var master = await RedisServer.StartLocalAsync("a replica");
        await using var replica = await RedisServer.StartLocalAsync("a replica", "--replicaof", "127.0.0.1", $"{master.Port}");
        await using var server = await ServerProcess.HttpAsync("--redis", replica.ConnectionString);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "not ready: Redis says READONLY: it is a replica, which takes no writes."), await ReadyAsync(server));
    }

    [Fact]
    public async Task A_Redis_with_too_few_replicas_is_not_ready_and_says_why()
    {
        await using var redis = await RedisServer.StartLocalAsync("redis-cli");
        await using var server = await ServerProcess.HttpAsync("--redis", redis.ConnectionString);

        await SetAsync(redis, "min-replicas-to-write", "1");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "not ready: Redis says NOREPLICAS: it has fewer replicas than it needs to take writes."), await ReadyAsync(server));
    }

    [Fact]
    public async Task More_requests_than_fit_are_refused_and_room_comes_back()
    {
        var cap = new RequestCap(most: 2);
        var goesOn = new TaskCompletionSource();
        var open = Enumerable.Range(0, 2).Select(_ => cap.ApplyAsync(new DefaultHttpContext(), _ => goesOn.Task)).ToList();

        var refused = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        await cap.ApplyAsync(refused, _ => throw new InvalidOperationException("It was let through."));
        Assert.Equal((StatusCodes.Status503ServiceUnavailable, "5"), (refused.Response.StatusCode, refused.Response.Headers.RetryAfter.ToString()));

        goesOn.SetResult();
        await Task.WhenAll(open);
        var served = false;
        await cap.ApplyAsync(new DefaultHttpContext(), _ =>
        {
            served = true;
            return Task.CompletedTask;
        });
        Assert.True(served);
    }

    private static Task<(HttpStatusCode, string)> ReadyAsync(ServerProcess server) => AskAsync(server, "/health/ready");

    private static async Task<(HttpStatusCode, string)> AskAsync(ServerProcess server, string path)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(server.Endpoint, path), Stop);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Stop));
    }

    private static Task<string> SetAsync(RedisServer redis, string name, string value) =>
        RedisServer.RunAsync(Path.GetTempPath(), "redis-cli", "-p", $"{redis.Port}", "config", "set", name, value);
}
