using Microsoft.Extensions.Logging.Abstractions;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Records;
using SupportStateMcp.Storage.FullText;

namespace SupportStateMcp.Tests.Support;

/// <summary>The knowledge base of one process, on a store of records and a database for its index.</summary>
internal sealed class KnowledgeBase : IDisposable
{
    public static readonly Actor Bot = new(ActorKind.Ai, "claude");
    public static readonly Actor Sue = new(ActorKind.Human, "sue");

    private readonly VectorIndex? _vectors;
    private readonly VectorFilling? _filling;

    public KnowledgeBase(IRecordStore records, FullTextDatabase database, TimeProvider time, IEmbedder? embedder = null)
    {
        Records = records;
        Index = new FullTextIndex(database);
        Indexing = new ArticleIndexing(records, Index, NullLogger<ArticleIndexing>.Instance);
        Articles = new ArticleService(records, Indexing, time);
        if (embedder is not null)
        {
            _vectors = new VectorIndex(records, embedder);
            _filling = new VectorFilling(records, embedder, _vectors, time, NullLogger<VectorFilling>.Instance);
        }

        Search = new KnowledgeSearch(
            Indexing, Index, Articles, embedder is null ? null : new VectorSearch(embedder, _vectors!, _filling!, time, NullLogger<VectorSearch>.Instance));
    }

    public IRecordStore Records { get; }

    public FullTextIndex Index { get; }

    public ArticleIndexing Indexing { get; }

    public ArticleService Articles { get; }

    public KnowledgeSearch Search { get; }

    /// <summary>An article as somebody writes it.</summary>
    public static ArticleInput Input(string id, string content, ArticleStatus status = ArticleStatus.Published, string? title = null, params string[] tags) => new()
    {
        ArticleId = id, Title = title ?? id, Content = content, Status = status, Tags = tags,
    };

    /// <summary>Writes an article as a supervisor; its version.</summary>
    public async Task<long> SaveAsync(ArticleInput article) => (await Articles.SaveAsync(
        new SaveArticle { Actor = Sue, Roles = Roles.Supervisor, Article = article }, TestContext.Current.CancellationToken)).Value.Article.Version;

    public async Task<ImportedArticles> ImportAsync(params IReadOnlyList<ArticleInput> articles) => (await Articles.ImportAsync(
        new ImportArticles { Actor = Sue, Roles = Roles.Agent, Articles = articles }, null, TestContext.Current.CancellationToken)).Value;

    public async Task<IReadOnlyList<KnowledgeHit>> FindAsync(string query, int limit = 5, params string[] tags) =>
        (await Search.QueryAsync([query], limit, tags, TestContext.Current.CancellationToken)).Value.Answers[0].Hits;

    /// <summary>The ids of what is found, the best first.</summary>
    public async Task<IReadOnlyList<string>> IdsAsync(string query, int limit = 5, params string[] tags) => [.. (await FindAsync(query, limit, tags)).Select(h => h.ArticleId)];

    /// <summary>Ids and scores to the last bit.</summary>
    public async Task<string> ScoresAsync(string query) =>
        string.Join(' ', (await FindAsync(query, 10)).Select(h => $"{h.ArticleId}/{h.Heading}:{BitConverter.DoubleToInt64Bits(h.Score):x}"));

    public void Dispose()
    {
        _filling?.DisposeAsync().AsTask().Wait();
        _vectors?.Dispose();
        Indexing.DisposeAsync().AsTask().Wait();
        Index.Dispose();
    }
}
