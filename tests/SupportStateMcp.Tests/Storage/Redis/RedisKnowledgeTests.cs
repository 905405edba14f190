using SupportStateMcp.Knowledge;
using SupportStateMcp.Storage.FullText;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.KnowledgeBase;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>The knowledge base with its records in Redis and an index in the memory of each process.</summary>
public sealed class RedisKnowledgeTests(SharedRedis redis) : KnowledgeContract, IAsyncLifetime
{
    private readonly List<KnowledgeBase> _made = [];
    private RedisPlace _place = null!;

    public async ValueTask InitializeAsync() => _place = new RedisPlace((await redis.ServerAsync()).ConnectionString);

    public async ValueTask DisposeAsync()
    {
        _made.ForEach(k => k.Dispose());
        await _place.DisposeAsync();
    }

    private protected override KnowledgeBase Create()
    {
        var made = new KnowledgeBase(_place.RecordStore(), new ProcessFullText(), TimeProvider.System);
        _made.Add(made);
        return made;
    }

    [Fact]
    public async Task Once_it_was_searched_the_index_follows_by_itself()
    {
        var (here, elsewhere) = (Create(), Create());
        Assert.Empty(await elsewhere.IdsAsync("zebra"));

        await here.SaveAsync(Input("a", "zebra"));

        // The index alone, without the look at the store that each search begins with.
        for (var waited = 0; elsewhere.Index.Search(SearchQuery.Of("zebra"), 5, []).Count == 0; waited++)
        {
            Assert.True(waited < 1_000, "It did not follow.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Data_that_was_set_back_is_what_is_found()
    {
        var knowledge = Create();
        await knowledge.ImportAsync(Input("a", "zebra"), Input("b", "zebra"));
        Assert.Equal(2, (await knowledge.IdsAsync("zebra")).Count);

        var raw = await _place.RawAsync();
        foreach (var key in raw.Multiplexer.GetServers()[0].Keys(pattern: _place.Prefix + "*"))
            await raw.KeyDeleteAsync(key);
        await knowledge.SaveAsync(Input("c", "zebra"));

        Assert.Equal(["c"], await knowledge.IdsAsync("zebra"));
    }

    [Fact]
    public async Task The_embedded_store_finds_the_same_with_the_same_scores()
    {
        using var folder = new StoreFolder();
        var (here, there) = (Create(), folder.CreateKnowledge());
        await here.ImportAsync(KnowledgeSampleData.Articles);
        await there.ImportAsync([.. KnowledgeSampleData.Articles.Reverse()]);

        foreach (var query in KnowledgeSampleData.Articles.SelectMany(a => MarkdownSections.Of(a.Content)).Select(s => s.Text))
            Assert.Equal(await there.ScoresAsync(query), await here.ScoresAsync(query));
    }
}
