using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Tests.Knowledge;

public class MarkdownSectionsTests
{
    [Fact]
    public void An_article_is_split_at_its_headings()
    {
        var sections = MarkdownSections.Of("Intro.\n\n# One\nText.\n## Two ##\nMore.\n\n### C#\nLast.");

        Assert.Equal(
            [("", 0, "Intro.\n\n"), ("One", 1, "# One\nText.\n"), ("Two", 2, "## Two ##\nMore.\n\n"), ("C#", 3, "### C#\nLast.")],
            sections.Select(s => (s.Heading, s.Level, s.Text)));
    }

    [Theory]
    [InlineData("#no heading\nText.")]
    [InlineData("    # code\nText.")]
    [InlineData("####### seven\nText.")]
    [InlineData("```yaml\n# a comment\n```\nText.")]
    [InlineData("~~~~\n# a comment\n~~~\n# another\n~~~~\nText.")]
    [InlineData("```\n# never closed")]
    [InlineData("")]
    [InlineData("   \n\n")]
    public void What_is_no_heading_splits_nothing(string markdown) =>
        Assert.Equal(("", 0, markdown), Assert.Single(MarkdownSections.Of(markdown)) is var s ? (s.Heading, s.Level, s.Text) : default);

    [Fact]
    public void Lines_of_Windows_are_lines() =>
        Assert.Equal(["A", "B"], MarkdownSections.Of("# A\r\none\r\n## B\r\ntwo\r\n").Select(s => s.Heading));

    [Fact]
    public void Nothing_is_lost_however_a_text_looks()
    {
        var random = new Random(1);
        string[] parts = ["# ", "\n", "```", "word ", "##", " ", "\r\n", "~~~", "a long line of text without any end ", "# H\n", "\n\n", "😀"];
        for (var i = 0; i < 2_000; i++)
        {
            var text = string.Concat(random.GetItems(parts, random.Next(300)));
            Assert.Equal(text.Trim(), string.Concat(MarkdownSections.Of(text).Select(s => s.Text)).Trim());
            Assert.Equal(text.Trim(), string.Concat(MarkdownSections.Searched(text).Select(s => s.Text)).Trim());
        }
    }

    [Fact]
    public void A_long_section_is_searched_in_parts_that_end_between_words()
    {
        var text = "# Long\n" + string.Join("\n\n", Enumerable.Range(0, 100).Select(n => $"Paragraph {n} has some words in it, and then some more of them."));

        var parts = MarkdownSections.Searched(text).ToList();

        Assert.True(parts.Count > 1);
        Assert.All(parts, p => Assert.Equal("Long", p.Heading));
        Assert.All(parts, p => Assert.InRange(p.Text.Length, 1, 4_000));
        Assert.All(parts.Skip(1), p => Assert.StartsWith("Paragraph", p.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_a_section_in_parts_the_first_alone_begins_with_the_heading()
    {
        var text = "Before.\n\n## Long ##\n" + string.Join("\n\n", Enumerable.Range(0, 150).Select(n => $"Paragraph {n} has some words in it, and then some more of them."));

        var parts = MarkdownSections.Searched(text).ToList();

        Assert.True(parts.Count > 3);
        Assert.Equal([false, true, .. Enumerable.Repeat(false, parts.Count - 2)], parts.Select(p => p.BeginsWithHeading));
    }

    [Fact]
    public void A_section_is_found_by_its_heading_with_those_below_it()
    {
        const string Article = "# Title\nIntro.\n## Solution\n1. Do.\n### On Linux\n2. So.\n## Prevention\nWatch.\n";

        Assert.Equal("## Solution\n1. Do.\n### On Linux\n2. So.\n", MarkdownSections.Find(Article, "solution"));
        Assert.Equal("### On Linux\n2. So.\n", MarkdownSections.Find(Article, "### On Linux"));
        Assert.Equal(Article, MarkdownSections.Find(Article, "Title"));
        Assert.Null(MarkdownSections.Find(Article, "Cause"));
    }
}
