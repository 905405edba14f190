using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Tests.Identity;

public class CallerTests
{
    private static readonly Actor s_alice = new(ActorKind.Human, "alice");

    [Theory]
    [InlineData("agent", Roles.Agent)]
    [InlineData("approver,agent", Roles.Agent | Roles.Approver)]
    [InlineData(" Supervisor , auditor ", Roles.Supervisor | Roles.Auditor)]
    [InlineData("agent,agent", Roles.Agent)]
    public void Roles_are_listed_by_name(string list, Roles roles) => Assert.Equal(roles, RoleNames.TryParse(list));

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("agent,")]
    [InlineData("none")]
    [InlineData("boss")]
    [InlineData("agent;approver")]
    [InlineData("1")]
    [InlineData("15")]
    public void Anything_else_is_no_list_of_roles(string list) => Assert.Null(RoleNames.TryParse(list));

    [Fact]
    public void What_names_no_role_is_told() => Assert.Equal(["boss", "none"], RoleNames.Parse(["agent", "boss", "none"]).Unknown);

    [Fact]
    public void Roles_are_named_in_one_order() =>
        Assert.Equal(["agent", "approver", "supervisor", "auditor"], RoleNames.Of(Roles.Auditor | Roles.Supervisor | Roles.Approver | Roles.Agent));

    [Theory]
    [InlineData(ActorKind.Ai, Roles.Agent | Roles.Approver)]
    [InlineData(ActorKind.Human, Roles.Agent | Roles.Approver)]
    [InlineData(ActorKind.System, Roles.Agent)]
    [InlineData(ActorKind.Customer, Roles.None)]
    public void Each_kind_has_its_usual_roles(ActorKind kind, Roles roles) => Assert.Equal(roles, RoleNames.DefaultFor(kind));

    [Theory]
    [InlineData(Roles.Agent, Roles.Agent)]
    [InlineData(Roles.Approver, Roles.Approver)]
    [InlineData(Roles.Supervisor, Roles.Agent | Roles.Approver | Roles.Supervisor)]
    [InlineData(Roles.Auditor, Roles.Auditor)]
    [InlineData(Roles.None, Roles.None)]
    public void A_supervisor_has_what_agents_and_approvers_have(Roles given, Roles has) => Assert.Equal(
        has, new[] { Roles.Agent, Roles.Approver, Roles.Supervisor, Roles.Auditor }.Where(new Caller(s_alice, given).Has).Aggregate(Roles.None, (all, r) => all | r));

    [Fact]
    public void One_of_several_roles_is_enough() => Assert.True(new Caller(s_alice, Roles.Auditor).Has(Roles.Agent | Roles.Auditor));

    [Theory]
    [InlineData(ActorKind.Human, true)]
    [InlineData(ActorKind.Ai, false)]
    [InlineData(ActorKind.System, false)]
    public void Only_a_human_is_a_person(ActorKind kind, bool isPerson) => Assert.Equal(isPerson, new Caller(new Actor(kind, "x"), RoleNames.Any).IsPerson);

    [Fact]
    public void A_refusal_says_what_it_takes()
    {
        var error = Error.NotAuthorized([Requirement.Kind(ActorKind.Human), Requirement.Role(Roles.Approver)]);

        Assert.Equal("not_authorized", error.Code);
        Assert.Equal(
            "Not authorized: this takes a connection with kind:human and role:approver. No argument changes who you are; leave it to somebody who may.",
            McpErrorMessages.Of(error));
        Assert.Equal("""{"needs":["kind:human","role:approver"]}""", error.Facts.ToJsonString());
    }
}
