using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Workflow;

/// <summary>The words of an answer hint at a state that may follow.</summary>
public class StateSuggestionsTests
{
    private static readonly StateSuggestions s_default = new(WorkflowDefinition.Default, StateSuggestions.DefaultWords);

    [Theory]
    [InlineData("gathering_info", "Please TRY this: restart it.", "processing")]
    [InlineData("gathering_info", "Here is the solution.", "processing")]
    [InlineData("gathering_info", "Which country are you in? The retry resolution is industrial.", null)]
    [InlineData("gathering_info", "Can you confirm?", null)]
    [InlineData("processing", "Try it. Does this help?", "awaiting_confirmation")]
    [InlineData("processing", "Try the solution.", null)]
    [InlineData("awaiting_confirmation", "Can you confirm, and try again?", null)]
    [InlineData("resolved", "Try it.", null)]
    [InlineData("unknown", "Try it.", null)]
    public void Only_whole_words_count_and_only_states_that_may_follow(string state, string answer, string? suggested) =>
        Assert.Equal(suggested, s_default.For(state, answer));

    [Fact]
    public void Of_several_the_last_in_the_order_of_the_workflow_is_suggested()
    {
        var suggestions = new StateSuggestions(WorkflowDefinition.Default, new Dictionary<string, IReadOnlyList<string>> { ["escalated"] = ["colleague"], ["processing"] = ["look"], ["nowhere"] = ["look"] });

        Assert.Equal("escalated", suggestions.For("gathering_info", "A colleague will look into it."));
        Assert.Equal("processing", suggestions.For("gathering_info", "I look into it."));
    }
}
