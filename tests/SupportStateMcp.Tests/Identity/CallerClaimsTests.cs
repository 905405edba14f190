using System.Security.Claims;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Tests.Identity;

public class CallerClaimsTests
{
    [Theory]
    [InlineData(ActorKind.Human, "alice", Roles.Agent | Roles.Approver)]
    [InlineData(ActorKind.Ai, "bot", Roles.Agent)]
    [InlineData(ActorKind.System, "cron:nightly", Roles.Supervisor | Roles.Auditor)]
    public void A_caller_comes_back_as_it_went(ActorKind kind, string id, Roles roles)
    {
        var caller = new Caller(new Actor(kind, id), roles);

        Assert.Equal(caller, CallerClaims.CallerOf(CallerClaims.Of(caller, "any")));
    }

    [Theory]
    [InlineData(null, "human:alice", "agent")]
    [InlineData("any", "alice", "agent")]
    [InlineData("any", "human:", "agent")]
    [InlineData("any", "human:alice", "")]
    [InlineData("any", "human:alice", "admin")]
    [InlineData("any", "human:alice", "none")]
    public void Whoever_is_not_authenticated_or_names_no_actor_and_role_is_nobody(string? scheme, string name, string role)
    {
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, name), new Claim(ClaimTypes.Role, role)], scheme));

        Assert.Null(CallerClaims.CallerOf(user));
    }

    [Fact]
    public void Nobody_is_nobody() => Assert.Null(CallerClaims.CallerOf(null));
}
