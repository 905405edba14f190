using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Tests.Identity;

public class RequirementTests
{
    [Theory]
    [InlineData(ActorKind.Human, Roles.Approver, null)]
    [InlineData(ActorKind.Human, Roles.Supervisor, null)]
    [InlineData(ActorKind.Human, Roles.Agent, """["kind:human","role:approver"]""")]
    [InlineData(ActorKind.Ai, Roles.Approver, """["kind:human","role:approver"]""")]
    [InlineData(ActorKind.System, Roles.Supervisor, """["kind:human","role:approver"]""")]
    public void A_command_may_require_a_kind_and_a_role(ActorKind kind, Roles roles, string? needs) => Assert.Equal(
        needs, Refusal(new RequiresAttribute { Kind = ActorKind.Human, Roles = Roles.Approver }, kind, roles));

    [Theory]
    [InlineData(Roles.Agent, null)]
    [InlineData(Roles.Supervisor, null)]
    [InlineData(Roles.Auditor, """["role:agent"]""")]
    [InlineData(Roles.Approver, """["role:agent"]""")]
    public void A_command_may_require_a_role_of_any_kind(Roles roles, string? needs) =>
        Assert.Equal(needs, Refusal(new RequiresAttribute { Roles = Roles.Agent }, ActorKind.Ai, roles));

    [Theory]
    [InlineData(Roles.Agent, null)]
    [InlineData(Roles.Auditor, null)]
    [InlineData(Roles.None, """["role:agent|approver|supervisor|auditor"]""")]
    public void What_names_nothing_requires_any_role_at_all(Roles roles, string? needs) =>
        Assert.Equal(needs, Refusal(new RequiresAttribute(), ActorKind.System, roles));

    [Fact]
    public void A_tool_has_the_requirement_of_the_command_that_it_names() => Assert.Equal(
        new Requirement(Roles.Approver, ActorKind.Human), new RequiresAttribute(typeof(ConversationCommand.DecideApproval)).Requirement);

    [Fact]
    public void Every_command_that_a_caller_can_send_states_what_it_requires()
    {
        var silent = typeof(ConversationCommand).GetNestedTypes().Where(t => Requirement.Of(t) is null).Select(t => t.Name);

        // Time itself carries this one out.
        Assert.Equal([nameof(ConversationCommand.ExpireOverdue)], silent);
    }

    private static string? Refusal(RequiresAttribute stated, ActorKind kind, Roles roles) =>
        stated.Requirement.IsMetBy(new Caller(new Actor(kind, "x"), roles)) ? null : JsonSerializer.Serialize(stated.Requirement.Needs);
}
