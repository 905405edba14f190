using SupportStateMcp.Records;

namespace SupportStateMcp.Knowledge;

/// <summary>What vectors are made of.</summary>
/// <param name="Version">Another one where the texts are others.</param>
/// <param name="Texts">The texts, at least one.</param>
public sealed record VectorTexts(long Version, IReadOnlyList<string> Texts);

/// <summary>Which records have vectors, and where those are kept.</summary>
/// <param name="RecordKind">The kind of the records.</param>
/// <param name="VectorKind">The kind of the records of their vectors, which have the same ids.</param>
/// <param name="Texts">The texts of a record; null where it is not to be found.</param>
public sealed record VectorSource(string RecordKind, string VectorKind, Func<StoredRecord, VectorTexts?> Texts)
{
    /// <summary>The published articles.</summary>
    public static VectorSource Articles { get; } = new(
        Article.Kind, ArticleVectors.Kind,
        record => ArticleDocument.Read(record) is { Status: ArticleStatus.Published } article ? new VectorTexts(article.Version, ArticleVectors.Texts(article)) : null);
}
