using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Tests.Knowledge;

public class SearchQueryTests
{
    [Theory]
    [InlineData("The sidecar doesn't start; why?", "sidecar start")]
    [InlineData("card card CARD", "card card CARD")]
    [InlineData("\"quoted\" AND (title:x* OR NEAR(a b)) -minus ^first", "quoted title x NEAR b minus first")]
    [InlineData("Größe 你好 naïve e\u0301te\u0301", "Größe 你好 naïve e\u0301te\u0301")]
    [InlineData("x\0y", "x y")]
    [InlineData("ERR_DIRECT_INVOKE 3500", "ERR DIRECT INVOKE 3500")]
    public void Words_are_what_is_searched_for(string text, string words) => Assert.Equal(words, string.Join(' ', SearchQuery.Of(text).Words));

    [Fact]
    public void A_question_of_stop_words_alone_is_asked_as_it_is() => Assert.Equal(["What", "is", "this"], SearchQuery.Of("What is this?").Words);

    [Fact]
    public void Half_a_character_ends_a_word() => Assert.Equal(["x", "y"], SearchQuery.Of($"x{(char)0xD800}y").Words);

    [Fact]
    public void A_text_without_a_word_asks_for_nothing() => Assert.Empty(SearchQuery.Of("?! … 😀").Words);
}
