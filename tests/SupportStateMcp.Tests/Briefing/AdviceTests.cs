using SupportStateMcp.Briefing;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Briefing;

public class AdviceTests
{
    private static readonly Owner s_alice = Owner.Of(new Actor(ActorKind.Human, "alice"));
    private static readonly Conversation s_case = Conversation.Evolve(null, OneCase.Opened()) with { State = "processing" };

    [Fact]
    public void The_state_says_what_to_do() =>
        Assert.Equal(WorkflowDefinition.Default.Guidance("processing"), Advice.Of(s_case, WorkflowDefinition.Default));

    [Theory]
    [InlineData("processing")]
    [InlineData("escalated")]
    public void While_a_person_has_the_case_an_ai_is_told_to_be_silent(string state) => Assert.Equal(
        "human:alice has the case and alone answers the customer. An AI answers nothing until the case is handed back: it stores what the customer writes, and may leave internal notes.",
        Advice.Of(s_case with { State = state, Owner = s_alice }, WorkflowDefinition.Default));

    [Fact]
    public void While_it_waits_in_a_queue_as_well() => Assert.StartsWith(
        "The case waits in the queue access for a person",
        Advice.Of(s_case with { State = "escalated", Owner = Owner.InQueue("access") }, WorkflowDefinition.Default), StringComparison.Ordinal);

    [Fact]
    public void An_ai_that_has_an_escalated_case_back_is_told_so() => Assert.Equal(
        "A person has handed the case back to ai:desk-agent: read their note in the history and answer the customer. When that is done, move to resolved.",
        Advice.Of(s_case with { State = "escalated" }, WorkflowDefinition.Default));

    [Fact]
    public void After_a_stretch_of_a_person_their_words_are_to_be_read_until_the_ai_has_answered()
    {
        var back = s_case with { HumanStretch = new HumanStretch("human:alice", 3, OneCase.Now, 5, OneCase.Now) };

        Assert.StartsWith("human:alice had the case before (messages 3 to 5)", Advice.Of(back with { LastReply = 4 }, WorkflowDefinition.Default), StringComparison.Ordinal);
        Assert.StartsWith("Work on the solution", Advice.Of(s_case with { HumanStretch = new HumanStretch("human:alice", 3, OneCase.Now, 2, OneCase.Now) }, WorkflowDefinition.Default), StringComparison.Ordinal);
        Assert.StartsWith("Work on the solution", Advice.Of(back with { LastReply = 6 }, WorkflowDefinition.Default), StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_case_says_where_it_goes_on() => Assert.Equal(
        "The case is closed; it goes on in cs-TKT-001-f1.",
        Advice.Of(s_case with { State = "resolved", ClosedAt = OneCase.Now, Owner = s_alice, FollowUp = "cs-TKT-001-f1" }, WorkflowDefinition.Default));

    [Fact]
    public void After_a_write_the_owner_of_then_counts()
    {
        var written = Receipt.Of(s_case with { Owner = s_alice });

        Assert.StartsWith("human:alice has the case", Advice.Of(written, WorkflowDefinition.Default), StringComparison.Ordinal);
        Assert.StartsWith("Work on the solution", Advice.Of(written with { Owner = null }, WorkflowDefinition.Default), StringComparison.Ordinal);
    }
}
