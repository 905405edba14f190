using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Tests.Hosting;

public class AccessTokenTests
{
    [Fact]
    public void A_new_token_is_256_random_bits_behind_a_prefix()
    {
        var tokens = Enumerable.Range(0, 100).Select(_ => AccessToken.Create()).ToList();

        Assert.All(tokens, t => Assert.Matches(@"^ssm_[A-Za-z0-9_-]{43}\z", t));
        Assert.Equal(100, tokens.Distinct().Count());
    }

    [Fact]
    public void The_digest_is_the_one_that_other_tools_print() => Assert.Equal(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Convert.ToHexStringLower(AccessToken.Digest("abc")));

    [Fact]
    public void A_token_is_found_wherever_it_stands_in_the_list()
    {
        var tokens = Enumerable.Range(0, 5).Select(_ => AccessToken.Create()).ToList();
        List<AccessToken> known = [.. tokens.Select((t, i) => new AccessToken(AccessToken.Digest(t), new Caller(new Actor(ActorKind.Ai, $"{i}"), Roles.Agent)))];

        Assert.Equal(["0", "1", "2", "3", "4"], tokens.Select(t => AccessToken.Find(t, known)!.Caller.Actor.Id));
    }

    [Fact]
    public void Nothing_but_the_whole_token_is_one()
    {
        var token = AccessToken.Create();
        var digest = AccessToken.Digest(token);
        AccessToken[] known = [new(digest, new Caller(new Actor(ActorKind.Ai, "x"), Roles.Agent))];

        string[] others = ["", token[..^1], token + "=", token.ToLowerInvariant(), Convert.ToHexStringLower(digest)];
        Assert.All(others, o => Assert.Null(AccessToken.Find(o, known)));
        Assert.Null(AccessToken.Find(token, []));
    }
}
