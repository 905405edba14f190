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
    public void The_documented_file_is_the_one_in_the_documentation() => Assert.Contains(
        File.ReadAllText(s_documented), File.ReadAllText(Repository.File("docs", "configuration.md")), StringComparison.Ordinal);

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
        persistence.tll: there is no such key; docs/configuration.md lists them all.
        concurrency.retries.0: there is no such key; docs/configuration.md lists them all.
        type: 'stateful' is not supported; the type of this server is state.
        persistence.serialization: 'xml' is not supported; json is the one serialization.
        persistence.backend: 'mongo' is not valid; use redis or sqlite.
        persistence.ttl: '0' is out of range; use 1 to 315360000 seconds.
        concurrency.retryAttempts: '-1' is out of range; use 0 to 100 tries.
        concurrency.lockTimeout: '5s' is out of range; use 1 to 600000 milliseconds.
        stateMachine.enabled: 'maybe' is neither true nor false.
        stateMachine.states: there is no state; list at least one.
        http.url: 'https://x' is no http address; use http://HOST:PORT without a path, with a proxy before it for TLS.
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
    [InlineData("""{"mcp": {"persistance": {"ttl": 5}}}""", "persistance.ttl: there is no such key; docs/configuration.md lists them all.")]
    [InlineData("""{"mcp": {"persistence": {"ttl": {"seconds": 5}}}}""", "persistence.ttl.seconds: there is no such key; docs/configuration.md lists them all.")]
    [InlineData("""{"mcp": {"extra": {}}}""", "extra: there is no such key; docs/configuration.md lists them all.")]
    [InlineData("""{"mcp": {"stateMachine": {"guidance": {"nowhere": "x"}}}}""",
        "stateMachine.guidance: 'nowhere' is not among the states; add it to stateMachine.states or remove its guidance.")]
    public void A_key_that_does_nothing_is_refused_by_name(string json, string violation) => Assert.Equal(violation, Violations(Json(json)));

    [Fact]
    public void A_misspelt_variable_is_refused_by_name() => Assert.Equal(
        ["PERSISTENCE.TTTL: there is no such key; docs/configuration.md lists them all."],
        OptionsReader.Read(OptionsSources.Read(null, Environment(("SUPPORTSTATE__PERSISTENCE__TTTL", "5")), new Dictionary<string, string?>()), null).Violations);

    [Theory]
    [InlineData("not a url")]
    [InlineData("http://127.0.0.1:3001/mcp")]
    [InlineData("/mcp")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("127.0.0.1:3001")]
    [InlineData("3001")]
    [InlineData("http://")]
    [InlineData("http://*:3001")]
    [InlineData("http://+:3001")]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("http://127.0.0.1:3001?x=1")]
    [InlineData("http://127.0.0.1:3001#x")]
    [InlineData("http://127.0.0.1:3001;http://0.0.0.0:3001")]
    [InlineData("http://127.0.0.1:3001,http://[::1]:3001")]
    [InlineData("http://localhost;0.0.0.0:3001")]
    [InlineData("http://unix:/tmp/socket")]
    public void The_address_is_a_plain_http_one(string url) => Assert.Equal(
        $"http.url: '{url}' is no http address; use http://HOST:PORT without a path, with a proxy before it for TLS.",
        Violations(Json("""{"mcp": {"http": {"url": "?"}}}""".Replace("?", url, StringComparison.Ordinal))));

    [Fact]
    public void An_address_with_a_password_is_refused_without_repeating_it() => Assert.Equal(
        "http.url: what is configured is no http address; use http://HOST:PORT without a path, with a proxy before it for TLS.",
        Violations(Json("""{"mcp": {"http": {"url": "http://me:secret@127.0.0.1:3001"}}}""")));

    [Fact]
    public void A_port_that_is_chosen_at_start_takes_one_address() => Assert.Equal(
        "http.url: localhost has two addresses, which cannot share a port that is chosen at start; use http://127.0.0.1:0.",
        Violations(Json("""{"mcp": {"http": {"url": "http://localhost:0"}}}""")));

    [Theory]
    [InlineData("http://[::ffff:127.0.0.1]:3001", "http://127.0.0.1:3001/")]
    [InlineData("http://[::ffff:7f00:1]:3001", "http://127.0.0.1:3001/")]
    [InlineData("http://127.1:3001", "http://127.0.0.1:3001/")]
    public void An_address_that_is_written_otherwise_is_the_same(string url, string same) => Assert.Equal(
        same, Valid(Json("""{"mcp": {"http": {"url": "?"}}}""".Replace("?", url, StringComparison.Ordinal))).Url.ToString());

    [Theory]
    [InlineData("allowedOrigins", "*", "http.allowedOrigins: '*' is no origin;")]
    [InlineData("allowedOrigins", "https://*.example", "http.allowedOrigins: 'https://*.example' is no origin;")]
    [InlineData("allowedOrigins", "desk.example", "http.allowedOrigins: 'desk.example' is no origin;")]
    [InlineData("allowedOrigins", "https://desk.example/app", "http.allowedOrigins: 'https://desk.example/app' is no origin;")]
    [InlineData("allowedOrigins", "null", "http.allowedOrigins: 'null' is no origin;")]
    [InlineData("allowedOrigins", "https://me:secret@desk.example", "http.allowedOrigins: what is configured is no origin;")]
    [InlineData("allowedHosts", "https://desk.example", "http.allowedHosts: 'https://desk.example' is no host;")]
    [InlineData("allowedHosts", "*", "http.allowedHosts: '*' is no host;")]
    [InlineData("allowedHosts", "*.example", "http.allowedHosts: '*.example' is no host;")]
    [InlineData("allowedHosts", "desk.example/", "http.allowedHosts: 'desk.example/' is no host;")]
    [InlineData("allowedHosts", "desk.example:x", "http.allowedHosts: 'desk.example:x' is no host;")]
    [InlineData("trustedProxies", "proxy.example", "http.trustedProxies: 'proxy.example' is no proxy;")]
    [InlineData("trustedProxies", "0.0.0.0/0", "http.trustedProxies: '0.0.0.0/0' is no proxy;")]
    [InlineData("trustedProxies", "::/0", "http.trustedProxies: '::/0' is no proxy;")]
    [InlineData("trustedProxies", "10.0.0.0/99", "http.trustedProxies: '10.0.0.0/99' is no proxy;")]
    [InlineData("trustedProxies", "10", "http.trustedProxies: '10' is no proxy;")]
    public void What_pages_hosts_and_proxies_are_is_checked(string key, string value, string violation) => Assert.StartsWith(
        violation, Violations(Json($$$"""{"mcp": {"http": {"{{{key}}}": ["{{{value}}}"]} } }""")), StringComparison.Ordinal);

    [Fact]
    public void Origins_hosts_and_proxies_are_kept_as_they_are_sent()
    {
        var options = Valid(Json("""
            {"mcp": {"http": {
              "allowedOrigins": ["HTTPS://Desk.Example:443/", "http://a.example:8080", "vscode-webview://abc", "https://m\u00fcller.example"],
              "allowedHosts": ["Desk.Example", "desk.example:8443", "[2001:DB8::1]"],
              "trustedProxies": ["127.0.0.1", "10.0.0.0/8", "::1"]}}}
            """));

        Assert.Equal(["https://desk.example", "http://a.example:8080", "vscode-webview://abc", "https://xn--mller-kva.example"], options.AllowedOrigins);
        Assert.Equal(["desk.example", "desk.example:8443", "[2001:db8::1]"], options.AllowedHosts);
        Assert.Equal(["127.0.0.1/32", "10.0.0.0/8", "::1/128"], options.TrustedProxies.Select(p => p.ToString()));
    }

    [Theory]
    [InlineData("${HOME}/x")]
    [InlineData("$HOME/x")]
    [InlineData("/data/$USER")]
    [InlineData("$(pwd)/x")]
    [InlineData("$env:HOME/x")]
    [InlineData("%APPDATA%/x")]
    [InlineData("%ProgramFiles(x86)%/x")]
    [InlineData("${workspaceFolder}")]
    [InlineData("{{home}}/x")]
    public void A_variable_that_nothing_has_replaced_is_refused(string path) => Assert.Equal(
        $"persistence.directory: '{path}' holds a variable that nothing has replaced; write the path itself, or ~ for your home.",
        Violations(Json("""{"mcp": {"persistence": {"directory": "?"}}}""".Replace("?", path, StringComparison.Ordinal))));

    [Theory]
    [InlineData("~alice/x", "persistence.directory: '~alice/x' begins with the home of another user")]
    [InlineData("file:///data", "persistence.directory: 'file:///data' is an address, not a path.")]
    [InlineData("  ", "persistence.directory: it is empty")]
    [InlineData("/data\\u0000x", "persistence.directory: it is empty, or holds characters that are no text")]
    public void What_is_no_path_is_refused(string path, string violation) => Assert.StartsWith(
        violation, Violations(Json("""{"mcp": {"persistence": {"directory": "?"}}}""".Replace("?", path, StringComparison.Ordinal))), StringComparison.Ordinal);

    [Theory]
    [InlineData("~", "")]
    [InlineData("~/desk", "desk")]
    [InlineData("~/a/../desk", "desk")]
    public void A_tilde_is_the_home(string path, string below) => Assert.Equal(
        Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), below).TrimEnd('/'),
        Valid(null, null, ("persistence:directory", path)).Directory.TrimEnd('/'));

    [Theory]
    [InlineData("/data/100%", "/data/100%")]
    [InlineData("/data/a~b", "/data/a~b")]
    [InlineData("/data/US$", "/data/US$")]
    public void What_only_looks_like_a_variable_is_a_name(string path, string full) =>
        Assert.Equal(full, Valid(null, null, ("persistence:directory", path)).Directory);

    [Fact]
    public void A_variable_in_the_prefix_of_keys_would_be_a_second_store() => Assert.Equal(
        "persistence.keyPrefix: '$USER:' holds a variable that nothing has replaced; write its value.",
        Violations(Json("""{"mcp": {"persistence": {"keyPrefix": "$USER:"}}}""")));

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
