using System.Diagnostics;
using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>What operators are told of a Redis that does not serve: its own word, once, and no secret.</summary>
public sealed class RedisFaultTests : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _made = [];
    private readonly LogLines<RedisConnection> _log = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var made in Enumerable.Reverse(_made))
            await made.DisposeAsync();
    }

    [Theory]
    [InlineData("", "Error: Redis says NOAUTH: it asks for a password, and the connection string has none.")]
    [InlineData(",password=not-the-secret", "Error: Redis says WRONGPASS: it does not accept the user name or the password of the connection string.")]
    [InlineData(",user=nobody,password=not-the-secret", "Error: Redis says WRONGPASS: it does not accept the user name or the password of the connection string.")]
    [InlineData(",password=the-secret,defaultDatabase=99", "Error: Redis has no database 99; the connection string names it.")]
    [InlineData(",password=the-secret,ssl=true", "Error: Redis cannot be used: the server speaks plain text, and the connection string asks for TLS; leave out ssl=true, use redis://, or name its port for TLS.")]
    public async Task A_wrong_connection_string_is_named_by_what_is_wrong_with_it(string options, string expected)
    {
        var server = await StartAsync("--requirepass", "the-secret");
        var store = Store(server.ConnectionString + options);

        for (var i = 0; i < 5; i++)
            Assert.Equal(expected.StartsWith("Warning", StringComparison.Ordinal), (await RefusedAsync(store)).Passes);

        Assert.StartsWith(expected, Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", _log.Lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Error: Redis cannot be used: the server speaks TLS, and the connection string does not ask for it; use ssl=true or rediss://.")]
    [InlineData(",ssl=true", "Error: Redis is not reachable over TLS: The remote certificate is invalid")]
    public async Task A_server_that_speaks_TLS_is_told_by_what_does_not_fit(string options, string expected)
    {
        using var directory = new TemporaryDirectory();
        var (certificate, key) = (Path.Combine(directory.Path, "c.pem"), Path.Combine(directory.Path, "k.pem"));
        using (var rsa = System.Security.Cryptography.RSA.Create(2048))
        {
            var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
                "CN=redis.example", rsa, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
            using var own = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
            await File.WriteAllTextAsync(certificate, own.ExportCertificatePem(), Stop);
            await File.WriteAllTextAsync(key, rsa.ExportPkcs8PrivateKeyPem(), Stop);
        }

        // It answers in plain text as well, so that the tests see when it is there.
        var tls = RedisServer.FreePort();
        await StartAsync("--tls-port", $"{tls}", "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate, "--tls-auth-clients", "no");
        var store = Store($"127.0.0.1:{tls}{options}");

        for (var i = 0; i < 3; i++)
            Assert.False((await RefusedAsync(store)).Passes);

        Assert.StartsWith(expected, Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    /// <summary>What Redis 6.2 and 7 say of a script that cannot go on.</summary>
    [Theory]
    [InlineData("ERR Error running script (call to f_8d1c4a): @user_script:23: @user_script: 23: -OOM command not allowed when used memory > 'maxmemory'.", "OOM")]
    [InlineData("ERR Error running script (call to f_8d1c4a): @user_script:23: @user_script: 23: -READONLY You can't write against a read only replica.", "READONLY")]
    [InlineData("ERR Error running script (call to f_8d1c4a): @user_script:23: @user_script: 23: -MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk.", "MISCONF")]
    [InlineData("ERR Error running script (call to f_8d1c4a): @user_script:5: @user_script: 5: -NOPERM The user executing the script can't run this command or subcommand", "NOPERM")]
    [InlineData("SimpleError: ERR Error running script (call to f_8d1c4a): @user_script:23: NOREPLICAS Not enough good replicas to write.", "NOREPLICAS")]
    [InlineData("ERR The user executing the script can't run this command or subcommand script: 8d1c4a, on @user_script:5.", "NOPERM")]
    [InlineData("ERR ACL failure in script: User low has no permissions to run the 'time' command script: 8d1c4a, on @user_script:5.", "NOPERM")]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'. script: 8d1c4a, on @user_script:23.", "OOM")]
    [InlineData("READONLY You can't write against a read only replica. script: 8d1c4a, on @user_script:23.", "READONLY")]
    [InlineData("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.", "MISCONF")]
    [InlineData("ERR WRONGTYPE Operation against a key holding the wrong kind of value", null)]
    [InlineData("ERR Error running script (call to f_8d1c4a): @user_script:23: @user_script: 23: Wrong number of args calling Redis command From Lua script", null)]
    public void A_fault_within_a_script_is_told_by_its_own_word(string said, string? word) =>
        Assert.Equal(word, RedisFault.Of(new RedisServerException(default, CommandFlags.None, said), new ConfigurationOptions())?.Word);

    [Fact]
    public async Task A_user_without_a_right_is_told_which()
    {
        var server = await StartAsync("--user", "low", "on", ">the-secret", "~*", "&*", "+@all", "-evalsha", "-eval");
        var store = Store($"{server.ConnectionString},user=low,password=the-secret");

        await RefusedAsync(store);

        Assert.StartsWith(
            "Error: Redis says NOPERM: the user may not do what this server needs (this user has no permissions to run the 'eval",
            Assert.Single(_log.Lines),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_takes_no_writes_and_says_so()
    {
        var master = await StartAsync();
        var replica = await StartAsync("--replicaof", "127.0.0.1", $"{master.Port}");
        var store = Store(replica.ConnectionString);
        while (!(await RedisServer.RunAsync(Path.GetTempPath(), "redis-cli", "-p", $"{replica.Port}", "info", "replication")).Contains("master_link_status:up", StringComparison.Ordinal))
            await Task.Delay(20, Stop);

        await RefusedAsync(store);
        await RefusedAsync(store);

        Assert.Equal("Warning: Redis says READONLY: it is a replica, which takes no writes. Callers are told to try again. This is logged once.", Assert.Single(_log.Lines));
    }

    [Fact]
    public async Task A_full_Redis_refuses_whole_writes_says_so_and_keeps_nothing_of_them()
    {
        var server = await StartAsync();
        var store = Store(server.ConnectionString);
        var before = await WriteAsync(store, null, TestConversations.Initialize(TestConversations.Id("before")));
        await RunAsync(server, "config", "set", "maxmemory", "1");
        var kept = await RunAsync(server, "keys", "*");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => WriteAsync(store, null, TestConversations.Initialize(TestConversations.Id("during"))));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => WriteAsync(store, before, TestConversations.Message("m-1", id: TestConversations.Id("before"))));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => WriteAsync(store, before, TestConversations.Erase(TestConversations.Id("before"))));
        Assert.Equal(kept.Split('\n').Order(), (await RunAsync(server, "keys", "*")).Split('\n').Order());
        TestConversations.AssertSame(before, (await store.LoadAsync(TestConversations.Id("before"), "message:m-1", Stop)).Conversation);
        Assert.Null((await store.LoadAsync(TestConversations.Id("during"), null, Stop)).Conversation);
        Assert.StartsWith("Warning: Redis says OOM: its memory is full up to maxmemory, so that it takes no writes.", Assert.Single(_log.Lines), StringComparison.Ordinal);

        await RunAsync(server, "config", "set", "maxmemory", "0");
        await WriteAsync(store, before, TestConversations.Message("m-1", id: TestConversations.Id("before")));
        await WriteAsync(store, null, TestConversations.Initialize(TestConversations.Id("after")));
        Assert.Equal(["cs-after", "cs-before"], (await store.ListAsync(new(), null, 10, Stop)).Conversations.Select(c => c.ConversationId).Order());
    }

    [Fact]
    public async Task Several_servers_that_are_no_cluster_are_refused_instead_of_one_being_chosen()
    {
        var (one, two) = (await StartAsync(), await StartAsync());
        var store = Store($"{one.ConnectionString},{two.ConnectionString}");

        await RefusedAsync(store);
        await RefusedAsync(store);

        Assert.StartsWith("Error: The connection string names several servers that are no Redis Cluster.", Assert.Single(_log.Lines), StringComparison.Ordinal);
        foreach (var server in (RedisServer[])[one, two])
            Assert.Equal("0", (await RunAsync(server, "dbsize")).Trim());
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_once()
    {
        var store = Store($"127.0.0.1:{RedisServer.FreePort()}", TimeSpan.FromSeconds(2));

        var started = Stopwatch.StartNew();
        for (var i = 0; i < 5; i++)
            await RefusedAsync(store);

        // The word is the operating system's, or the client's own where it has not kept that one.
        Assert.Matches(
            @"^Warning: Redis is not reachable \((Connection refused|UnableToResolvePhysicalConnection|UnableToConnect)\)\. Callers are told to try again\. This is logged once\.$",
            Assert.Single(_log.Lines));
        Assert.InRange(started.Elapsed, TimeSpan.Zero, Eventually.Patience);
    }

    private static Task<StoreUnavailableException> RefusedAsync(RedisConversationStore store) =>
        Assert.ThrowsAsync<StoreUnavailableException>(() => WriteAsync(store, null, TestConversations.Initialize()));

    private static async Task<Conversation> WriteAsync(RedisConversationStore store, Conversation? before, ConversationCommand command)
    {
        var commit = TestConversations.Commit(before, command, TimeProvider.System.GetUtcNow());
        Assert.IsType<CommitResult.Committed>(await store.CommitAsync(commit, Stop));
        return commit.After;
    }

    private static Task<string> RunAsync(RedisServer server, params string[] command) =>
        RedisServer.RunAsync(Path.GetTempPath(), ["redis-cli", "-p", $"{server.Port}", .. command]);

    private async Task<RedisServer> StartAsync(params string[] arguments)
    {
        var server = await RedisServer.StartLocalAsync("its own words, and redis-cli", arguments);
        _made.Add(server);
        return server;
    }

    /// <summary>Waits longer for the server's own word than a busy machine takes; no word, as of a time-out, is another line.</summary>
    private RedisConversationStore Store(string connection, TimeSpan? patience = null)
    {
        var place = new RedisPlace(connection);
        _made.Add(place);
        return place.Store(place.Options with { KeyPrefix = "", CallTimeout = patience ?? TimeSpan.FromSeconds(10) }, logger: _log);
    }
}
