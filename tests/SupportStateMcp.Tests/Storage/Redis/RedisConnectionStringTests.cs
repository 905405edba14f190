using System.Net;
using StackExchange.Redis;
using SupportStateMcp.Storage.Redis;

namespace SupportStateMcp.Tests.Storage.Redis;

public sealed class RedisConnectionStringTests
{
    [Theory]
    [InlineData("redis://localhost", "localhost:6379", null, 0, false)]
    [InlineData("redis://localhost:7000/3", "localhost:7000", null, 3, false)]
    [InlineData("redis://:pass@localhost", "localhost:6379", "pass", 0, false)]
    [InlineData("redis://default:p%40ss%2C%2F%3A@localhost:7000", "localhost:7000", "p@ss,/:", 0, false)]
    [InlineData("/run/redis.sock,password=x", "/run/redis.sock", "x", 0, false)]
    [InlineData("rediss://:pass@cache.example:6380/1", "cache.example:6380", "pass", 1, true)]
    [InlineData("REDIS://a:1,b:2,c", "a:1 b:2 c:6379", null, 0, false)]
    [InlineData("redis://[::1]:7000/2", "[::1]:7000", null, 2, false)]
    [InlineData("redis://[::1]", "[::1]:6379", null, 0, false)]
    [InlineData("a:1,b:2,password=x,defaultDatabase=4,ssl=true", "a:1 b:2", "x", 4, true)]
    public void A_connection_string_is_read(string text, string hosts, string? password, int database, bool tls)
    {
        var (options, violation) = RedisConnectionString.Parse(text);

        Assert.Null(violation);
        Assert.Equal(hosts, string.Join(' ', options!.EndPoints.Select(e => e is DnsEndPoint d ? $"{d.Host}:{d.Port}" : $"{e}")));
        Assert.Equal((password, database, tls), (options.Password, options.DefaultDatabase ?? 0, options.Ssl));
        Assert.False(options.AbortOnConnectFail);
        Assert.Equal(2, options.ConfigCheckSeconds);
        Assert.Null(options.User);
        Assert.Null(options.ServiceName);
    }

    [Theory]
    [InlineData("redis://al%69ce:x@localhost", "alice", null, null)]
    [InlineData("localhost,user=alice,password=x", "alice", null, null)]
    [InlineData("rediss://alice:x@localhost", "alice", null, null)]
    [InlineData("redis-sentinel://alice:x@a,b:26380/2#my%20master", "alice", "my master", null)]
    [InlineData("a:26379,b:26380,serviceName=main,password=x", null, "main", null)]
    [InlineData("localhost,protocol=resp3,password=x", null, null, RedisProtocol.Resp3)]
    public void A_user_a_service_and_a_protocol_are_read(string text, string? user, string? service, RedisProtocol? protocol)
    {
        var (options, violation) = RedisConnectionString.Parse(text);

        Assert.Null(violation);
        Assert.Equal(("x", user, service, protocol), (options!.Password, options.User, options.ServiceName, options.Protocol));
    }

    [Fact]
    public void Sentinels_have_a_port_of_their_own() => Assert.Equal(
        ["a:26379", "b:26380"],
        RedisConnectionString.Parse("redis-sentinel://a,b:26380#main").Options!.EndPoints.Cast<DnsEndPoint>().Select(e => $"{e.Host}:{e.Port}"));

    [Theory]
    [InlineData(null, "there is none")]
    [InlineData(" ", "there is none")]
    [InlineData("http://:secret@localhost", "none of redis://, rediss://")]
    [InlineData("redis-sentinel://:secret@localhost", "what the Sentinels call the master")]
    [InlineData("redis-sentinel://:secret@localhost?x#main", "query")]
    [InlineData("redis://:secret@localhost:notaport", "port")]
    [InlineData("redis://:secret@localhost:70000", "port")]
    [InlineData("redis://:secret@localhost/zero", "database number")]
    [InlineData("redis://:secret@localhost?db=1", "query")]
    [InlineData("redis://:secret@", "no host")]
    [InlineData("localhost,nonsense=secret", "cannot be read")]
    [InlineData("localhost,ssl=secret", "cannot be read")]
    public void What_is_wrong_is_said_in_one_sentence_without_the_secret(string? text, string expected)
    {
        var (options, violation) = RedisConnectionString.Parse(text);

        Assert.Null(options);
        Assert.Contains(expected, violation, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", violation, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_say_everything_that_is_wrong_at_once()
    {
        var options = new RedisOptions
        {
            ConnectionString = "redis://alice:secret@localhost/first",
            KeyPrefix = "a{b}",
            TimeToLive = TimeSpan.Zero,
            CallTimeout = TimeSpan.FromHours(1),
            LockEndpoints = ["localhost", "", "one,two,password=secret", "sentinel,serviceName=main"],
            LockTimeToLive = TimeSpan.FromMilliseconds(1),
        };

        Assert.Equal(
            [
                "persistence.connectionString: what follows the host is no database number; use redis://host:port/0.",
                "concurrency.lockEndpoints[1]: there is none; use host:port,user=…,password=…,ssl=true or redis://user:password@host:port/0 (rediss:// for TLS).",
                "concurrency.lockEndpoints[2]: a voter is one server, without replicas that take over; name one host.",
                "concurrency.lockEndpoints[3]: a voter is one server, without replicas that take over; name one host.",
                "persistence.keyPrefix: braces would move keys to other slots of a cluster; leave them out.",
                "persistence.ttl: 0 s is too short; use at least 1 s.",
                "redis.callTimeout: 3600000 ms is out of range; use 50 ms to 1 min.",
                "redis.lockTimeToLive: 1 ms is out of range; use 100 ms to 10 min.",
            ],
            options.Violations());
        Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
    }
}
