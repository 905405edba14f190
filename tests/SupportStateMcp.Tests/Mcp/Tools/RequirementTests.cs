using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Tests.Mcp.Tools;

public class RequirementTests
{
    [Theory]
    [InlineData(ActorKind.Human, Roles.Approver, null)]
    [InlineData(ActorKind.Human, Roles.Supervisor, null)]
    [InlineData(ActorKind.Human, Roles.Agent, """["kind:human","role:approver"]""")]
    [InlineData(ActorKind.Ai, Roles.Approver, """["kind:human","role:approver"]""")]
    [InlineData(ActorKind.System, Roles.Supervisor, """["kind:human","role:approver"]""")]
    public void A_tool_may_need_a_kind_and_a_role(ActorKind kind, Roles roles, string? needs) => Assert.Equal(
        needs, Refusal(new RequiresAttribute { Kind = ActorKind.Human, Roles = Roles.Approver }, kind, roles));

    [Theory]
    [InlineData(Roles.Agent, null)]
    [InlineData(Roles.Supervisor, null)]
    [InlineData(Roles.Auditor, """["role:agent"]""")]
    [InlineData(Roles.Approver, """["role:agent"]""")]
    public void A_tool_may_need_a_role_of_any_kind(Roles roles, string? needs) =>
        Assert.Equal(needs, Refusal(new RequiresAttribute { Roles = Roles.Agent }, ActorKind.Ai, roles));

    [Theory]
    [InlineData(Roles.Agent, null)]
    [InlineData(Roles.Auditor, null)]
    [InlineData(Roles.None, """["role:agent|approver|supervisor|auditor"]""")]
    public void A_tool_that_names_nothing_needs_any_role_at_all(Roles roles, string? needs) =>
        Assert.Equal(needs, Refusal(new RequiresAttribute(), ActorKind.System, roles));

    private static string? Refusal(RequiresAttribute needs, ActorKind kind, Roles roles) =>
        needs.Refuses(new Caller(new Actor(kind, "x"), roles))?.Facts["needs"]!.ToJsonString();
}
