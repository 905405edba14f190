using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Briefs;

public class GuidanceBuilderTests
{
    private static readonly Owner s_alice = Owner.Of(new Actor(ActorKind.Human, "alice"));
    private static readonly Conversation s_conversation = Conversation.Apply(null, OneConversation.Opened()) with { State = "processing" };

    [Fact]
    public void The_state_says_what_to_do() =>
        Assert.Equal(WorkflowDefinition.Default.Guidance("processing"), GuidanceBuilder.Of(s_conversation, WorkflowDefinition.Default));

    [Theory]
    [InlineData("processing")]
    [InlineData("escalated")]
    public void While_a_person_has_the_conversation_an_ai_is_told_to_be_silent(string state) => Assert.Equal(
        "human:alice has the conversation and alone answers the customer. An AI answers nothing until the conversation is handed back: it stores what the customer writes, and may leave internal notes.",
        GuidanceBuilder.Of(s_conversation with { State = state, Owner = s_alice }, WorkflowDefinition.Default));

    [Fact]
    public void While_it_waits_in_a_queue_as_well() => Assert.StartsWith(
        "The conversation waits in the queue access for a person",
        GuidanceBuilder.Of(s_conversation with { State = "escalated", Owner = Owner.InQueue("access") }, WorkflowDefinition.Default), StringComparison.Ordinal);

    [Fact]
    public void An_ai_that_has_an_escalated_conversation_back_is_told_so() => Assert.Equal(
        "A person has handed the conversation back to ai:desk-agent: read their note in the history and answer the customer. When that is done, move to resolved.",
        GuidanceBuilder.Of(s_conversation with { State = "escalated" }, WorkflowDefinition.Default));

    [Fact]
    public void After_a_stretch_of_a_person_their_words_are_to_be_read_until_the_ai_has_answered()
    {
        var back = s_conversation with { HumanTakeover = new HumanTakeover("human:alice", 3, OneConversation.Now, 5, OneConversation.Now) };

        Assert.StartsWith("human:alice had the conversation before (messages 3 to 5)", GuidanceBuilder.Of(back with { LastReply = 4 }, WorkflowDefinition.Default), StringComparison.Ordinal);
        Assert.StartsWith("Work on the solution", GuidanceBuilder.Of(s_conversation with { HumanTakeover = new HumanTakeover("human:alice", 3, OneConversation.Now, 2, OneConversation.Now) }, WorkflowDefinition.Default), StringComparison.Ordinal);
        Assert.StartsWith("Work on the solution", GuidanceBuilder.Of(back with { LastReply = 6 }, WorkflowDefinition.Default), StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_conversation_says_where_it_goes_on() => Assert.Equal(
        "The conversation is closed; it goes on in cs-TKT-001-f1.",
        GuidanceBuilder.Of(s_conversation with { State = "resolved", ClosedAt = OneConversation.Now, Owner = s_alice, FollowUp = "cs-TKT-001-f1" }, WorkflowDefinition.Default));

    [Fact]
    public void After_a_write_the_owner_of_then_counts()
    {
        var written = IdempotencyRecord.Of(s_conversation with { Owner = s_alice });

        Assert.StartsWith("human:alice has the conversation", GuidanceBuilder.Of(written, WorkflowDefinition.Default), StringComparison.Ordinal);
        Assert.StartsWith("Work on the solution", GuidanceBuilder.Of(written with { Owner = null }, WorkflowDefinition.Default), StringComparison.Ordinal);
    }
}
