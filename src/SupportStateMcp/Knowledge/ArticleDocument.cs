using System.Text.Json.Serialization;
using SupportStateMcp.Primitives;
using SupportStateMcp.Records;

namespace SupportStateMcp.Knowledge;

/// <summary>What the record of an article holds; id, version and time are the record's own.</summary>
internal sealed record ArticleDocument
{
    public required string Title { get; init; }

    public required string Content { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public required ArticleStatus Status { get; init; }

    /// <summary>The record's content.</summary>
    public static byte[] Write(ArticleInput article) => Utf8Json.Write(
        new ArticleDocument { Title = article.Title, Content = article.Content, Tags = ArticleInput.Normalized(article.Tags), Status = article.Status },
        KnowledgeJson.Default.ArticleDocument);

    /// <summary>The article of a record.</summary>
    /// <exception cref="RecordDamagedException">It is none.</exception>
    public static Article Read(StoredRecord record)
    {
        var document = record.As(KnowledgeJson.Default.ArticleDocument).Value;
        return new Article
        {
            ArticleId = record.Id,
            Title = document.Title,
            Content = document.Content,
            Tags = document.Tags,
            Status = document.Status,
            UpdatedAt = record.UpdatedAt,
            UpdatedBy = record.UpdatedBy,
            Version = record.Version,
        };
    }
}

/// <summary>Articles as JSON in the stores.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ArticleDocument))]
[JsonSerializable(typeof(ArticleVectors))]
internal sealed partial class KnowledgeJson : JsonSerializerContext;
