using System.Collections;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>Who is who, as configured.</summary>
public sealed class IdentityOptionsTests : IDisposable
{
    private static readonly string s_a = new('a', 64);
    private static readonly string s_b = new('b', 64);

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void A_token_is_mapped_to_an_actor_and_roles()
    {
        var options = Valid(Tokens($$"""
            {"sha256": "{{s_a}}", "actor": "human:alice", "roles": ["approver"]},
            {"sha256": "{{s_b.ToUpperInvariant()}}", "actor": "ai:bot", "roles": ["agent", "auditor"]}
            """));

        Assert.Equal(
            [new Caller(new Actor(ActorKind.Human, "alice"), Roles.Approver), new Caller(new Actor(ActorKind.Ai, "bot"), Roles.Agent | Roles.Auditor)],
            options.Tokens.Select(t => t.Caller));
        Assert.Equal([s_a, s_b], options.Tokens.Select(t => Convert.ToHexStringLower(t.Sha256.Span)));
    }

    [Theory]
    [InlineData("human:alice", Roles.Agent | Roles.Approver)]
    [InlineData("ai:bot", Roles.Agent | Roles.Approver)]
    [InlineData("system:cron", Roles.Agent)]
    public void A_token_without_roles_has_those_of_its_kind(string actor, Roles roles) =>
        Assert.Equal(roles, Valid(Tokens($$"""{"sha256": "{{s_a}}", "actor": "{{actor}}"}""")).Tokens.Single().Caller.Roles);

    [Fact]
    public void The_environment_can_list_tokens()
    {
        var (options, violations) = Read(null, environment: new Hashtable
        {
            ["SUPPORTSTATE__HTTP__TOKENS__0__SHA256"] = s_a,
            ["SUPPORTSTATE__HTTP__TOKENS__0__ACTOR"] = "human:alice",
            ["SUPPORTSTATE__HTTP__TOKENS__0__ROLES"] = "approver, agent",
            ["SUPPORTSTATE__HTTP__TOKENS__1__SHA256"] = s_b,
            ["SUPPORTSTATE__HTTP__TOKENS__1__ACTOR"] = "ai:bot",
            ["SUPPORTSTATE__HTTP__TOKENS__1__ROLES__0"] = "auditor",
        });

        Assert.Empty(violations);
        Assert.Equal([Roles.Agent | Roles.Approver, Roles.Auditor], options!.Tokens.Select(t => t.Caller.Roles));
    }

    [Fact]
    public void Over_HTTP_nobody_sits_in_front_of_the_host()
    {
        var (_, violations) = OptionsReader.Read(
            OptionsSources.Read(null, new Hashtable { ["SUPPORTSTATE__PERSON"] = "maria" }, new Dictionary<string, string?>()), null, new IdentityArguments(null, null, true));

        Assert.Equal(["person: over HTTP each connection has a person of its own; leave the key out."], violations);
    }

    [Fact]
    public void An_empty_person_is_none() => Assert.Null(Read(null, environment: new Hashtable { ["SUPPORTSTATE__PERSON"] = "" }).Options!.Person);

    [Fact]
    public void An_empty_list_of_tokens_is_none() => Assert.Empty(Valid(Tokens("")).Tokens);

    [Fact]
    public void Everything_that_is_wrong_with_tokens_is_said_at_once_and_no_token_is_repeated() => Assert.Equal(
        """
        http.tokens.0.name: there is no such key; docs/configuration.md lists them all.
        http.tokens.0.sha256: it is not the SHA-256 of a token, 64 hexadecimal digits; SupportStateMcp token create prints one.
        http.tokens.0.actor: 'alice' is not valid; use ai:ID, human:ID or system:ID, an id of 1 to 100 visible characters.
        http.tokens.1.actor: 'customer:bob' is not valid; use ai:ID, human:ID or system:ID, an id of 1 to 100 visible characters.
        http.tokens.2.sha256: it is that of http.tokens.1; give each client a token of its own.
        http.tokens.2.roles: 'boss' is not valid; use agent, approver, supervisor, auditor.
        http.tokens.3.sha256: it is not the SHA-256 of a token, 64 hexadecimal digits; SupportStateMcp token create prints one.
        http.tokens.3.actor: '' is not valid; use ai:ID, human:ID or system:ID, an id of 1 to 100 visible characters.
        http.tokens.3.roles: there is none; use at least one of agent, approver, supervisor, auditor, or leave the key out.
        http.tokens.4.actor: 'system:approval-policy' is the server's own name, for what it does by itself; use another id.
        """,
        Violations(Tokens($$"""
            {"sha256": "ssm_secret", "actor": "alice", "name": "x"},
            {"sha256": "{{s_a}}", "actor": "customer:bob"},
            {"sha256": "{{s_a.ToUpperInvariant()}}", "actor": "ai:bot", "roles": ["agent", "boss"]},
            {"roles": []},
            {"sha256": "{{s_b}}", "actor": "system:approval-policy"}
            """)));

    [Theory]
    [InlineData("""{"mcp": {"http": {"tokens": "ssm_secret"}}}""", "http.tokens: it is a list of objects with sha256, actor and roles, not a text.")]
    [InlineData("""{"mcp": {"http": {"tokens": {"alice": {"actor": "human:alice"}}}}}""", "http.tokens.alice.actor: there is no such key; docs/configuration.md lists them all.")]
    public void Tokens_are_a_list_of_objects(string json, string violation)
    {
        var violations = Violations(_directory.File("tokens.json", json));

        Assert.StartsWith(violation, violations, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", violations, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_is_not_mixed_from_two_sources()
    {
        var (_, violations) = Read(
            Tokens($$"""{"sha256": "{{s_a}}", "actor": "human:alice", "roles": ["supervisor"]}"""),
            environment: new Hashtable { ["SUPPORTSTATE__HTTP__TOKENS__0__SHA256"] = s_b, ["SUPPORTSTATE__HTTP__TOKENS__0__ACTOR"] = "ai:bot" });

        Assert.Equal(["http.tokens.0: more than one source describes it, and they would mix; give each entry a number of its own."], violations);
    }

    [Theory]
    [InlineData("http://127.0.0.1:3001")]
    [InlineData("http://127.1.2.3:3001")]
    [InlineData("http://LOCALHOST:3001")]
    [InlineData("http://[::1]:3001")]
    public void Without_tokens_the_server_listens_to_this_machine(string url) => Assert.Empty(Read(Url(url), new(OverHttp: true)).Violations);

    [Theory]
    [InlineData("http://0.0.0.0:3001")]
    [InlineData("http://[::]:3001")]
    [InlineData("http://10.1.2.3:3001")]
    [InlineData("http://desk.example:3001")]
    [InlineData("http://localhost.example:3001")]
    [InlineData("http://a.localhost:3001")]
    public void Without_tokens_it_listens_to_no_other(string url)
    {
        Assert.Equal(
            [$"http.url: other machines reach {url}, and without tokens anyone who does may call; configure http.tokens (SupportStateMcp token create makes one), or use http://127.0.0.1:3001."],
            Read(Url(url), new(OverHttp: true)).Violations);
        Assert.Empty(Read(Url(url)).Violations);
    }

    [Fact]
    public void With_tokens_it_listens_anywhere() => Assert.Empty(
        Read(_directory.File("open.json", $$"""{"mcp": {"http": {"url": "http://0.0.0.0:3001", "tokens": [{"sha256": "{{s_a}}", "actor": "ai:bot"}]} } }"""), new(OverHttp: true)).Violations);

    [Theory]
    [InlineData("ai:bot", true)]
    [InlineData("system:cron", true)]
    [InlineData("human:alice", false)]
    public void Over_HTTP_only_a_token_makes_somebody_a_person(string actor, bool allowed)
    {
        Assert.Equal(
            allowed ? [] : ["--actor: over HTTP anybody could then act as human:alice; make a token with SupportStateMcp token create --actor human:alice, and put its entry into http.tokens."],
            Read(null, new(actor, OverHttp: true)).Violations);
        Assert.Empty(Read(null, new(actor)).Violations);
    }

    [Theory]
    [InlineData(null, "supervisor")]
    [InlineData("ai:bot", "agent,supervisor")]
    [InlineData("system:cron", "SUPERVISOR")]
    public void Over_HTTP_only_a_token_makes_somebody_a_supervisor(string? actor, string roles)
    {
        Assert.Equal(
            ["--roles: over HTTP everybody on this machine would then be a supervisor; make a token with SupportStateMcp token create --actor … --roles supervisor, and put its entry into http.tokens."],
            Read(null, new(actor, roles, OverHttp: true)).Violations);
        Assert.Empty(Read(null, new(actor, roles)).Violations);
    }

    [Theory]
    [InlineData("allowedHosts", "desk.example", "http.allowedHosts: by the name desk.example others reach")]
    [InlineData("allowedHosts", "10.1.2.3:8443", "http.allowedHosts: by the name 10.1.2.3:8443 others reach")]
    [InlineData("trustedProxies", "127.0.0.1", "http.trustedProxies: through a proxy others reach")]
    public void Who_comes_through_a_proxy_shows_a_token(string key, string value, string violation)
    {
        var json = _directory.File("proxy.json", $$$"""{"mcp": {"http": {"{{{key}}}": ["{{{value}}}"]} } }""");
        Assert.StartsWith(violation, Assert.Single(Read(json, new(OverHttp: true)).Violations), StringComparison.Ordinal);

        json = _directory.File("proxy.json", $$$"""{"mcp": {"http": {"{{{key}}}": ["{{{value}}}"], "tokens": [{"sha256": "{{{s_a}}}", "actor": "ai:bot"}]} } }""");
        Assert.Empty(Read(json, new(OverHttp: true)).Violations);
    }

    [Fact]
    public void Other_names_of_this_machine_need_no_token() => Assert.Empty(
        Read(_directory.File("local.json", """{"mcp": {"http": {"allowedHosts": ["localhost:8080", "127.0.0.5", "[::1]"]}}}"""), new(OverHttp: true)).Violations);

    [Theory]
    [InlineData("ai:bot", null)]
    [InlineData(null, "agent")]
    public void Where_tokens_say_who_acts_the_command_line_does_not(string? actor, string? roles)
    {
        var tokens = Tokens($$"""{"sha256": "{{s_a}}", "actor": "ai:bot"}""");

        Assert.Equal(
            ["--actor, --roles: over HTTP the tokens of http.tokens say who acts and with which roles; leave these two out."],
            Read(tokens, new(actor, roles, OverHttp: true)).Violations);
        Assert.Empty(Read(tokens, new(actor, roles)).Violations);
    }

    [Fact]
    public void The_command_line_names_actor_and_roles()
    {
        var (options, _) = Read(null, new("human:alice", "approver,auditor"));

        Assert.Equal(new Actor(ActorKind.Human, "alice"), options!.Actor);
        Assert.Equal(Roles.Approver | Roles.Auditor, options.Roles);
    }

    [Fact]
    public void What_is_wrong_with_the_command_line_is_said_with_the_rest() => Assert.Equal(
        [
            "--actor: 'customer:bob' is not valid; use ai:ID, human:ID or system:ID, an id of 1 to 100 visible characters.",
            "--roles: 'agent,boss' is not valid; use agent, approver, supervisor, auditor, with commas between them.",
            "http.url: other machines reach http://0.0.0.0:1, and without tokens anyone who does may call; configure http.tokens (SupportStateMcp token create makes one), or use http://127.0.0.1:1.",
        ],
        Read(Url("http://0.0.0.0:1"), new("customer:bob", "agent,boss", OverHttp: true)).Violations);

    public void Dispose() => _directory.Dispose();

    private static (ServerOptions? Options, IReadOnlyList<string> Violations) Read(
        string? file, IdentityArguments? identity = null, IDictionary? environment = null) =>
        OptionsReader.Read(OptionsSources.Read(file, environment ?? new Hashtable(), new Dictionary<string, string?>()), null, identity);

    private static ServerOptions Valid(string file)
    {
        var (options, violations) = Read(file);
        Assert.Empty(violations);
        return options!;
    }

    private static string Violations(string file) => string.Join('\n', Read(file).Violations);

    private string Tokens(string entries) => _directory.File("tokens.json", $$$"""{"mcp": {"http": {"tokens": [{{{entries}}}]} } }""");

    private string Url(string url) => _directory.File("url.json", $$$"""{"mcp": {"http": {"url": "{{{url}}}"} } }""");
}
