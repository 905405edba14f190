using System.Collections;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>When the tokens of a file are read again.</summary>
public class TokenReloadTests
{
    [Fact]
    public async Task A_file_that_could_not_be_read_is_read_until_it_can_be()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("tokens.json", "1");
        var token = AccessToken.Create();
        AccessToken[] known = [new(AccessToken.Digest(token), new Caller(new Actor(ActorKind.Ai, "x"), Roles.Agent))];
        var reads = 0;
        var file = new TokenFile(path, () => ++reads <= 2 ? (null, ["It is locked."]) : (known, []));
        var (tokens, log) = (new AccessTokens([], TimeProvider.System), new LogLines<TokenReload>());
        using var reload = new TokenReload(file, tokens, TimeProvider.System, log);
        await reload.StartAsync(TestContext.Current.CancellationToken);

        await File.WriteAllTextAsync(path, "12", TestContext.Current.CancellationToken);

        await Eventually.TrueAsync(() => tokens.Find(token) is not null, () => string.Join(' ', log.Lines));
        Assert.Equal(3, reads);
        Assert.Single(log.Lines, l => l.Contains("It is locked.", StringComparison.Ordinal));
        await reload.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_file_that_fails_in_a_way_that_nobody_foresaw_is_read_again()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("tokens.json", "1");
        var (token, known) = Token();
        var reads = 0;
        var (tokens, log) = (new AccessTokens([], TimeProvider.System), new LogLines<TokenReload>());
        using var reload = new TokenReload(new TokenFile(path, () => ++reads == 1 ? throw new InvalidOperationException("It is odd.") : ([known], [])), tokens, new HurriedTime(), log);
        await reload.StartAsync(Stop);

        Replace(directory, path, "12");

        await Eventually.TrueAsync(() => tokens.Find(token) is not null, () => string.Join(' ', log.Lines));
        Assert.Single(log.Lines, l => l.StartsWith("Error: ", StringComparison.Ordinal) && l.Contains("It is odd.", StringComparison.Ordinal));
        await reload.StopAsync(Stop);
    }

    [Fact]
    public async Task A_change_that_is_made_while_the_file_is_read_is_read_as_well()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("tokens.json", "1");
        var ((before, first), (after, second)) = (Token(), Token());
        var reads = 0;
        var file = new TokenFile(path, () =>
        {
            if (++reads > 1)
                return ([second], []);
            // What is read now is what the file was when it was opened.
            Replace(directory, path, "123");
            return ([first], []);
        });
        var (tokens, log) = (new AccessTokens([], TimeProvider.System), new LogLines<TokenReload>());
        using var reload = new TokenReload(file, tokens, new HurriedTime(), log);
        await reload.StartAsync(Stop);

        Replace(directory, path, "12");

        await Eventually.TrueAsync(() => tokens.Find(after) is not null, () => string.Join(' ', log.Lines));
        Assert.Null(tokens.Find(before));
        await reload.StopAsync(Stop);
        Assert.Equal(2, reads);
    }

    [Fact]
    public void No_tokens_are_taken_from_a_file_that_the_server_would_not_start_with()
    {
        using var directory = new TemporaryDirectory();
        var entry = $$"""{"sha256": "{{Convert.ToHexString(AccessToken.Digest("x"))}}", "actor": "ai:x"}""";

        var (tokens, violations) = Read("""{"mcp": {"persistence": {"ttl": "abc"}}}""");
        Assert.Null(tokens);
        Assert.StartsWith("persistence.ttl: 'abc'", Assert.Single(violations), StringComparison.Ordinal);

        (tokens, violations) = Read("""{"mcp": {"person": "alice"}}""");
        Assert.Null(tokens);
        Assert.StartsWith("person: over HTTP", Assert.Single(violations), StringComparison.Ordinal);

        // The server that runs asks for tokens in any case: a list of none lets nobody in.
        Assert.Equal(0, Read("""{"mcp": {"http": {"url": "http://0.0.0.0:3001", "tokens": []}}}""").Tokens?.Count);
        Assert.Equal(1, Read($$$"""{"mcp": {"http": {"tokens": [{{{entry}}}]}, "events": {"sinks": [{"name": "letters", "type": "mail", "host": "mail.example", "from": "a@desk.example"}]} } }""").Tokens?.Count);

        (IReadOnlyList<AccessToken>? Tokens, IReadOnlyList<string> Violations) Read(string json) =>
            OptionsReader.ReadTokens(OptionsSources.Read(directory.File("support.json", json), new Hashtable(), new Dictionary<string, string?>()), redisUrl: null, openAiKey: null);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static (string Token, AccessToken Known) Token()
    {
        var token = AccessToken.Create();
        return (token, new AccessToken(AccessToken.Digest(token), new Caller(new Actor(ActorKind.Ai, "x"), Roles.Agent)));
    }

    /// <summary>All at once, so that nobody meets half of it.</summary>
    private static void Replace(TemporaryDirectory directory, string path, string content) => File.Move(directory.File("next.json", content), path, overwrite: true);
}
