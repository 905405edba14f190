using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Tests.Support.OneConversation;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>Custom facts of a desk that says what they look like.</summary>
public class FactsSchemaTests
{
    private static readonly ConversationDecider s_decider = new(
        WorkflowDefinition.Default, new ApprovalPolicy(), Pipelines.Default, new TicketOptions(),
        new FactsSchema(ResultSchema.TryParse("""{"type":"object","properties":{"order":{"type":"string","pattern":"^A-"},"tries":{"type":"integer"}},"required":["order"],"additionalProperties":false}""")!));

    private static Conversation Opened(string facts) =>
        Assert.IsType<Decision.Accepted>(s_decider.Decide(null, Open() with { Metadata = Facts(facts) }, Now)).After;

    [Theory]
    [InlineData("""{"tries":1}""", "order")]
    [InlineData("""{"order":17}""", "/order")]
    [InlineData("""{"order":"A-17","more":true}""", "/more")]
    public void What_does_not_fit_is_refused_with_the_rule(string facts, string told)
    {
        var refused = Assert.IsType<Decision.Refused>(s_decider.Decide(null, Open() with { Metadata = Facts(facts) }, Now)).Error;

        Assert.Equal("invalid_argument", refused.Code);
        Assert.Contains(told, (string)refused.Facts["rule"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void What_counts_is_what_the_conversation_has_after_the_change()
    {
        var opened = Opened("""{"order":"A-17"}""");

        Assert.IsType<Decision.Accepted>(s_decider.Decide(opened, Update() with { Metadata = Facts("""{"tries":1}""") }, Now));
        Assert.IsType<Decision.Refused>(s_decider.Decide(opened, Update() with { Metadata = Facts("""{"order":null,"tries":1}""") }, Now));
        // Without facts there is nothing to fit.
        Assert.IsType<Decision.Accepted>(s_decider.Decide(null, Open(), Now));
        Assert.IsType<Decision.Accepted>(s_decider.Decide(opened, Update() with { Metadata = Facts("""{"order":null}""") }, Now));
    }

    [Fact]
    public void A_rollback_brings_no_facts_back_that_do_not_fit_any_more()
    {
        var before = Conversation.Apply(null, OneConversation.Opened() with { Metadata = Facts("""{"old":1}""") });
        var now = Conversation.Apply(before, Updated(2) with { Metadata = Facts("""{"old":null,"order":"A-17"}""") });

        Assert.IsType<Decision.Refused>(s_decider.Decide(now, OneTask.Rollback(before), Now));
    }
}
