using Microsoft.Extensions.Configuration;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>The section <c>retention</c>.</summary>
public sealed class RetentionOptionsTests(SharedRedis redis, SharedPostgres postgres)
{
    private const string Somewhere = "Host=db;Username=support;Password=s3cret";

    [Fact]
    public void Without_it_there_is_no_archive_and_a_connection_string_is_read_all_the_same()
    {
        Assert.Equal((false, null), Given(Read("redis")));
        Assert.Equal((false, Somewhere), Given(Read("redis", ("connectionString", Somewhere))));
        Assert.Equal((true, null), Given(Read("sqlite", ("archive", "true"))));
        Assert.Equal((true, Somewhere), Given(Read("redis", ("archive", "True"), ("connectionString", Somewhere))));

        static (bool, string?) Given((ServerOptions? Options, IReadOnlyList<string> Violations) read) => (read.Options!.Archive, read.Options.ArchiveConnection);
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once_and_no_password()
    {
        Assert.Equal(
            ["retention.archive: beside redis the archive is in PostgreSQL; say in retention.connectionString where that is (Host=…;Username=…;Password=…;Database=…)."],
            Read("redis", ("archive", "true")).Violations);
        Assert.Equal(
            [
                "retention.postgres: there is no such key; docs/configuration.md lists them all.",
                "retention.archive: 'yes' is neither true nor false.",
                "retention.connectionString: it cannot be read; use Host=…;Username=…;Password=…;Database=… or postgresql://user:password@host:5432/database.",
            ],
            Read("redis", ("archive", "yes"), ("connectionString", "Host=db;Pasword=s3cret"), ("postgres", "db")).Violations);
        Assert.Equal(
            ["retention.connectionString: beside sqlite the archive is in the same file; leave it out, or use redis."],
            Read("sqlite", ("archive", "true"), ("connectionString", Somewhere)).Violations);
    }

    [Fact]
    public async Task A_wrong_connection_string_is_found_at_start_and_a_server_that_is_not_there_yet_is_waited_for()
    {
        var (store, archive) = ((await redis.ServerAsync()).ConnectionString, (await postgres.ServerAsync()).ConnectionString);

        var (exitCode, _, errors) = await ServerProcess.RunAsync(["http", "--url", "http://127.0.0.1:0", "--redis", store], Environment(archive.Replace("Password=", "Password=wrong", StringComparison.Ordinal)));
        Assert.Equal(78, exitCode);
        Assert.Contains("The archive cannot be used: PostgreSQL says 28P01: it does not accept the user or the password of the connection string.", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, errors, StringComparison.Ordinal);

        await using var server = await HttpServer.StartAsync(["--redis", store], Environment($"Host=127.0.0.1;Port={RedisServer.FreePort()};Username=u;Password={PostgresServer.Password}"));
        var opened = await server.CallAsync("initialize_conversation", new { user_id = "u", ticket_id = "TKT-1" });
        Assert.Null(opened.Code);
        Assert.Equal("store_unavailable", (await server.CallAsync("get_state", new { conversation_id = "cs-TKT-2" })).Code);
        Assert.Contains("closed ones that have expired go to PostgreSQL at 127.0.0.1:", server.Log, StringComparison.Ordinal);
        // A log is written behind the answer.
        await Eventually.TrueAsync(
            () => server.Log.Contains("PostgreSQL is not reachable (Connection refused). Closed conversations wait in Redis until it serves again", StringComparison.Ordinal), () => server.Log);
        Assert.DoesNotContain(PostgresServer.Password, server.Log, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Environment(string archive) => new()
    {
        ["SUPPORTSTATE__PERSISTENCE__KEYPREFIX"] = $"t{Guid.NewGuid():N}:",
        ["SUPPORTSTATE__RETENTION__ARCHIVE"] = "true",
        ["SUPPORTSTATE__RETENTION__CONNECTIONSTRING"] = archive,
    };

    private static (ServerOptions? Options, IReadOnlyList<string> Violations) Read(string backend, params (string Key, string Value)[] settings) => OptionsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(
        [
            KeyValuePair.Create("mcp:persistence:backend", (string?)backend),
            .. settings.Select(s => KeyValuePair.Create($"mcp:retention:{s.Key}", (string?)s.Value)),
        ]).Build(), null);
}
