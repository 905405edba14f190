using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Tests.Knowledge;

public class ExcerptTests
{
    [Fact]
    public void A_short_section_is_shown_whole_in_one_line_without_its_heading() =>
        Assert.Equal("1. Stop it. 2. Start it.", Excerpt.Of("## Steps\n\n1. Stop it.\n2. Start it.\n", hasHeading: true, ["start"], 400));

    [Fact]
    public void Of_a_long_one_the_part_is_shown_that_the_words_are_in()
    {
        var filler = string.Join(' ', Enumerable.Repeat("Nothing of it matters here.", 40));
        var excerpt = Excerpt.Of($"{filler} The certificate expired yesterday. Renew certificates now. {filler}", hasHeading: false, ["certificates", "renewed", "expires"], 200);

        Assert.Contains("The certificate expired yesterday. Renew certificates now.", excerpt, StringComparison.Ordinal);
        Assert.StartsWith("…", excerpt, StringComparison.Ordinal);
        Assert.EndsWith("…", excerpt, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_never_longer_than_it_may_be_and_never_half_a_character()
    {
        var random = new Random(2);
        string[] parts = ["word ", "😀", "\n", ". ", "longerthananyword", " ", "x"];
        for (var i = 0; i < 5_000; i++)
        {
            var text = string.Concat(random.GetItems(parts, random.Next(200)));
            var most = random.Next(20, 120);
            var excerpt = Excerpt.Of(text, hasHeading: random.Next(2) == 0, ["word", "x"], most);
            Assert.InRange(excerpt.Length, 0, most);
            Assert.DoesNotContain("\ufffd", System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(excerpt)), StringComparison.Ordinal);
            Assert.DoesNotContain('\n', excerpt);
        }
    }
}
