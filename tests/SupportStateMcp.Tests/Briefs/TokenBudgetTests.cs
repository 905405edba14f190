using System.Globalization;
using SupportStateMcp.Briefs;

namespace SupportStateMcp.Tests.Briefs;

public class TokenBudgetTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 2)]
    [InlineData("abcdefgh", 2)]
    [InlineData("one two three", 4)]
    [InlineData("a b c", 4)]
    [InlineData("12345678", 4)]
    [InlineData("äöü", 3)]
    [InlineData("障害です", 4)]
    [InlineData("🙂", 2)]
    public void A_text_counts_rather_too_much_than_too_little(string text, int tokens) => Assert.Equal(tokens, TokenBudget.Count(text));

    [Theory]
    [InlineData("Der Größte unter den Überläufern; 17 Stück! ")]
    [InlineData("請求書が二重に届きました。返金は 612.40 円です。")]
    [InlineData("🙂🙃 mixed ünd 日本語 \t\n 42")]
    public void Parts_never_count_less_than_the_whole(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 7));
        for (var i = 0; i <= text.Length; i++)
            Assert.True(TokenBudget.Count(text) <= TokenBudget.Count(text[..i]) + TokenBudget.Count(text[i..]), $"{i}");
    }

    [Theory]
    [InlineData("Der Größte unter den Überläufern; 17 Stück! Und noch viel mehr davon, ohne Ende.")]
    [InlineData("請求書が二重に届きました。返金は 612.40 円です。")]
    [InlineData("🙂🙂🙂🙂🙂🙂🙂🙂")]
    [InlineData("donaudampfschifffahrtsgesellschaftskapitänsmützenfabrikation")]
    public void What_is_cut_fits_and_is_a_beginning_of_the_text(string text)
    {
        for (var most = 0; most <= TokenBudget.Count(text) + 1; most++)
        {
            var cut = TokenBudget.Cut(text, most);

            Assert.True(TokenBudget.Count(cut) <= most, $"{most}: {cut}");
            Assert.StartsWith(cut.TrimEnd('…'), text, StringComparison.Ordinal);
            // Half an emoji is no character.
            Assert.Equal(cut, new StringInfo(cut).String);
            Assert.False(cut.TrimEnd('…') is [.., var last] && char.IsHighSurrogate(last));
        }

        Assert.Equal(text, TokenBudget.Cut(text, TokenBudget.Count(text)));
    }
}
