using System.Text;
using SupportStateMcp.Conversations;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.KnowledgeBase;

namespace SupportStateMcp.Tests.Contracts;

/// <summary>What the knowledge base does alike on every store.</summary>
public abstract class KnowledgeContract
{
    /// <summary>A knowledge base on this test's data. A second one stands for another process: the two share nothing else.</summary>
    private protected abstract KnowledgeBase Create();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_article_is_found_at_once_wherever_it_was_written()
    {
        var (here, elsewhere) = (Create(), Create());
        Assert.Empty(await here.IdsAsync("certificate"));
        Assert.Empty(await elsewhere.IdsAsync("certificate"));

        await here.SaveAsync(Input("mtls", "# Cause\nNothing.\n## Solution\nRenew the certificates."));

        var found = Assert.Single(await here.FindAsync("a certificate"));
        Assert.Equal(("mtls", "mtls", "Solution", "Renew the certificates."), (found.ArticleId, found.Title, found.Heading, found.Excerpt));
        Assert.Equal(["mtls"], await elsewhere.IdsAsync("certificate"));
        await elsewhere.SaveAsync(Input("other", "About certificates, too."));
        Assert.Equal(2, (await here.IdsAsync("certificate")).Count);
    }

    [Fact]
    public async Task Drafts_and_archived_articles_are_never_found()
    {
        var (here, elsewhere) = (Create(), Create());
        await here.SaveAsync(Input("draft", "zebra", ArticleStatus.Draft));
        await here.SaveAsync(Input("archived", "zebra", ArticleStatus.Archived));
        await here.SaveAsync(Input("published", "zebra"));
        Assert.Equal(["published"], await here.IdsAsync("zebra"));
        Assert.Equal(["published"], await elsewhere.IdsAsync("zebra"));

        await elsewhere.SaveAsync(Input("published", "zebra", ArticleStatus.Archived));
        Assert.Empty(await here.IdsAsync("zebra"));
        await elsewhere.SaveAsync(Input("draft", "zebra"));
        Assert.Equal(["draft"], await here.IdsAsync("zebra"));
        await here.Records.DeleteAsync(Article.Kind, "draft", Stop);
        Assert.Empty(await elsewhere.IdsAsync("zebra"));
    }

    [Fact]
    public async Task What_an_article_said_before_is_not_found_any_more()
    {
        var (here, elsewhere) = (Create(), Create());
        await here.SaveAsync(Input("a", "The old word: zebra.", title: "Stripes"));
        Assert.Equal(["a"], await elsewhere.IdsAsync("zebra"));
        Assert.Equal(["a"], await here.IdsAsync("stripes"));

        await here.SaveAsync(Input("a", "The new word: giraffe.", title: "Spots"));

        foreach (var knowledge in (KnowledgeBase[])[here, elsewhere])
        {
            Assert.Empty(await knowledge.IdsAsync("zebra"));
            Assert.Empty(await knowledge.IdsAsync("stripes"));
            Assert.Equal("Spots", Assert.Single(await knowledge.FindAsync("giraffes")).Title);
        }
    }

    [Fact]
    public async Task The_best_section_of_an_article_counts_and_its_title_more_than_its_text()
    {
        var knowledge = Create();
        await knowledge.ImportAsync(
            Input("many", string.Join('\n', Enumerable.Range(0, 20).Select(n => $"# {n}\nlions and tigers"))),
            Input("one", "# First\nnothing\n# Second\nzebra zebra zebra"),
            Input("titled", "nothing of it", title: "Zebra"));

        Assert.Equal(["one", "titled"], (await knowledge.IdsAsync("zebra")).Order());
        Assert.Equal("Second", (await knowledge.FindAsync("zebra")).Single(h => h.ArticleId == "one").Heading);
        Assert.Equal("titled", (await knowledge.IdsAsync("zebra nothing"))[0]);
        Assert.Equal(["many"], await knowledge.IdsAsync("tiger"));
    }

    /// <summary>A section of 9,000 characters, which is searched in parts; the word that is sought stands in the first line of the last part.</summary>
    internal static string LongSection(string word)
    {
        var paragraph = string.Join(' ', Enumerable.Repeat("lions and tigers", 212));
        return $"# Animals\n{paragraph}\n\n{paragraph}\n\nThe {word} is in this line.\nBut not in this one. {paragraph[..1_750]}";
    }

    [Fact]
    public async Task The_excerpt_of_a_later_part_of_a_long_section_has_its_first_line()
    {
        var knowledge = Create();
        await knowledge.SaveAsync(Input("long", LongSection("zebra")));

        var found = Assert.Single(await knowledge.FindAsync("zebra"));

        Assert.Equal("Animals", found.Heading);
        Assert.StartsWith("The zebra is in this line. But not in this one.", found.Excerpt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_articles_with_all_of_the_tags_are_found()
    {
        var knowledge = Create();
        await knowledge.ImportAsync(
            Input("both", "zebra", tags: ["mtls", "Upgrade"]), Input("one", "zebra", tags: ["mtls"]), Input("none", "zebra"));

        Assert.Equal(3, (await knowledge.IdsAsync("zebra")).Count);
        Assert.Equal(["both", "one"], (await knowledge.IdsAsync("zebra", 5, "MTLS")).Order());
        Assert.Equal(["both"], await knowledge.IdsAsync("zebra", 5, "mtls", "upgrade"));
        Assert.Empty(await knowledge.IdsAsync("zebra", 5, "mtl"));
    }

    [Fact]
    public async Task Several_queries_have_an_answer_each_in_their_order()
    {
        var knowledge = Create();
        await knowledge.ImportAsync(Input("a", "zebra"), Input("b", "giraffe"));

        var answers = (await knowledge.Search.QueryAsync(["giraffe", "zebra", "nothing of it", "zebra giraffe"], 1, [], Stop)).Value.Answers;

        Assert.Equal(["b", "a", "", "a"], answers.Select(a => a.Hits is [var first, ..] ? first.ArticleId : ""));
        Assert.Equal("nothing of it", answers[2].Query);
    }

    [Fact]
    public async Task Two_instances_find_the_same_with_the_same_scores_however_they_came_to_it()
    {
        var (grown, random) = (Create(), new Random(3));
        string[] words = ["sidecar", "port", "mtls", "certificate", "broker", "state", "actor", "upgrade", "pod", "log", "error", "restart"];
        for (var n = 0; n < 60; n++)
        {
            var article = Input(
                $"a-{random.Next(30)}", string.Join('\n', Enumerable.Range(0, random.Next(1, 4)).Select(s => $"# {s}\n{string.Join(' ', random.GetItems(words, random.Next(3, 40)))}")),
                random.Next(4) == 0 ? ArticleStatus.Archived : ArticleStatus.Published);
            await grown.SaveAsync(article);
            // In between, so that lists are there which have to be followed.
            await grown.IdsAsync(words[n % words.Length]);
        }

        var (fresh, prepared) = (Create(), Create());
        await prepared.Indexing.PrepareAsync(Stop);
        foreach (var query in words.Append("sidecar sidecar port error").Append("restart the broker after an upgrade"))
        {
            Assert.Equal(await fresh.ScoresAsync(query), await grown.ScoresAsync(query));
            Assert.Equal(await fresh.ScoresAsync(query), await prepared.ScoresAsync(query));
        }
    }

    [Fact]
    public async Task Words_are_met_in_all_their_forms_and_without_regard_to_accents_and_case()
    {
        var knowledge = Create();
        await knowledge.ImportAsync(Input("a", "Restarting the CONNECTIONS of a café"), Input("b", "Größenänderung 你好"));

        foreach (var query in (string[])["restarted", "restarts", "connection", "cafe", "CAFÉS"])
            Assert.Equal(["a"], await knowledge.IdsAsync(query));
        Assert.Equal(["b"], await knowledge.IdsAsync("grossenanderung größenänderung"));
        Assert.Equal(["b"], await knowledge.IdsAsync("你好"));
    }

    [Theory]
    [InlineData("k", "zebra", 0)]
    [InlineData("k", "zebra", 21)]
    [InlineData("query", "", 5)]
    [InlineData("query", " \n", 5)]
    [InlineData("queries", null, 5)]
    public async Task Bounds_are_told(string argument, string? query, int k)
    {
        var refusal = (await Create().Search.QueryAsync(query is null ? [] : [query], k, [], Stop)).Error;

        Assert.Equal(argument, Assert.IsType<Errors.InvalidArgument>(refusal).Argument);
    }

    [Fact]
    public async Task Imports_and_searches_at_once_disturb_each_other_no_more_than_in_turn()
    {
        var (here, elsewhere) = (Create(), Create());
        var importing = Task.Run(async () =>
        {
            for (var n = 0; n < 40; n++)
                await here.ImportAsync([.. Enumerable.Range(0, 10).Select(i => Input($"a-{i}", $"zebra {n} {i}"))]);
        }, Stop);
        var searching = Task.WhenAll(((KnowledgeBase[])[here, elsewhere, elsewhere]).Select(k => Task.Run(async () =>
        {
            await k.ImportAsync(Input("always", "giraffe"));
            do
                Assert.Equal(["always"], await k.IdsAsync("giraffe"));
            while (!importing.IsCompleted);
        }, Stop)));

        await Task.WhenAll(importing, searching);
        Assert.Equal(10, (await elsewhere.IdsAsync("zebra 39", 20)).Count);
    }

    [Fact]
    public async Task No_text_is_a_query_with_an_error_in_it()
    {
        var knowledge = Create();
        await knowledge.ImportAsync(KnowledgeSampleData.Articles);
        Assert.NotEmpty(await knowledge.IdsAsync("sidecar"));

        SearchAnything(knowledge, 5_000);
    }

    private protected static void SearchAnything(KnowledgeBase knowledge, int texts)
    {
        var random = new Random(5);
        for (var n = 0; n < texts; n++)
            knowledge.Index.Search(SearchQuery.Of(RandomText(random)), 5, []);
    }

    /// <summary>Words that are there, marks that mean something to FTS5, any character at all, halves of pairs too.</summary>
    internal static string RandomText(Random random)
    {
        string[] parts = ["sidecar", "\"", "'", "*", "^", "(", ")", "AND", "OR", "NOT", "NEAR(", "title:", "-", "+", "{", "}", ":", ",", "\0", " ", "\n", "%", ";--", "é", "ß"];
        var text = new StringBuilder();
        for (var left = random.Next(1, 40); left > 0; left--)
            text.Append(random.Next(3) == 0 ? ((char)random.Next(char.MaxValue + 1)).ToString() : parts[random.Next(parts.Length)]);
        return text.ToString();
    }
}
