using System.Diagnostics;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.KnowledgeBase;

namespace SupportStateMcp.Tests.Storage.Sqlite;

/// <summary>The knowledge base in the database of the embedded store.</summary>
public sealed class SqliteKnowledgeTests : KnowledgeContract, IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    private protected override KnowledgeBase Create() => _folder.CreateKnowledge();

    /// <summary>Few articles: what is long about it is to be the texts, not the ranking. A million of them with <c>SUPPORTSTATE_TEST_QUERIES=1000000</c>.</summary>
    [Fact]
    public async Task Nor_has_any_of_many_more_texts_an_error_in_it()
    {
        var knowledge = Create();
        await knowledge.ImportAsync([.. KnowledgeSampleData.Articles.Take(2)]);
        Assert.NotEmpty(await knowledge.IdsAsync("sidecar"));

        SearchAnything(knowledge, TestAmounts.Queries(20_000));
    }

    [Fact]
    public async Task The_index_is_in_the_file_and_what_one_process_has_taken_in_no_other_has_to()
    {
        var (here, elsewhere) = (Create(), Create());
        await here.ImportAsync(KnowledgeSampleData.Articles);
        var position = here.Index.Position;

        Assert.NotNull(position);
        Assert.Equal(position, elsewhere.Index.Position);
        Assert.NotEmpty(elsewhere.Index.Search(SearchQuery.Of("certificate"), 5, []));
    }

    [Fact]
    public async Task A_page_that_another_process_has_taken_in_is_not_taken_in_twice()
    {
        var knowledge = Create();
        await knowledge.SaveAsync(Input("a", "zebra"));
        var page = await knowledge.Records.ReadChangesAsync(Article.Kind, null, 10, Stop);
        var changes = new[] { new IndexChange("a", (await knowledge.Articles.GetAsync("a", Stop)).Value) };

        Assert.True(await knowledge.Index.ApplyAsync(null, page.Position, anew: false, changes, Stop));
        Assert.False(await Create().Index.ApplyAsync(null, page.Position, anew: false, changes, Stop));
        Assert.Equal(["a"], await knowledge.IdsAsync("zebra"));
    }

    [Fact]
    public async Task After_a_kill_between_record_and_index_the_next_search_takes_in_what_is_missing()
    {
        var knowledge = Create();
        await knowledge.SaveAsync(Input("a", "zebra"));
        Assert.Equal(["a"], await knowledge.IdsAsync("zebra"));
        await knowledge.SaveAsync(Input("b", "zebra"));
        // The files as a kill leaves them: the record is written, and nobody has searched since.
        using var killed = new StoreFolder();
        await Process.Start("cp", ["-r", _folder.Path, killed.Path]).WaitForExitAsync(Stop);

        var survivor = killed.CreateKnowledge();

        Assert.Single(survivor.Index.Search(SearchQuery.Of("zebra"), 5, []));
        Assert.Equal(["a", "b"], await survivor.IdsAsync("zebra"));
    }

    [Fact]
    public async Task An_index_of_another_format_is_made_again()
    {
        var knowledge = Create();
        await knowledge.ImportAsync(KnowledgeSampleData.Articles);
        var before = await knowledge.ScoresAsync("sidecar does not start");
        _folder.Raw("UPDATE article_index SET format = 0; DELETE FROM article_sections;");

        Assert.Null(knowledge.Index.Position);
        Assert.Equal(before, await knowledge.ScoresAsync("sidecar does not start"));
    }
}
