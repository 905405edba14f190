using System.Net;
using SupportStateMcp.Storage.Redis;

namespace SupportStateMcp.Tests.Storage.Redis;

public sealed class RedisConnectionStringTests
{
    [Theory]
    [InlineData("redis://localhost", "localhost:6379", null, 0, false)]
    [InlineData("redis://localhost:7000/3", "localhost:7000", null, 3, false)]
    [InlineData("redis://:pass@localhost", "localhost:6379", "pass", 0, false)]
    [InlineData("redis://default:p%40ss%2C%2F%3A@localhost:7000", "localhost:7000", "p@ss,/:", 0, false)]
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
    }

    [Theory]
    [InlineData(null, "there is none")]
    [InlineData(" ", "there is none")]
    [InlineData("http://:secret@localhost", "neither redis:// nor rediss://")]
    [InlineData("redis://alice:secret@localhost", "user name")]
    [InlineData("localhost,user=alice,password=secret", "user name")]
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
            ConnectionString = "redis://alice:secret@localhost",
            KeyPrefix = "a{b}",
            TimeToLive = TimeSpan.Zero,
            CallTimeout = TimeSpan.FromHours(1),
            LockEndpoints = ["localhost", ""],
            LockTimeToLive = TimeSpan.FromMilliseconds(1),
        };

        Assert.Equal(
            [
                "persistence.connectionString: the client cannot sign in under a user name; use redis://:password@host with the password of the user default.",
                "concurrency.lockEndpoints[1]: there is none; use host:port,password=…,ssl=true or redis://:password@host:port/0 (rediss:// for TLS).",
                "persistence.keyPrefix: braces would move keys to other slots of a cluster; leave them out.",
                "persistence.ttl: 0 s is too short; use at least 1 s.",
                "redis.callTimeout: 3600000 ms is out of range; use 50 ms to 1 min.",
                "redis.lockTimeToLive: 1 ms is out of range; use 100 ms to 10 min.",
            ],
            options.Violations());
        Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
    }
}
