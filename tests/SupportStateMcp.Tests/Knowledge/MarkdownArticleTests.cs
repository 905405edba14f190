using SupportStateMcp.Conversations;
using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Tests.Knowledge;

public class MarkdownArticleTests
{
    [Fact]
    public void The_first_lines_say_what_the_article_is()
    {
        var article = MarkdownArticle.Read("\ufeff---\r\nid: a-1\r\ntitle: \"How: to\"\r\ntags: [One, two]\r\nstatus: archived\r\n---\r\n# Text\r\nMore.\r\n", "file", ArticleStatus.Published).Value;

        Assert.Equal(("a-1", "How: to", "# Text\nMore.", ArticleStatus.Archived), (article.ArticleId, article.Title, article.Content, article.Status));
        Assert.Equal(["One", "two"], article.Tags);
    }

    [Fact]
    public void What_they_do_not_say_name_and_heading_say()
    {
        var article = MarkdownArticle.Read("Intro\n\n# The title\n\nText.", "folder/file", ArticleStatus.Draft).Value;

        Assert.Equal(("folder/file", "The title", ArticleStatus.Draft), (article.ArticleId, article.Title, article.Status));
        Assert.Equal("plain", MarkdownArticle.Read("Text alone.", "plain", ArticleStatus.Draft).Value.Title);
    }

    [Theory]
    [InlineData("---\nid: x\nText.", "---")]
    [InlineData("---\nid: x\nid: y\n---\nText.", "---")]
    [InlineData("---\nauthor: me\n---\nText.", "author")]
    [InlineData("---\nstatus: live\n---\nText.", "status")]
    [InlineData("---\ntitle: x\n---\n", "content")]
    [InlineData("---\nid: with space\n---\nText.", "article_id")]
    public void What_cannot_be_read_is_refused(string text, string argument) =>
        Assert.Equal(argument, Assert.IsType<Errors.InvalidArgument>(MarkdownArticle.Read(text, "file", ArticleStatus.Draft).Error).Argument);
}
