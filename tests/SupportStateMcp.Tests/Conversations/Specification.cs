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
        /// <summary>The case as it stands.</summary>
        public Conversation? Case => Conversation.Fold(null, Events);

        public Decision When(ConversationCommand command, TimeSpan after = default) =>
            new ConversationDecider(Workflow, new ApprovalPolicy()).Decide(Case, command, OneCase.Now + after);

        /// <summary>The same case, after somebody did that too.</summary>
        public GivenCase And(ConversationCommand command, TimeSpan after = default) =>
            this with { Events = [.. Events, .. Assert.IsType<Decision.Accepted>(When(command, after)).Events] };
    }

    public static Decision.Accepted Then(this Decision decision, params ConversationEvent[] expected)
    {
        var accepted = Assert.IsType<Decision.Accepted>(decision);
        Assert.Equal(OneCase.Json(expected), OneCase.Json(accepted.Events));
        return accepted;
    }

    /// <summary>The events that happen are of these kinds.</summary>
    public static IReadOnlyList<ConversationEvent> Then(this Decision decision, params Type[] expected)
    {
        var accepted = Assert.IsType<Decision.Accepted>(decision);
        Assert.Equal(expected, accepted.Events.Select(e => e.GetType()));
        return accepted.Events;
    }

    public static Rejection ThenItIsRefused(this Decision decision, string code)
    {
        var rejection = Assert.IsType<Decision.Refused>(decision).Rejection;
        Assert.Equal(code, rejection.Code);
        return rejection;
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
