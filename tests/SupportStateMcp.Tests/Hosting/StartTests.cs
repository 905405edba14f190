using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SupportStateMcp.Hosting.Http;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>A start that cannot succeed ends at once, with a sentence that says why and what to do.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task A_port_in_use_is_one_line(string host)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var (exitCode, output, errors) = await ServerProcess.RunAsync(["http", "--url", $"http://{host}:{port}", "--data", _directory.Path]);

        Assert.Equal(71, exitCode);
        Assert.Empty(output);
        Assert.Equal(
            $"SupportStateMcp cannot listen on http://{host}:{port}: another program listens there, perhaps another SupportStateMcp. Stop it, or choose another port: --url http://{host}:{(port < 65535 ? port + 1 : 3001)}",
            errors.Trim());
    }

    [Fact]
    public async Task An_address_of_another_machine_is_one_line()
    {
        using var home = new TemporaryDirectory();
        var (exitCode, _, errors) = await ServerProcess.RunAsync(
            ["http", "--url", "http://192.0.2.1:3001", "--data", _directory.Path],
            new Dictionary<string, string>(GuardedServer.Environment(("t", "ai:bot", "agent"))) { ["HOME"] = home.Path });

        Assert.Equal(71, exitCode);
        // Nor does a server with tokens keep keys in the home of whoever starts it.
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path));
        Assert.Equal("SupportStateMcp cannot listen on http://192.0.2.1:3001: this machine has no such address. Use one that it has, or --url http://127.0.0.1:3001", errors.Trim());
    }

    [Fact]
    public void A_port_that_takes_a_right_is_told_as_such() => Assert.Equal(
        "SupportStateMcp cannot listen on http://127.0.0.1: this user may not: ports below 1024 take a right of their own. Choose another: --url http://127.0.0.1:3001",
        ListeningAddress.WhyNot(new SocketException((int)SocketError.AccessDenied), new Uri("http://127.0.0.1:80")));

    [Theory]
    [InlineData("stdio")]
    [InlineData("http")]
    public async Task A_data_folder_that_is_a_file_is_found_at_start(string transport)
    {
        var file = _directory.File("data", "");

        var (exitCode, _, errors) = await StartAsync(transport, "--data", Path.Combine(file, "below"));

        Assert.Equal(78, exitCode);
        Assert.Contains("The store cannot be used: ", errors, StringComparison.Ordinal);
        Assert.Contains($"{file} is a file, not a folder.", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stdio", "", "Redis says NOAUTH")]
    [InlineData("http", ",password=wrong", "Redis says WRONGPASS")]
    [InlineData("http", ",password=right,defaultDatabase=99", "Redis has no database 99")]
    [InlineData("stdio", ",password=right,ssl=true", "Redis cannot be used: the server speaks plain text")]
    public async Task A_wrong_connection_string_is_found_at_start(string transport, string options, string told)
    {
        await using var redis = await RedisServer.StartLocalAsync("its own words", "--requirepass", "right");

        var (exitCode, _, errors) = await StartAsync(transport, "--redis", redis.ConnectionString + options);

        Assert.Equal(78, exitCode);
        Assert.Contains($"The store cannot be used: {told}", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_servers_that_are_no_cluster_are_found_at_start()
    {
        await using var one = await RedisServer.StartLocalAsync("two of them");
        await using var two = await RedisServer.StartLocalAsync("two of them");

        var (exitCode, _, errors) = await StartAsync("http", "--redis", $"{one.ConnectionString},{two.ConnectionString}");

        Assert.Equal(78, exitCode);
        Assert.Contains("The connection string names several servers that are no Redis Cluster.", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{0},serviceName=main")]
    [InlineData("redis-sentinel://{0}/0#main")]
    public async Task Servers_that_are_no_Sentinels_are_found_at_start(string connection)
    {
        await using var redis = await RedisServer.StartLocalAsync("a server that is no Sentinel");

        var (exitCode, _, errors) = await StartAsync("http", "--redis", string.Format(CultureInfo.InvariantCulture, connection, redis.ConnectionString));

        Assert.Equal(78, exitCode);
        Assert.Contains("has a serviceName, and the servers that it names are no Sentinels.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Redis_that_is_not_there_yet_is_waited_for()
    {
        await using var redis = await RedisServer.StartLocalAsync("stopped and started again");
        await redis.StopAsync();
        await using var server = await ServerProcess.HttpAsync("--redis", redis.ConnectionString);
        using var http = new HttpClient();
        var url = new Uri(server.Endpoint, "/health/ready");

        using (var before = await http.GetAsync(url, TestContext.Current.CancellationToken))
            Assert.StartsWith("not ready: Redis is not reachable", await before.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await redis.StartAgainAsync();

        await Eventually.TrueAsync(
            async () =>
            {
                using var after = await http.GetAsync(url, TestContext.Current.CancellationToken);
                return after.StatusCode == HttpStatusCode.OK;
            },
            () => server.Errors);
    }

    [Theory]
    [InlineData("--data", "${HOME}/x", "persistence.directory: '${HOME}/x' holds a variable")]
    [InlineData("--config", "$HOME/x.json", "--config: '$HOME/x.json' holds a variable")]
    [InlineData("--redis", "${REDIS_HOST}:6379", "persistence.connectionString: a host holds a variable")]
    [InlineData("--redis", "redis://$REDIS_HOST", "persistence.connectionString: a host holds a variable")]
    [InlineData("--redis", "%REDIS%:6379", "persistence.connectionString: a host holds a variable")]
    public async Task A_variable_that_nothing_has_replaced_makes_no_second_store(string option, string value, string told)
    {
        var (exitCode, _, errors) = await RecordedConsole.RunAsync([option, value]);

        Assert.Equal(78, exitCode);
        Assert.Contains(told, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--data")]
    [InlineData("--redis")]
    [InlineData("--config")]
    public async Task An_empty_option_is_not_one_that_was_left_out(string option)
    {
        var (exitCode, _, errors) = await RecordedConsole.RunAsync(["queue", option, ""]);

        Assert.Equal(1, exitCode);
        Assert.Contains($"{option}: it is empty; leave it out, or give it a value.", errors, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private static Task<(int ExitCode, string Output, string Errors)> StartAsync(string transport, params string[] arguments) =>
        ServerProcess.RunAsync([transport, .. transport == "http" ? (string[])["--url", "http://127.0.0.1:0"] : [], .. arguments]);
}
