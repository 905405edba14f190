using Microsoft.Extensions.Logging.Abstractions;
using SupportStateMcp.Hosting;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.KnowledgeBase;

namespace SupportStateMcp.Tests.Knowledge;

/// <summary>Vectors in the background, where the service of embeddings refuses a text.</summary>
public sealed class VectorFillingTests : IAsyncLifetime
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

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Texts_that_the_service_refuses_keep_no_other_from_its_vectors_and_are_tried_again(int refused)
    {
        _server.Refuses = text => text.Contains("too long", StringComparison.Ordinal);
        var knowledge = _folder.CreateKnowledge(Service());
        foreach (var n in Enumerable.Range(0, refused))
            await knowledge.SaveAsync(Input($"bad-{n}", "stripes, but too long"));
        await knowledge.SaveAsync(Input("good", "stripes"));

        await UntilFoundAsync(knowledge, ["good"]);

        _server.Refuses = _ => false;
        await UntilFoundAsync(knowledge, ["good", .. Enumerable.Range(0, refused).Select(n => $"bad-{n}")]);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_makes_no_pause_longer()
    {
        _server.Refuses = text => text.Contains("too long", StringComparison.Ordinal);
        var knowledge = _folder.CreateKnowledge(Service());
        await knowledge.SaveAsync(Input("bad", "stripes, but too long"));
        await knowledge.SaveAsync(Input("good", "stripes"));
        await UntilFoundAsync(knowledge, ["good"]);
        _server.Refuses = _ => false;

        _folder.Time.Advance(TimeSpan.FromDays(-1));

        await Eventually.TrueAsync(
            async () =>
            {
                _folder.Time.Pass(TimeSpan.FromMinutes(1));
                return (await knowledge.FindAsync("zebra")).Any(h => h.ArticleId == "bad");
            },
            () => "The vectors were not tried again.");
    }

    [Fact]
    public async Task A_record_whose_vectors_another_process_made_is_not_read_again_and_again()
    {
        var refused = 0;
        _server.Refuses = text => text.Contains("stripes", StringComparison.Ordinal) && Interlocked.Increment(ref refused) > 0;
        var elsewhere = _folder.CreateKnowledge(Service());
        await elsewhere.SaveAsync(Input("a", "stripes"));
        var records = new RecordsAround(_folder.CreateRecordStore());
        using var index = new VectorIndex(records, Service());
        var filling = new VectorFilling(records, Service(), index, _folder.Time, NullLogger<VectorFilling>.Instance);
        await filling.GoOnAsync(Stop);
        await Eventually.TrueAsync(() => refused > 0, () => "The vectors were not tried.");
        _server.Refuses = _ => false;
        await UntilFoundAsync(elsewhere, ["a"]);
        await Eventually.TrueAsync(
            async () =>
            {
                _folder.Time.Advance(TimeSpan.FromMinutes(1));
                await filling.GoOnAsync(Stop);
                return records.Got.Count > 0;
            },
            () => "The record was not looked at again.");

        for (var n = 0; n < 20; n++)
        {
            _folder.Time.Advance(TimeSpan.FromMinutes(1));
            await filling.GoOnAsync(Stop);
            await Task.Delay(10, Stop);
        }

        await filling.DisposeAsync();
        Assert.Single(records.Got);
    }

    private Embedder Service() => Embedder.Of(new EmbeddingOptions { Endpoint = _server.Endpoint, Model = "small", ApiKey = "none" });

    /// <summary>Searches again, a minute later each time.</summary>
    private async Task UntilFoundAsync(KnowledgeBase knowledge, IEnumerable<string> articles)
    {
        IReadOnlyList<string> found = [];
        await Eventually.TrueAsync(
            async () =>
            {
                _folder.Time.Advance(TimeSpan.FromMinutes(1));
                found = [.. (await knowledge.Search.QueryAsync(["zebra"], 20, [], Stop)).Value.Answers[0].Hits.Select(h => h.ArticleId)];
                return articles.Order().SequenceEqual(found.Order());
            },
            () => string.Join(' ', found));
    }
}
