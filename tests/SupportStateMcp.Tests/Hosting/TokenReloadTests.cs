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
}
