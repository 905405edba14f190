using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.KnowledgeBase;

namespace SupportStateMcp.Tests.Knowledge;

public sealed class ArticleServiceTests : IDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly KnowledgeBase _knowledge;

    public ArticleServiceTests() => _knowledge = _folder.CreateKnowledge();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_AI_saves_drafts_and_publishes_nothing_whatever_its_roles()
    {
        Assert.Null((await SaveAsync(Bot, Roles.Agent, Input("a", "One.", ArticleStatus.Draft))).Error);
        Assert.Null((await SaveAsync(Bot, Roles.Agent, Input("a", "Two.", ArticleStatus.Draft))).Error);

        foreach (var roles in (Roles[])[Roles.Agent, Roles.Supervisor])
        {
            foreach (var status in (ArticleStatus[])[ArticleStatus.Published, ArticleStatus.Archived])
                Assert.Equal(["kind:human", "role:supervisor"], Assert.IsType<Errors.NotAuthorized>((await SaveAsync(Bot, roles, Input("a", "Three.", status))).Error).Needs);
        }

        Assert.Equal("Two.", (await _knowledge.Articles.GetAsync("a", Stop)).Value.Content);
    }

    [Fact]
    public async Task A_person_publishes_only_as_a_supervisor()
    {
        Assert.Equal(["role:supervisor"], Assert.IsType<Errors.NotAuthorized>((await SaveAsync(Sue, Roles.Agent, Input("a", "One."))).Error).Needs);
        Assert.Null((await SaveAsync(Sue, Roles.Supervisor, Input("a", "One."))).Error);
        Assert.Equal(["role:agent"], Assert.IsType<Errors.NotAuthorized>((await SaveAsync(Sue, Roles.Auditor, Input("b", "One.", ArticleStatus.Draft))).Error).Needs);
    }

    [Theory]
    [InlineData(ArticleStatus.Published)]
    [InlineData(ArticleStatus.Archived)]
    public async Task What_a_supervisor_published_or_archived_no_draft_replaces(ArticleStatus status)
    {
        await _knowledge.SaveAsync(Input("a", "Right.", status));

        var refusal = Assert.IsType<Errors.ArticleProtected>((await SaveAsync(Bot, Roles.Agent, Input("a", "Wrong.", ArticleStatus.Draft))).Error);

        Assert.Equal((ErrorCodes.NotAuthorized, "a"), (refusal.Code, refusal.ArticleId));
        Assert.Equal("Right.", (await _knowledge.Articles.GetAsync("a", Stop)).Value.Content);
    }

    [Fact]
    public async Task A_write_that_expects_another_version_changes_nothing()
    {
        await _knowledge.SaveAsync(Input("a", "One."));
        await _knowledge.SaveAsync(Input("a", "Two."));

        Assert.Equal((1, 2), Conflict(await SaveAsync(Sue, Roles.Supervisor, Input("a", "Three."), 1)));
        Assert.Equal((0, 2), Conflict(await SaveAsync(Sue, Roles.Supervisor, Input("a", "Three."), 0)));
        Assert.Equal((4, 0), Conflict(await SaveAsync(Sue, Roles.Supervisor, Input("b", "One."), 4)));
        Assert.Equal(3, (await SaveAsync(Sue, Roles.Supervisor, Input("a", "Three."), 2)).Value.Article.Version);

        static (long, long) Conflict(Result<SavedArticle> result) =>
            Assert.IsType<Errors.RecordConflict>(result.Error) is var e ? (e.Expected, e.Actual) : default;
    }

    [Fact]
    public async Task The_same_again_changes_nothing()
    {
        var first = (await SaveAsync(Sue, Roles.Supervisor, Input("a", "One.", tags: ["B", "b", "c"]))).Value;
        _folder.Time.Advance(TimeSpan.FromDays(1));
        var again = (await SaveAsync(new Actor(ActorKind.Human, "bob"), Roles.Supervisor, Input("a", "One.", tags: ["b", "C"]))).Value;

        Assert.Equal((true, false), (first.Changed, again.Changed));
        Assert.Equal((1L, "human:sue", first.Article.UpdatedAt), (again.Article.Version, again.Article.UpdatedBy, again.Article.UpdatedAt));
        Assert.Equal(["b", "c"], again.Article.Tags);
    }

    [Fact]
    public async Task Writers_at_once_lose_no_rule_and_no_write()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => SaveAsync(Sue, Roles.Supervisor, Input("a", $"Text {n}.")).AsTask()));

        Assert.All(results.Where(r => r.Error is not null), r => Assert.IsType<Errors.RecordConflict>(r.Error));
        Assert.Equal(results.Count(r => r.Error is null), (await _knowledge.Articles.GetAsync("a", Stop)).Value.Version);
    }

    [Fact]
    public async Task An_import_writes_what_is_new_and_can_be_repeated()
    {
        var articles = Enumerable.Range(0, 1_200).Select(n => Input($"a-{n}", $"Text {n}.")).ToList();
        var told = new List<int>();

        var first = (await _knowledge.Articles.ImportAsync(new ImportArticles { Actor = Sue, Roles = Roles.Agent, Articles = articles }, told.Add, Stop)).Value;
        articles[7] = Input("a-7", "Another text.");
        var again = await _knowledge.ImportAsync(articles);

        Assert.Equal((new ImportedArticles(1_200, 0), new ImportedArticles(1, 1_199)), (first, again));
        Assert.Equal(1_200, told[^1]);
    }

    [Fact]
    public async Task No_AI_imports() => Assert.Equal(
        ["kind:human"],
        Assert.IsType<Errors.NotAuthorized>((await _knowledge.Articles.ImportAsync(
            new ImportArticles { Actor = Bot, Roles = Roles.Supervisor, Articles = [Input("a", "One.")] }, null, Stop)).Error).Needs);

    [Fact]
    public async Task What_is_not_there_is_told_with_its_id()
    {
        Assert.Equal("a", Assert.IsType<Errors.ArticleNotFound>((await _knowledge.Articles.GetAsync("a", Stop)).Error).ArticleId);
        await _knowledge.SaveAsync(Input("a", "# One\nText.", ArticleStatus.Draft));
        Assert.Equal("section", Assert.IsType<Errors.InvalidArgument>((await _knowledge.Articles.ReadAsync("a", "Two", Stop)).Error).Argument);
        Assert.Equal("# One\nText.", (await _knowledge.Articles.ReadAsync("a", "one", Stop)).Value.Section);
    }

    [Theory]
    [InlineData("", "t", "c", "article_id")]
    [InlineData("with space", "t", "c", "article_id")]
    [InlineData("a\u200bb", "t", "c", "article_id")]
    [InlineData("a", "", "c", "title")]
    [InlineData("a", "two\nlines", "c", "title")]
    [InlineData("a", " ", "c", "title")]
    [InlineData("a", "t", "", "content")]
    [InlineData("a", "t", " \n", "content")]
    public async Task Bounds_stand_on_the_command(string id, string title, string content, string argument) => Assert.Equal(
        argument,
        Assert.IsType<Errors.InvalidArgument>((await SaveAsync(Sue, Roles.Supervisor, Input(id, content, title: title))).Error).Argument);

    [Fact]
    public async Task Half_a_character_is_refused() => Assert.Equal(
        "content",
        Assert.IsType<Errors.InvalidArgument>((await SaveAsync(Sue, Roles.Supervisor, Input("a", "half " + (char)0xD800))).Error).Argument);

    private ValueTask<Result<SavedArticle>> SaveAsync(Actor actor, Roles roles, ArticleInput article, long? expected = null) =>
        _knowledge.Articles.SaveAsync(new SaveArticle { Actor = actor, Roles = roles, Article = article, ExpectedVersion = expected }, Stop);
}
