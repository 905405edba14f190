using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Records;

namespace SupportStateMcp.Memory;

/// <summary>Finds memories by what they mean, where embeddings are configured: the vectors of their newest texts, made in the background.</summary>
public sealed class MemoryVectors : IAsyncDisposable
{
    /// <summary>The kind of the records of vectors; their ids are those of the memories' records.</summary>
    private const string Kind = "memory_vectors";

    private static readonly VectorSource s_source = new(MemoryDocument.RecordKind, Kind, record =>
    {
        if (MemoryDocument.Read(record).Texts is not [.., var newest])
            return null;
        var text = string.Join('\n', newest.Topics.Append(newest.Text));
        // The words alone tell it from another one: they may change without the time, where one conversation of two is erased. That it was recalled makes no other vector.
        return new VectorTexts(BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))), [text]);
    });

    private readonly IRecordStore _records;
    private readonly VectorIndex _index;
    private readonly VectorFilling _filling;
    private readonly VectorSearch _search;

    /// <param name="records">Holds memories and vectors.</param>
    /// <param name="embedder">Makes vectors.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Hear of a service that does not answer.</param>
    public MemoryVectors(IRecordStore records, IEmbedder embedder, TimeProvider time, ILoggerFactory loggers)
    {
        _records = records;
        _index = new VectorIndex(records, embedder, s_source);
        _filling = new VectorFilling(records, embedder, _index, time, loggers.CreateLogger<VectorFilling>(), s_source);
        _search = new VectorSearch(embedder, _index, _filling, time, loggers.CreateLogger<VectorSearch>());
    }

    /// <summary>Of these memories the records that lie nearest to a query; null where the service of embeddings does not answer.</summary>
    internal async Task<IReadOnlyList<string>?> NearestAsync(string query, IReadOnlyList<MemoryMarks> wanted, int limit, CancellationToken cancellationToken)
    {
        var nearest = await _search.NearestAsync([query], [.. wanted.Select(m => m.RecordId)], cancellationToken);
        return nearest is null ? null : [.. nearest[0].Take(limit).Select(h => h.ArticleId)];
    }

    /// <summary>Removes the vectors of a record of which something was forgotten, unless they are of the text that is left.</summary>
    internal async ValueTask RemoveAsync(string recordId, CancellationToken cancellationToken)
    {
        if (await _records.GetAsync(Kind, recordId, cancellationToken) is not { } vectors)
            return;
        // Those of a newer text are still right, and nobody would make them again. What is written meanwhile is of what is left.
        if (await _records.GetAsync(MemoryDocument.RecordKind, recordId, cancellationToken) is { } left
            && s_source.Texts(left) is { Version: var version } && version == VersionOf(vectors))
        {
            return;
        }

        await _records.DeleteVersionAsync(Kind, recordId, vectors.Version, cancellationToken);
    }

    /// <summary>The version that vectors were made of; null where they cannot be read.</summary>
    private static long? VersionOf(StoredRecord vectors)
    {
        try
        {
            return ArticleVectors.Read(vectors).Version;
        }
        catch (RecordDamagedException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _filling.DisposeAsync();
        _index.Dispose();
    }
}
