using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Knowledge;

/// <summary>How well real questions find real articles; figures below these floors are a fault.</summary>
public sealed class FloorsTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Questions_of_several_paragraphs_find_what_an_agent_needs()
    {
        var (knowledge, queries) = (await CreateAsync(), SharedData.Queries());
        var (hits, gain) = (0, 0.0);
        foreach (var (query, relevant) in queries)
        {
            var found = await knowledge.IdsAsync(query, 10);
            hits += found.Take(5).Any(relevant.Contains) ? 1 : 0;
            gain += found.Index().Where(f => relevant.Contains(f.Item)).Sum(f => 1 / Math.Log2(f.Index + 2))
                / Enumerable.Range(0, Math.Min(10, relevant.Count)).Sum(i => 1 / Math.Log2(i + 2));
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"hit@5 {(double)hits / queries.Count:0.000}, nDCG@10 {gain / queries.Count:0.000}");
        Assert.True((double)hits / queries.Count >= 0.80, $"hit@5 is {(double)hits / queries.Count:0.000}.");
        Assert.True(gain / queries.Count >= 0.32, $"nDCG@10 is {gain / queries.Count:0.000}.");
    }

    [Fact]
    public async Task A_sentence_of_an_article_finds_it()
    {
        const int Asked = 200;
        var (knowledge, articles, random) = (await CreateAsync(), SharedData.Articles(), new Random(20_261_121));
        var hits = 0;
        for (var n = 0; n < Asked; n++)
        {
            var article = articles[random.Next(articles.Count)];
            var sentences = article.Content.Split(['.', '!', '?', '\n']).Select(s => s.Trim()).Where(s => s.Length >= 40).ToList();
            var sentence = sentences.Count > 0 ? sentences[random.Next(sentences.Count)] : article.Content[..Math.Min(200, article.Content.Length)];
            hits += (await knowledge.IdsAsync(sentence)).Contains(article.ArticleId) ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"hit@5 {(double)hits / Asked:0.000}");
        Assert.True((double)hits / Asked >= 0.95, $"hit@5 is {(double)hits / Asked:0.000}.");
    }

    private async Task<KnowledgeBase> CreateAsync()
    {
        var knowledge = _folder.CreateKnowledge();
        await knowledge.ImportAsync(SharedData.Articles());
        return knowledge;
    }
}
