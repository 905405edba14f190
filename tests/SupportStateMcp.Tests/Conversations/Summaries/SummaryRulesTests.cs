using SupportStateMcp.Conversations;
using static SupportStateMcp.Tests.Conversations.Specification;
using static SupportStateMcp.Tests.Support.OneConversation;

namespace SupportStateMcp.Tests.Conversations.Summaries;

/// <summary>Summaries stand for messages, and only ever for more of them.</summary>
public class SummaryRulesTests
{
    [Fact]
    public void A_summary_says_through_which_message_it_goes_and_who_made_it()
    {
        var given = With(12);
        var events = given.When(Save(10, "The customer cannot sign in.")).Then(typeof(ConversationEvent.SummarySaved));

        var summary = Conversation.Apply(given.Conversation, events[0]).Summary!;
        Assert.Equal((10, "The customer cannot sign in.", Agent, Now), (summary.Through, summary.Text, summary.By, summary.At));
        Assert.Equal(12, given.And(Save(10, "x")).Conversation!.MessageCount);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(13)]
    public void It_has_to_cover_more_than_the_one_before_and_no_more_than_there_is(long through)
    {
        var refusal = Assert.IsType<Errors.InvalidArgument>(With(12).And(Save(5, "First.")).When(Save(through, "Second.")).ThenItIsRefused(ErrorCodes.InvalidArgument));

        Assert.Equal(("through_number", "it is the number of a message, from 6, after those that the summary covers already, to 12"), (refusal.Argument, refusal.Rule));
    }

    [Fact]
    public void Where_it_covers_all_the_next_message_is_waited_for() => Assert.Contains(
        "save one after the next message",
        Assert.IsType<Errors.InvalidArgument>(With(3).And(Save(3, "All.")).When(Save(3, "All of it.")).ThenItIsRefused(ErrorCodes.InvalidArgument)).Rule, StringComparison.Ordinal);

    [Fact]
    public void The_same_summary_again_changes_nothing() => With(3).And(Save(2, "Two.")).When(Save(2, "Two.")).ThenNothingHappens();

    [Fact]
    public void More_than_twenty_messages_without_a_summary_are_due_the_oldest_ten_first()
    {
        Assert.Null(With(20).Conversation!.SummaryDue);
        var given = With(21);
        Assert.Equal(new SummaryDue(1, 10), given.Conversation!.SummaryDue);
        given = given.And(Save(10, "Ten."));
        Assert.Null(given.Conversation!.SummaryDue);
        for (var n = 22; n <= 31; n++)
            given = given.And(Say("more", $"m-{n}"));
        Assert.Equal(new SummaryDue(11, 20), given.Conversation!.SummaryDue);
    }

    [Fact]
    public void An_erasure_takes_the_summary_out_of_the_conversation_and_out_of_the_trail()
    {
        var given = With(3).And(Save(2, "The customer's secret."));

        Assert.Null(given.And(Erase()).Conversation!.Summary);
        Assert.DoesNotContain("secret", Json(given.Events.Select(e => e.Redacted()).ToArray()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "x", "through_number")]
    [InlineData(1, "", "summary")]
    [InlineData(1, " \n", "summary")]
    [InlineData(1, null, "summary")]
    public void Bounds_are_told(long through, string? summary, string argument) =>
        Assert.Equal(argument, Assert.IsType<Errors.InvalidArgument>(Save(through, summary ?? new string('x', 4_001)).Violation()).Argument);

    internal static ConversationCommand.SaveSummary Save(long through, string summary) => new() { Id = Id, Actor = Agent, Roles = Trusted, Through = through, Summary = summary };

    private static GivenConversation With(int messages)
    {
        var given = Given(Opened(), Moved(2, "initialized", "gathering_info"));
        for (var n = 1; n <= messages; n++)
            given = given.And(Say($"Message {n}", $"m-{n}"));
        return given;
    }
}
