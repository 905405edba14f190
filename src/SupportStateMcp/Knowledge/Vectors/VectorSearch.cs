using SupportStateMcp.Primitives;

namespace SupportStateMcp.Knowledge;

/// <summary>Finds what lies near a query, where there are embeddings. A service that does not answer is left alone for a while: searches go by words then.</summary>
public sealed partial class VectorSearch(IEmbedder embedder, VectorIndex index, VectorFilling filling, TimeProvider time, ILogger<VectorSearch> logger)
{
    /// <summary>How many articles of each ranking are fused.</summary>
    public const int Candidates = 50;

    /// <summary>How long a search waits for the vectors of its queries.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>How long a service that failed is left alone.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(30);

    private volatile Instant? _failed;

    /// <summary>The nearest articles for each query, of whose beginning alone a vector is made; null where the service of embeddings does not answer.</summary>
    public Task<IReadOnlyList<IReadOnlyList<VectorHit>>?> NearestAsync(IReadOnlyList<string> queries, CancellationToken cancellationToken) =>
        NearestAsync(queries, null, cancellationToken);

    /// <summary>The same of those that are wanted alone; null for all.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<VectorHit>>?> NearestAsync(
        IReadOnlyList<string> queries, IReadOnlyCollection<string>? wanted, CancellationToken cancellationToken)
    {
        if (_failed?.Age(time) < s_rest)
            return null;
        await filling.GoOnAsync(cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            var vectors = await embedder.EmbedAsync([.. queries.Select(ArticleVectors.Beginning)], patience.Token);
            await index.CatchUpAsync(cancellationToken);
            return [.. vectors.Select(v => index.Nearest(ArticleVectors.Normalized(v), Candidates, wanted))];
        }
        catch (EmbeddingException e) when (e.IsOfRequest)
        {
            // The next query may be one that it takes.
            LogRefused(e.Message);
            return null;
        }
        catch (Exception e) when (e is EmbeddingException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogKeywords(e is EmbeddingException ? e.Message : "it did not answer in time.");
            _failed = Instant.Now(time);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The service of embeddings refused a query; this search goes by words: {Reason}")]
    private partial void LogRefused(string reason);

    [LoggerMessage(LogLevel.Warning, "The service of embeddings is not available; searches go by words for a while: {Reason}")]
    private partial void LogKeywords(string reason);
}
