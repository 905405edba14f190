using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>Given what happened, when somebody wants something, then that happens.</summary>
internal static class Specification
{
    public static GivenConversation Given(params ConversationEvent[] events) => new(WorkflowDefinition.Default, events);

    public static GivenConversation Given(WorkflowDefinition workflow, params ConversationEvent[] events) => new(workflow, events);

    public sealed record GivenConversation(WorkflowDefinition Workflow, ConversationEvent[] Events)
    {
        /// <summary>The conversation as it stands.</summary>
        public Conversation? Conversation => Conversation.Fold(null, Events);

        public Decision When(ConversationCommand command, TimeSpan after = default) =>
            new ConversationDecider(Workflow, new ApprovalPolicy()).Decide(Conversation, command, OneConversation.Now + after);

        /// <summary>The same conversation, after somebody did that too.</summary>
        public GivenConversation And(ConversationCommand command, TimeSpan after = default) =>
            this with { Events = [.. Events, .. Assert.IsType<Decision.Accepted>(When(command, after)).Events] };
    }

    public static Decision.Accepted Then(this Decision decision, params ConversationEvent[] expected)
    {
        var accepted = Assert.IsType<Decision.Accepted>(decision);
        Assert.Equal(OneConversation.Json(expected), OneConversation.Json(accepted.Events));
        return accepted;
    }

    /// <summary>The events that happen are of these kinds.</summary>
    public static IReadOnlyList<ConversationEvent> Then(this Decision decision, params Type[] expected)
    {
        var accepted = Assert.IsType<Decision.Accepted>(decision);
        Assert.Equal(expected, accepted.Events.Select(e => e.GetType()));
        return accepted.Events;
    }

    public static Error ThenItIsRefused(this Decision decision, string code)
    {
        var error = Assert.IsType<Decision.Refused>(decision).Error;
        Assert.Equal(code, error.Code);
        return error;
    }

    public static void ThenNothingHappens(this Decision decision) => Assert.IsType<Decision.Unchanged>(decision);

    public static void ThenItIsRefused(this Decision decision, string code, string sentence, string facts)
    {
        var error = Assert.IsType<Decision.Refused>(decision).Error;
        Assert.Equal(code, error.Code);
        Assert.Equal(sentence, McpErrorMessages.Of(error));
        Assert.Equal(facts, OneConversation.Json(error.Facts));
    }
}
