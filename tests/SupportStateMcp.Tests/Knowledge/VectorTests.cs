using SupportStateMcp.Hosting;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.KnowledgeBase;

namespace SupportStateMcp.Tests.Knowledge;

/// <summary>Searches by meaning, with a service of embeddings that answers, and with one that does not.</summary>
public sealed class VectorTests : IAsyncLifetime
{
    private readonly StoreFolder _folder = new();
    private EmbeddingServer _server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await EmbeddingServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task An_article_is_found_that_says_it_in_other_words()
    {
        var knowledge = Create();
        await knowledge.ImportAsync(Input("a", "# Intro\nNothing.\n# Animals\nStripes on the savanna."), Input("b", "Paying a bill."));
        Assert.Empty(await _folder.CreateKnowledge().IdsAsync("zebra"));

        var found = await UntilAsync(knowledge, "zebra", a => a.Answers[0].Hits.Any());

        Assert.Equal(SearchMode.Hybrid, found.Mode);
        Assert.Equal(("a", "Animals"), found.Answers[0].Hits.Select(h => (h.ArticleId, h.Heading)).First());
    }

    [Fact]
    public async Task A_later_part_of_a_long_section_that_is_found_by_its_vector_is_shown_from_its_first_line_on()
    {
        var knowledge = Create();
        // Words that the query does not have.
        await knowledge.ImportAsync(Input("long", KnowledgeContract.LongSection("savanna")));

        var found = await UntilAsync(knowledge, "zebra", a => a.Answers[0].Hits.Any());

        Assert.StartsWith("The savanna is in this line. But not in this one.", found.Answers[0].Hits[0].Excerpt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_rankings_count()
    {
        var knowledge = Create();
        await knowledge.ImportAsync(Input("words", "invoice number"), Input("meaning", "payment of a bill"), Input("both", "the invoice is a bill for a payment"));

        var found = await UntilAsync(knowledge, "invoice", a => a.Answers[0].Hits.Count == 3);

        // One of the three has none of the words.
        Assert.Equal("meaning", found.Answers[0].Hits[2].ArticleId);
        Assert.InRange(found.Answers[0].Hits[0].Score, 2.0 / 64, 2.0 / 61);
    }

    [Fact]
    public async Task Vectors_are_made_once_for_all_processes_and_anew_for_what_changed()
    {
        var knowledge = Create();
        await knowledge.ImportAsync(Input("a", "stripes"), Input("b", "login"));
        await UntilAsync(knowledge, "zebra", a => a.Answers[0].Hits.Any(h => h.ArticleId == "a"));
        await UntilAsync(knowledge, "password", a => a.Answers[0].Hits.Any(h => h.ArticleId == "b"));

        var elsewhere = Create();
        var before = _server.Texts.Count;
        Assert.NotEmpty((await ByMeaningAsync(elsewhere, "zebra")).Answers[0].Hits);
        Assert.All(_server.Texts.Skip(before), text => Assert.Equal("zebra", text));

        await elsewhere.SaveAsync(Input("a", "about a bill now"));
        await UntilAsync(knowledge, "payment", a => a.Answers[0].Hits is [{ ArticleId: "a" }, ..]);
    }

    [Fact]
    public async Task What_is_not_published_is_not_found_by_its_vectors_either()
    {
        var knowledge = Create();
        await knowledge.ImportAsync(Input("a", "stripes"), Input("b", "savanna", ArticleStatus.Published, null, "tag"));
        await UntilAsync(knowledge, "zebra", a => a.Answers[0].Hits.Count == 2);

        Assert.Equal("b", Assert.Single((await ByMeaningAsync(knowledge, "zebra", "tag")).Answers[0].Hits).ArticleId);
        await knowledge.SaveAsync(Input("a", "stripes", ArticleStatus.Archived));
        Assert.Equal("b", Assert.Single((await ByMeaningAsync(knowledge, "zebra")).Answers[0].Hits).ArticleId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_the_service_does_not_answer_a_search_goes_by_words_and_says_so(bool hangs)
    {
        var knowledge = Create();
        await knowledge.ImportAsync(Input("a", "stripes"), Input("b", "zebra"));
        await UntilAsync(knowledge, "zebra", a => a.Answers[0].Hits.Count == 2);
        (_server.Hangs, _server.Status) = (hangs, 500);

        var found = await QueryAsync(knowledge, "zebra");
        var again = await QueryAsync(knowledge, "zebra");
        (_server.Hangs, _server.Status) = (false, 200);
        _folder.Time.Advance(TimeSpan.FromMinutes(1));
        var later = await ByMeaningAsync(knowledge, "zebra");

        Assert.Equal((SearchMode.Keyword, SearchMode.Keyword, SearchMode.Hybrid), (found.Mode, again.Mode, later.Mode));
        Assert.Equal("b", Assert.Single(found.Answers[0].Hits).ArticleId);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_makes_no_rest_longer()
    {
        var knowledge = Create();
        await knowledge.ImportAsync(Input("a", "stripes"));
        await UntilAsync(knowledge, "zebra", a => a.Answers[0].Hits.Any());
        _server.Status = 500;
        Assert.Equal(SearchMode.Keyword, (await QueryAsync(knowledge, "zebra")).Mode);
        _server.Status = 200;

        _folder.Time.Advance(TimeSpan.FromHours(-1));

        await Eventually.TrueAsync(
            async () =>
            {
                _folder.Time.Pass(TimeSpan.FromSeconds(31));
                return (await QueryAsync(knowledge, "zebra")).Mode == SearchMode.Hybrid;
            },
            () => "Searches went by words.");
    }

    [Fact]
    public async Task A_query_that_the_service_refuses_keeps_no_other_from_being_searched_by_meaning()
    {
        var knowledge = Create();
        await knowledge.ImportAsync(Input("a", "stripes"));
        await UntilAsync(knowledge, "zebra", a => a.Answers[0].Hits.Any());
        _server.Refuses = text => text.Contains("too long", StringComparison.Ordinal);

        await Eventually.TrueAsync(
            async () =>
            {
                // A busy machine may take longer than a search waits: then all of it again, after the rest.
                _folder.Time.Advance(TimeSpan.FromMinutes(1));
                Assert.Equal(SearchMode.Keyword, (await QueryAsync(knowledge, "zebra too long")).Mode);
                return (await QueryAsync(knowledge, "zebra")).Mode == SearchMode.Hybrid;
            },
            () => "The search after the refused one went by words.");
    }

    [Fact]
    public async Task Of_a_long_query_its_beginning_is_sent_in_whole_characters()
    {
        var knowledge = Create();
        await knowledge.ImportAsync(Input("a", "stripes"));
        var beginning = "zebra ".PadRight(1_999, '.');

        await ByMeaningAsync(knowledge, beginning + "😀" + new string('.', 5_000));

        Assert.Contains(beginning, _server.Texts);
        Assert.All(_server.Texts, text => Assert.InRange(text.Length, 1, 2_000));
    }

    private KnowledgeBase Create() => _folder.CreateKnowledge(Embedder.Of(new EmbeddingOptions { Endpoint = _server.Endpoint, Model = "small", ApiKey = "none" }));

    private static async Task<KnowledgeAnswers> QueryAsync(KnowledgeBase knowledge, string query, params string[] tags) =>
        (await knowledge.Search.QueryAsync([query], 5, tags, Stop)).Value;

    /// <summary>Asks again where a busy machine took longer than a search waits.</summary>
    private async Task<KnowledgeAnswers> ByMeaningAsync(KnowledgeBase knowledge, string query, params string[] tags)
    {
        for (var tries = 0; ; tries++)
        {
            var answers = await QueryAsync(knowledge, query, tags);
            if (answers.Mode == SearchMode.Hybrid)
                return answers;
            Assert.True(tries < 10, "No search was by meaning.");
            _folder.Time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    /// <summary>Vectors are made in the background.</summary>
    private async Task<KnowledgeAnswers> UntilAsync(KnowledgeBase knowledge, string query, Func<KnowledgeAnswers, bool> isMet)
    {
        KnowledgeAnswers answers = null!;
        await Eventually.TrueAsync(async () => isMet(answers = await ByMeaningAsync(knowledge, query)), () => "The vectors did not come.");
        return answers;
    }
}
