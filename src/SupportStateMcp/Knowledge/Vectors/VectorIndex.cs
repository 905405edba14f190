using System.Collections.Concurrent;
using System.Numerics;
using SupportStateMcp.Records;

namespace SupportStateMcp.Knowledge;

/// <summary>The section of an article that lies nearest to a query.</summary>
/// <param name="ArticleId">The article.</param>
/// <param name="Section">The place of the section among those that are searched.</param>
public readonly record struct VectorHit(string ArticleId, int Section);

/// <summary>All vectors of one model, in memory; it follows their records. A vector of 1,536 numbers takes 6 KB.</summary>
public sealed class VectorIndex(IRecordStore records, IEmbedder embedder, VectorSource source) : IDisposable
{
    private const int Page = 200;

    private readonly ConcurrentDictionary<string, (long Version, IReadOnlyList<float[]> Sections)> _articles = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _turn = new(1);
    private string? _position;

    /// <summary>Those of the articles.</summary>
    public VectorIndex(IRecordStore records, IEmbedder embedder) : this(records, embedder, VectorSource.Articles)
    {
    }

    /// <summary>Takes in what has changed.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            RecordChanges page;
            do
            {
                page = await records.ReadChangesAsync(source.VectorKind, _position, Page, cancellationToken);
                if (page.StartedAnew)
                    _articles.Clear();
                foreach (var change in page.Changes)
                    Take(change);
                _position = page.Position;
            }
            while (page.More);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>True where the vectors of this version of an article are there, not those of another one.</summary>
    public bool Has(string articleId, long version) => _articles.TryGetValue(articleId, out var article) && article.Version == version;

    /// <summary>True where vectors of any version of an article are there.</summary>
    public bool HasAny(string articleId) => _articles.ContainsKey(articleId);

    /// <summary>The articles whose sections lie nearest to a vector, the nearest first.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="wanted">Only these; null for all.</param>
    public IReadOnlyList<VectorHit> Nearest(float[] vector, int limit, IReadOnlyCollection<string>? wanted = null)
    {
        var near = new List<(VectorHit Hit, float Nearness)>(_articles.Count);
        foreach (var (id, (_, sections)) in wanted is null ? _articles : Of(wanted))
        {
            var (best, section) = (float.MinValue, 0);
            for (var i = 0; i < sections.Count; i++)
            {
                if (sections[i].Length == vector.Length && Dot(sections[i], vector) is var nearness && nearness > best)
                    (best, section) = (nearness, i);
            }

            if (best > float.MinValue)
                near.Add((new VectorHit(id, section), best));
        }

        return [.. near.OrderByDescending(n => n.Nearness).ThenBy(n => n.Hit.ArticleId, StringComparer.Ordinal).Take(limit).Select(n => n.Hit)];
    }

    public void Dispose() => _turn.Dispose();

    private IEnumerable<KeyValuePair<string, (long Version, IReadOnlyList<float[]> Sections)>> Of(IReadOnlyCollection<string> ids)
    {
        foreach (var id in ids)
        {
            if (_articles.TryGetValue(id, out var article))
                yield return KeyValuePair.Create(id, article);
        }
    }

    private void Take(RecordChange change)
    {
        if (change.Record is { } record && Read(record) is { } vectors && vectors.Model == embedder.Model)
            _articles[change.Id] = (vectors.Version, vectors.Vectors());
        else
            _articles.TryRemove(change.Id, out _);
    }

    private static ArticleVectors? Read(StoredRecord record)
    {
        try
        {
            return ArticleVectors.Read(record);
        }
        catch (RecordDamagedException)
        {
            // They are made again.
            return null;
        }
    }

    private static float Dot(float[] a, float[] b)
    {
        var sum = Vector<float>.Zero;
        var i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
            sum += new Vector<float>(a, i) * new Vector<float>(b, i);
        var rest = Vector.Sum(sum);
        for (; i < a.Length; i++)
            rest += a[i] * b[i];
        return rest;
    }
}
