using System.Buffers.Binary;
using SupportStateMcp.Primitives;
using SupportStateMcp.Records;

namespace SupportStateMcp.Knowledge;

/// <summary>The vectors of the sections of an article, as a record: what one process has paid for, all have.</summary>
internal sealed record ArticleVectors
{
    /// <summary>The kind of these records; their ids are those of the articles.</summary>
    public const string Kind = "article_vectors";

    /// <summary>How many sections of an article have vectors; what comes later is found by its words.</summary>
    public const int MostSections = 32;

    /// <summary>How much of a section, or of a query, a vector is made of, in characters.</summary>
    private const int SectionLength = 2_000;

    public required string Model { get; init; }

    /// <summary>The version of the texts that they were made of (<see cref="VectorTexts.Version"/>).</summary>
    public required long Version { get; init; }

    /// <summary>One vector for each searched section, in their order: of length 1, as half-precision numbers, little-endian.</summary>
    public required IReadOnlyList<byte[]> Sections { get; init; }

    /// <summary>What vectors are made of.</summary>
    public static IReadOnlyList<string> Texts(Article article) =>
        [.. MarkdownSections.Searched(article.Content).Take(MostSections).Select(s => $"{article.Title}\n{Beginning(s.Text)}")];

    /// <summary>As much of a text as a vector is made of, in whole characters: of more, a service may refuse it.</summary>
    public static string Beginning(string text) => ShortText.Beginning(text, SectionLength);

    /// <summary>The content of a record.</summary>
    public static byte[] Write(string model, long version, IReadOnlyList<float[]> vectors) => Utf8Json.Write(
        new ArticleVectors { Model = model, Version = version, Sections = [.. vectors.Select(v => Bytes(Normalized(v)))] }, KnowledgeJson.Default.ArticleVectors);

    /// <exception cref="RecordDamagedException">It is none.</exception>
    public static ArticleVectors Read(StoredRecord record) => record.As(KnowledgeJson.Default.ArticleVectors).Value;

    public IReadOnlyList<float[]> Vectors() => [.. Sections.Select(Numbers)];

    /// <summary>The same direction, of length 1.</summary>
    public static float[] Normalized(float[] vector)
    {
        var length = Math.Sqrt(vector.Sum(x => (double)x * x));
        return length > 0 ? Array.ConvertAll(vector, x => (float)(x / length)) : vector;
    }

    private static byte[] Bytes(float[] vector)
    {
        var bytes = new byte[vector.Length * 2];
        for (var i = 0; i < vector.Length; i++)
            BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(i * 2), (Half)vector[i]);
        return bytes;
    }

    private static float[] Numbers(byte[] bytes)
    {
        var vector = new float[bytes.Length / 2];
        for (var i = 0; i < vector.Length; i++)
            vector[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes.AsSpan(i * 2));
        return vector;
    }
}
