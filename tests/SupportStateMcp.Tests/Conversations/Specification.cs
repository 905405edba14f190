using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>Given what happened, when somebody wants something, then that happens.</summary>
internal static class Specification
{
    public static GivenCase Given(params ConversationEvent[] events) => new(WorkflowDefinition.Default, events);

    public static GivenCase Given(WorkflowDefinition workflow, params ConversationEvent[] events) => new(workflow, events);

    public sealed record GivenCase(WorkflowDefinition Workflow, ConversationEvent[] Events)
    {
        public Decision When(ConversationCommand command) =>
            new ConversationDecider(Workflow, new ApprovalPolicy()).Decide(Conversation.Fold(null, Events), command, OneCase.Now);
    }

    public static Decision.Accepted Then(this Decision decision, params ConversationEvent[] expected)
    {
        var accepted = Assert.IsType<Decision.Accepted>(decision);
        Assert.Equal(OneCase.Json(expected), OneCase.Json(accepted.Events));
        return accepted;
    }

    public static void ThenNothingHappens(this Decision decision) => Assert.IsType<Decision.Unchanged>(decision);

    public static void ThenItIsRefused(this Decision decision, string code, string sentence, string facts)
    {
        var rejection = Assert.IsType<Decision.Refused>(decision).Rejection;
        Assert.Equal(code, rejection.Code);
        Assert.Equal(sentence, rejection.Message);
        Assert.Equal(facts, OneCase.Json(rejection.Facts));
    }
}
