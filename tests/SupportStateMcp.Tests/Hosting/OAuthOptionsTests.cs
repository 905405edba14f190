using System.Collections;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>The sections <c>http.oauth</c> and <c>limits</c>, and the end of tokens.</summary>
public sealed class OAuthOptionsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void A_provider_is_known_by_its_name_and_ours()
    {
        var (options, violations) = Read("""{"issuer":"https://login.example/realms/desk","audience":"https://desk.example/mcp"}""");

        Assert.Empty(violations);
        Assert.Equal(new OAuthOptions("https://login.example/realms/desk", "https://desk.example/mcp") { RequiredScopes = options!.OAuth!.RequiredScopes }, options.OAuth);
        Assert.Equal(("sub", "roles", null, Roles.Agent), (options.OAuth.ActorClaim, options.OAuth.RolesClaim, options.OAuth.PersonClaim, options.OAuth.DefaultRoles));
        Assert.True(options.HasSignIn);
    }

    [Fact]
    public void The_documented_provider_works_as_it_is()
    {
        var documented = File.ReadAllText(Repository.File("docs", "sign-in.md")).Split("```json")[1].Split("```")[0];

        var (options, violations) = ReadFile(_directory.File("d.json", documented));

        Assert.Empty(violations);
        Assert.Equal("https://login.example/realms/desk", options!.OAuth!.Issuer);
    }

    [Fact]
    public void All_of_it_can_be_said()
    {
        var (options, violations) = Read("""
            {"issuer":"http://127.0.0.1:8080","audience":"desk","actorClaim":"email","rolesClaim":"realm_access.roles","personClaim":"scp","requiredScopes":["desk.read","desk.write"],"defaultRoles":["auditor"]}
            """);

        Assert.Empty(violations);
        Assert.Equal(("email", "realm_access.roles", "scp", Roles.Auditor), (options!.OAuth!.ActorClaim, options.OAuth.RolesClaim, options.OAuth.PersonClaim, options.OAuth.DefaultRoles));
        Assert.Equal(["desk.read", "desk.write"], options.OAuth.RequiredScopes);
        Assert.Equal(Roles.None, Read("""{"issuer":"https://a.example","audience":"desk","defaultRoles":["none"]}""").Options!.OAuth!.DefaultRoles);
    }

    [Theory]
    [InlineData("", "openid desk")]
    [InlineData(""","scopes":["api://desk/desk","profile"]""", "openid api://desk/desk profile")]
    [InlineData(""","scopes":["openid"]""", "openid")]
    public void A_browser_signs_in_with_an_id_and_a_secret(string more, string scopes)
    {
        var (options, violations) = Read($$"""{"issuer":"https://login.example","audience":"desk","clientId":"console","clientSecret":"s3cret","requiredScopes":["desk"]{{more}}}""");

        Assert.Empty(violations);
        Assert.Equal(("console", "s3cret", scopes), (options!.OAuth!.Browser!.ClientId, options.OAuth.Browser.ClientSecret, string.Join(' ', options.OAuth.Browser.Scopes)));
        Assert.DoesNotContain("s3cret", options.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"audience":"desk"}""", "http.oauth.issuer: it is required; name the provider as its tokens do in iss, such as https://login.example.")]
    [InlineData("""{"issuer":"https://login.example"}""", "http.oauth.audience: it is required; name this server as the provider writes it into the aud of its tokens, such as https://desk.example/mcp.")]
    [InlineData("""{"issuer":"http://login.example","audience":"desk"}""", "http.oauth.issuer: 'http://login.example' is not https, and its keys could be replaced on the way; only a provider on this machine may be http.")]
    [InlineData("""{"issuer":"login.example","audience":"desk"}""", "http.oauth.issuer: 'login.example' is no issuer; use https://HOST or https://HOST/PATH, exactly as the tokens name it in iss.")]
    [InlineData("""{"issuer":"https://login.example?x=1","audience":"desk"}""", "http.oauth.issuer: 'https://login.example?x=1' is no issuer; use https://HOST or https://HOST/PATH, exactly as the tokens name it in iss.")]
    [InlineData("""{"issuer":"https://login.example","audience":"desk","requiredScopes":["a b"]}""", "http.oauth.requiredScopes: 'a b' is no scope; use visible characters without quotes and blanks, one entry for each.")]
    [InlineData("""{"issuer":"https://login.example","audience":"desk","defaultRoles":["boss"]}""", "http.oauth.defaultRoles: 'boss' is not valid; use agent, approver, supervisor, auditor, or none alone.")]
    [InlineData("""{"issuer":"https://login.example","audience":"desk","clientId":"console"}""", "http.oauth.clientId, http.oauth.clientSecret: people sign in with a browser where both are there; leave both out, or add the other (the secret best as SUPPORTSTATE__HTTP__OAUTH__CLIENTSECRET).")]
    [InlineData("""{"issuer":"https://login.example","audience":"desk","scopes":["desk"]}""", "http.oauth.scopes: they are asked for when people sign in with a browser; that takes http.oauth.clientId and http.oauth.clientSecret.")]
    [InlineData("""{"issuer":"https://login.example","audience":"desk","realm":"x"}""", "http.oauth.realm: there is no such key; docs/configuration.md lists them all.")]
    public void What_cannot_be_trusted_is_told_at_the_start(string oauth, string told)
    {
        var (options, violations) = Read(oauth);

        Assert.Null(options);
        Assert.Equal([told], violations);
    }

    [Fact]
    public void With_a_provider_the_server_may_be_reached_by_others()
    {
        var file = _directory.File("o.json", """{"mcp": {"http": {"url": "http://0.0.0.0:3001", "oauth": {"issuer": "https://login.example", "audience": "desk"} } } }""");

        Assert.Empty(ReadFile(file).Violations);
        Assert.Equal(
            ["--actor, --roles: over HTTP the tokens of http.tokens say who acts and with which roles; leave these two out."],
            ReadFile(file, new IdentityArguments("human:alice", null, OverHttp: true)).Violations);
    }

    [Theory]
    [InlineData("2027-01-31T09:00:00Z", true)]
    [InlineData("2027-01-31T10:00:00+01:00", true)]
    [InlineData("2027-01-31", false)]
    [InlineData("90d", false)]
    public void A_token_ends_at_a_point_in_time(string expires, bool isOne)
    {
        var file = _directory.File("e.json", $$"""{"mcp": {"http": {"tokens": [{"sha256": "{{new string('a', 64)}}", "actor": "ai:bot", "expires": "{{expires}}"}] } } }""");
        var (options, violations) = ReadFile(file);

        if (isOne)
            Assert.Equal(new DateTimeOffset(2027, 1, 31, 9, 0, 0, TimeSpan.Zero), Assert.Single(options!.Tokens).Expires);
        else
            Assert.Equal([$"http.tokens.0.expires: '{expires}' is no point in time; use one with its zone, such as 2027-01-31T09:00:00Z (RFC 3339)."], violations);
    }

    [Fact]
    public void Limits_are_off_until_they_are_set()
    {
        Assert.Equal(new SupportStateMcp.Conversations.LimitOptions(), new ServerOptions { Backend = Backend.Sqlite }.Limits);
        Assert.Equal(new SupportStateMcp.Conversations.LimitOptions(), Limits("""{"callsPerMinute": 0}""").Options!.Limits);
        Assert.Equal(
            new SupportStateMcp.Conversations.LimitOptions
            {
                CallsPerMinute = 600, WritesPerMinutePerCustomer = 60, ConversationsPerCallerAndDay = 1000, MessagesPerConversation = 5000, StreamsPerCaller = 20,
            },
            Limits("""{"callsPerMinute": 600, "writesPerMinutePerCustomer": 60, "conversationsPerCallerAndDay": 1000, "messagesPerConversation": 5000, "streamsPerCaller": 20}""").Options!.Limits);
        Assert.Equal(
            ["limits.callsPerMinute: '600001' is out of range; use 0 to 600000 calls, 0 for no limit."], Limits("""{"callsPerMinute": 600001}""").Violations);
    }

    public void Dispose() => _directory.Dispose();

    private (ServerOptions? Options, IReadOnlyList<string> Violations) Limits(string limits) =>
        ReadFile(_directory.File("l.json", $$"""{"mcp": {"limits": {{limits}} } }"""));

    private (ServerOptions? Options, IReadOnlyList<string> Violations) Read(string oauth) =>
        ReadFile(_directory.File("o.json", $$"""{"mcp": {"http": {"oauth": {{oauth}} } } }"""));

    private static (ServerOptions? Options, IReadOnlyList<string> Violations) ReadFile(string file, IdentityArguments? identity = null) =>
        OptionsReader.Read(OptionsSources.Read(file, new Hashtable(), new Dictionary<string, string?>()), null, identity ?? new IdentityArguments(OverHttp: true));
}
