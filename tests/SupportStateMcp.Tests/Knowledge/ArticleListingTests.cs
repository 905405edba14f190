using SupportStateMcp.Knowledge;
using SupportStateMcp.Records;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.KnowledgeBase;

namespace SupportStateMcp.Tests.Knowledge;

/// <summary>Which drafts are listed.</summary>
public sealed class ArticleListingTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_draft_behind_thousands_of_articles_is_listed()
    {
        var records = _folder.CreateRecordStore();
        foreach (var some in Enumerable.Range(0, 5_500).Chunk(500))
            await records.WriteAsync([.. some.Select(n => Write($"a-{n}", ArticleStatus.Published))], Stop);
        await records.WriteAsync([Write("draft", ArticleStatus.Draft)], Stop);

        var listed = (await new ArticleListing(records).ListAsync(ArticleStatus.Draft, 100, Stop)).Value;

        Assert.Equal("draft", Assert.Single(listed.Articles).ArticleId);
        Assert.True(listed.IsComplete);
    }

    [Fact]
    public async Task The_drafts_that_changed_last_are_listed_and_it_is_told_that_there_are_more()
    {
        var records = _folder.CreateRecordStore();
        var listing = new ArticleListing(records);
        foreach (var id in (string[])["a", "b", "c"])
            await WriteAsync(id, ArticleStatus.Draft);
        Assert.Equal("c b a, all", await ListAsync());

        await WriteAsync("a", ArticleStatus.Draft);
        await WriteAsync("d", ArticleStatus.Draft);
        Assert.Equal("d a c, of more", await ListAsync());

        await WriteAsync("d", ArticleStatus.Published);
        await records.DeleteAsync(Article.Kind, "c", Stop);
        Assert.Equal("a b, all", await ListAsync());

        async Task WriteAsync(string id, ArticleStatus status)
        {
            _folder.Time.Advance(TimeSpan.FromSeconds(1));
            await records.WriteAsync([Write(id, status)], Stop);
        }

        async Task<string> ListAsync()
        {
            var listed = (await listing.ListAsync(ArticleStatus.Draft, 3, Stop)).Value;
            return $"{string.Join(' ', listed.Articles.Select(a => a.ArticleId))}, {(listed.IsComplete ? "all" : "of more")}";
        }
    }

    private RecordWrite Write(string id, ArticleStatus status) => new()
    {
        Kind = Article.Kind, Id = id, By = Sue.ToString(), Now = _folder.Time.GetUtcNow(), Content = ArticleDocument.Write(Input(id, $"Text of {_folder.Time.GetUtcNow():O}", status)),
    };
}
