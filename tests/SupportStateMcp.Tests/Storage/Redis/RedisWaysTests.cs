using StackExchange.Redis;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>The ways to reach a Redis, each with a real one: by protocol, by unix socket, as an ACL user.</summary>
public sealed class RedisWaysTests
{
    [Theory]
    [InlineData("protocol=resp2")]
    [InlineData("protocol=resp3")]
    public async Task Both_protocols_serve(string protocol)
    {
        await using var server = await RedisServer.StartAsync();
        await using var place = new RedisPlace($"{server.ConnectionString},{protocol}");

        await RedisWays.AssertServesAsync(place, place.Options);
    }

    [Fact]
    public async Task A_unix_socket_serves()
    {
        using var directory = new TemporaryDirectory();
        var socket = Path.Combine(directory.Path, "redis.sock");
        await using var server = await RedisServer.StartLocalAsync("a unix socket", "--unixsocket", socket);
        await using var place = new RedisPlace(socket);

        await RedisWays.AssertServesAsync(place, place.Options);
    }

    /// <summary>The rights that docs/redis.md names are enough, and there are no others.</summary>
    [Theory]
    [InlineData("support:", "~support:* &support:* &support:conversation:{*}:changed")]
    [InlineData("", "~conversation:* ~conversations:* ~record:* ~records:* ~rate:* ~events:* ~support-events ~customer.requests ~customer.requests:* &conversation:* &conversation:{*}:changed &records:* &configuration")]
    public async Task A_user_with_rights_on_its_own_keys_alone_serves(string prefix, string patterns)
    {
        await using var server = await RedisServer.StartLocalAsync(
            "an ACL user",
            [
                "--requirepass", "admin", "--user", "support", "on", ">p@ss", .. patterns.Split(' '),
                "-@all", "+@read", "+@write", "+@connection", "+@scripting", "+@pubsub", "-@dangerous", "+info", "+time",
            ]);
        await using var place = new RedisPlace($"redis://support:p%40ss@{server.ConnectionString}");

        await RedisWays.AssertServesAsync(place, place.Options with { KeyPrefix = prefix });

        var refused = await RedisServer.RunAsync(Path.GetTempPath(), "redis-cli", "-p", $"{server.Port}", "-a", "admin", "--no-auth-warning", "acl", "log");
        // What the client asks for to learn about the server, it does without; of keys and channels nothing is refused.
        Assert.All((string[])["support:", "conversation", "record", "rate:", "events:", "support-events", "customer.requests"], name => Assert.DoesNotContain(name, refused, StringComparison.Ordinal));
        using var raw = await ConnectionMultiplexer.ConnectAsync($"{server.ConnectionString},user=support,password=p@ss,allowAdmin=true");
        await Assert.ThrowsAsync<RedisServerException>(() => raw.GetDatabase().StringGetAsync("another:key"));
        await Assert.ThrowsAsync<RedisServerException>(() => raw.GetDatabase().ExecuteAsync("FLUSHALL"));
    }
}
