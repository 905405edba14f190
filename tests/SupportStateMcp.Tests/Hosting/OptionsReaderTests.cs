using System.Collections;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Hosting;

public sealed class OptionsReaderTests : IDisposable
{
    private static readonly string s_documented = Repository.File("tests", "SupportStateMcp.Tests", "Hosting", "support.json");

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void The_documented_file_works_as_it_is()
    {
        var options = Valid(s_documented);

        Assert.Equal(Backend.Redis, options.Backend);
        Assert.Equal("127.0.0.1:6379", options.RedisConnection);
        Assert.Equal(TimeSpan.FromDays(1), options.TimeToLive);
        Assert.Equal(new ConcurrencyOptions(3, TimeSpan.FromSeconds(5)), options.Concurrency);
        Assert.Equal(WorkflowDefinition.Default.ToMermaid(), options.Workflow.ToMermaid());
    }

    [Fact]
    public void The_documented_file_is_the_one_in_the_readme() => Assert.Contains(
        File.ReadAllText(s_documented), File.ReadAllText(Repository.File("README.md")), StringComparison.Ordinal);

    [Fact]
    public void Without_anything_there_is_a_default_for_everything()
    {
        var options = Valid(null);

        Assert.Equal(Backend.Sqlite, options.Backend);
        Assert.Equal(ServerOptions.DefaultDirectory, options.Directory);
        Assert.Equal(TimeSpan.FromDays(1), options.TimeToLive);
        Assert.Equal(ConcurrencyOptions.Default, options.Concurrency);
        Assert.Equal(WorkflowDefinition.Default.ToMermaid(), options.Workflow.ToMermaid());
        Assert.Equal("http://127.0.0.1:3001/", options.Url.ToString());
        Assert.Empty(options.AllowedOrigins);
        Assert.Empty(options.LockEndpoints);
        Assert.Null(options.Actor);
    }

    [Fact]
    public void Our_section_can_be_part_of_a_larger_file() =>
        Assert.Equal(TimeSpan.FromMinutes(1), Valid(Json("""{"logging": {"level": "x"}, "mcp": {"persistence": {"ttl": 60}}}""")).TimeToLive);

    [Fact]
    public void An_empty_list_makes_a_state_terminal()
    {
        var workflow = Valid(Json("""{"mcp": {"stateMachine": {"states": ["new", "done"], "transitions": {"new": ["done"], "done": []}}}}""")).Workflow;

        Assert.True(workflow.IsTerminal("done"));
        Assert.Equal(["done"], workflow.AllowedFrom("new"));
    }

    [Fact]
    public void An_empty_list_of_states_is_not_the_default_list() => Assert.Equal(
        "stateMachine.states: there is no state; list at least one.",
        Violations(Json("""{"mcp": {"stateMachine": {"states": []}}}""")));

    [Fact]
    public void The_environment_goes_over_the_file_and_the_command_line_over_both()
    {
        var file = Json("""{"mcp": {"persistence": {"ttl": 60, "keyPrefix": "file:", "connectionString": "file:1", "backend": "redis"}}}""");
        var environment = Environment(
            ("SUPPORTSTATE__PERSISTENCE__KEYPREFIX", "environment:"),
            ("SUPPORTSTATE__persistence__connectionString", "environment:2"));

        var options = Valid(file, environment, ("persistence:connectionString", "line:3"));

        Assert.Equal(TimeSpan.FromSeconds(60), options.TimeToLive);
        Assert.Equal("environment:", options.KeyPrefix);
        Assert.Equal("line:3", options.RedisConnection);
    }

    [Fact]
    public void A_variable_may_name_our_section() => Assert.Equal(
        TimeSpan.FromSeconds(90), Valid(null, Environment(("SUPPORTSTATE__MCP__PERSISTENCE__TTL", "90"))).TimeToLive);

    [Fact]
    public void A_variable_may_give_a_list_in_one_or_item_by_item()
    {
        Assert.Equal(["https://a.example", "https://b.example"], Valid(null, Environment(
            ("SUPPORTSTATE__HTTP__ALLOWEDORIGINS", "https://a.example, https://b.example"))).AllowedOrigins);
        Assert.Equal(["https://a.example", "https://b.example"], Valid(null, Environment(
            ("SUPPORTSTATE__HTTP__ALLOWEDORIGINS__0", "https://a.example"),
            ("SUPPORTSTATE__HTTP__ALLOWEDORIGINS__1", "https://b.example"))).AllowedOrigins);
    }

    [Fact]
    public void A_list_from_the_environment_goes_over_that_of_the_file()
    {
        var file = Json("""{"mcp": {"http": {"allowedOrigins": ["https://file.example", "https://too.example"]}}}""");

        Assert.Equal(["https://environment.example"], Valid(file, Environment(
            ("SUPPORTSTATE__HTTP__ALLOWEDORIGINS", "https://environment.example"))).AllowedOrigins);
    }

    [Fact]
    public void The_variables_of_others_are_none_of_ours() =>
        Assert.Equal(TimeSpan.FromDays(1), Valid(null, Environment(("PERSISTENCE__TTL", "1"), ("MCP__X", "y"), ("SUPPORTSTATE", "z"))).TimeToLive);

    [Theory]
    [InlineData(null, null, Backend.Sqlite, "127.0.0.1:6379")]
    [InlineData(null, "redis://elsewhere", Backend.Redis, "redis://elsewhere")]
    [InlineData(null, "  ", Backend.Sqlite, "127.0.0.1:6379")]
    [InlineData("""{"mcp": {"persistence": {"connectionString": "here:1"}}}""", "redis://elsewhere", Backend.Redis, "here:1")]
    [InlineData("""{"mcp": {"persistence": {"backend": "redis"}}}""", "redis://elsewhere", Backend.Redis, "redis://elsewhere")]
    [InlineData("""{"mcp": {"persistence": {"backend": "sqlite"}}}""", "redis://elsewhere", Backend.Sqlite, "redis://elsewhere")]
    public void REDIS_URL_is_used_where_nothing_else_names_a_connection(string? json, string? redisUrl, Backend backend, string connection)
    {
        var (options, _) = OptionsReader.Read(
            OptionsSources.Read(json is null ? null : Json(json), new Hashtable(), new Dictionary<string, string?>()), redisUrl);

        Assert.Equal(backend, options!.Backend);
        Assert.Equal(connection, options.RedisConnection);
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once() => Assert.Equal(
        """
        persistence.tll: there is no such key; the README lists them all.
        concurrency.retries.0: there is no such key; the README lists them all.
        type: 'stateful' is not supported; the type of this server is state.
        persistence.serialization: 'xml' is not supported; json is the one serialization.
        persistence.backend: 'mongo' is none; use redis or sqlite.
        persistence.ttl: '0' is out of range; use 1 to 315360000 seconds.
        concurrency.retryAttempts: '-1' is out of range; use 0 to 100 tries.
        concurrency.lockTimeout: '5s' is out of range; use 1 to 600000 milliseconds.
        stateMachine.enabled: 'maybe' is neither true nor false.
        stateMachine.states: there is no state; list at least one.
        http.url: 'https://x' is no http address; use http://HOST:PORT, with a proxy before it for TLS.
        """,
        Violations(Json("""
            {"mcp": {
              "type": "stateful",
              "persistence": {"backend": "mongo", "ttl": 0, "tll": 5, "serialization": "xml"},
              "stateMachine": {"enabled": "maybe", "states": []},
              "concurrency": {"lockTimeout": "5s", "retryAttempts": -1, "retries": [1]},
              "http": {"url": "https://x"}}}
            """)));

    [Theory]
    [InlineData("""{"mcp": {"persistance": {"ttl": 5}}}""", "persistance.ttl: there is no such key; the README lists them all.")]
    [InlineData("""{"mcp": {"persistence": {"ttl": {"seconds": 5}}}}""", "persistence.ttl.seconds: there is no such key; the README lists them all.")]
    [InlineData("""{"mcp": {"extra": {}}}""", "extra: there is no such key; the README lists them all.")]
    [InlineData("""{"mcp": {"stateMachine": {"guidance": {"nowhere": "x"}}}}""",
        "stateMachine.guidance: 'nowhere' is not among the states; add it to stateMachine.states or remove its guidance.")]
    public void A_key_that_does_nothing_is_refused_by_name(string json, string violation) => Assert.Equal(violation, Violations(Json(json)));

    [Fact]
    public void A_misspelt_variable_is_refused_by_name() => Assert.Equal(
        ["PERSISTENCE.TTTL: there is no such key; the README lists them all."],
        OptionsReader.Read(OptionsSources.Read(null, Environment(("SUPPORTSTATE__PERSISTENCE__TTTL", "5")), new Dictionary<string, string?>()), null).Violations);

    [Theory]
    [InlineData("not a url")]
    [InlineData("http://127.0.0.1:3001/mcp")]
    [InlineData("/mcp")]
    [InlineData("ftp://127.0.0.1")]
    public void The_address_is_a_plain_http_one(string url) => Assert.Equal(
        $"http.url: '{url}' is no http address; use http://HOST:PORT, with a proxy before it for TLS.",
        Violations(Json("""{"mcp": {"http": {"url": "?"}}}""".Replace("?", url, StringComparison.Ordinal))));

    public void Dispose() => _directory.Dispose();

    private static ServerOptions Valid(string? file, IDictionary? environment = null, params (string Key, string Value)[] line)
    {
        var (options, violations) = OptionsReader.Read(
            OptionsSources.Read(file, environment ?? new Hashtable(), line.ToDictionary(l => l.Key, string? (l) => l.Value)), null);
        Assert.Empty(violations);
        return options!;
    }

    private static string Violations(string file)
    {
        var (options, violations) = OptionsReader.Read(OptionsSources.Read(file, new Hashtable(), new Dictionary<string, string?>()), null);
        Assert.Null(options);
        return string.Join('\n', violations);
    }

    private static Hashtable Environment(params (string Name, string Value)[] variables)
    {
        var environment = new Hashtable();
        foreach (var (name, value) in variables)
            environment[name] = value;
        return environment;
    }

    private string Json(string content) => _directory.File($"{Guid.NewGuid():N}.json", content);
}
