using System.ComponentModel;
using System.Globalization;
using System.Text.Json.Serialization;
using SupportStateMcp.Briefs;
using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Views;

/// <summary>What <c>get_article</c> answers.</summary>
public sealed record ArticleView
{
    /// <summary>The most headings that are listed, and how long each may be, in characters.</summary>
    private const int Headings = 100;
    private const int HeadingLength = 100;

    /// <summary>Who wrote what stands in the answer.</summary>
    public string? Notice { get; init; }

    public required string ArticleId { get; init; }

    public required string Title { get; init; }

    [Description("A search finds published articles alone.")]
    public required ArticleStatus Status { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    [Description("Pass it as expected_version to replace exactly this.")]
    public required long Version { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    public required string UpdatedBy { get; init; }

    [Description("The headings of its sections; absent where one section was asked for.")]
    public IReadOnlyList<string>? Sections { get; init; }

    [Description("Markdown; each line stands behind >.")]
    public required string Content { get; init; }

    [Description("How to get what had no room; absent where all is there.")]
    public string? Rest { get; init; }

    /// <summary>An article, or one section of it, for a model: quoted, and as much as has room in an answer.</summary>
    /// <param name="article">The article.</param>
    /// <param name="section">The text of the section that was asked for; null for all.</param>
    public static ArticleView Quoted(Article article, string? section)
    {
        var view = Whole(article, section) with { Notice = ArticleText.ContentNotice, Content = "" };
        var text = MessageFormatter.Quoted((section ?? article.Content).TrimEnd());
        var shown = AnswerBudget.Fitting(text, new AnswerBudget(new AnswerSize()).Left - ViewJson.Text(view).Length);
        return view with
        {
            Title = ArticleText.Name(article.Title, int.MaxValue),
            Content = text[..shown],
            Rest = shown == text.Length ? null : string.Create(
                CultureInfo.InvariantCulture, $"{shown} of {text.Length} characters shown; get_article(article_id, section) returns a section by its heading"),
        };
    }

    /// <summary>An article, or one section of it, as it is.</summary>
    public static ArticleView Whole(Article article, string? section) => new()
    {
        ArticleId = article.ArticleId,
        Title = article.Title,
        Status = article.Status,
        Tags = article.Tags,
        Version = article.Version,
        UpdatedAt = article.UpdatedAt,
        UpdatedBy = article.UpdatedBy,
        Sections = section is not null ? null : [.. MarkdownSections.Of(article.Content)
            .Where(s => s.Heading.Length > 0).Take(Headings).Select(s => ArticleText.Name(s.Heading, HeadingLength))],
        Content = section ?? article.Content,
    };
}

/// <summary>What <c>save_article</c> answers.</summary>
public sealed record SavedArticleView
{
    public required string ArticleId { get; init; }

    public required ArticleStatus Status { get; init; }

    public required long Version { get; init; }

    [Description("False where it was so before.")]
    public required bool Changed { get; init; }

    [Description("Whether a search finds it.")]
    public required bool Searchable { get; init; }

    public static SavedArticleView Of(SavedArticle saved) => new()
    {
        ArticleId = saved.Article.ArticleId,
        Status = saved.Article.Status,
        Version = saved.Article.Version,
        Changed = saved.Changed,
        Searchable = saved.Article.Status == ArticleStatus.Published,
    };
}

/// <summary>What an import answers.</summary>
public sealed record ImportView
{
    /// <summary>How many articles are new or other than before.</summary>
    public required int Written { get; init; }

    /// <summary>How many were so before.</summary>
    public required int Unchanged { get; init; }

    /// <summary>The fields of the input that mean nothing here; null where there is none.</summary>
    public IReadOnlyList<string>? IgnoredFields { get; init; }
}
