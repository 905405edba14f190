using System.ComponentModel;
using System.Text.Json.Serialization;
using SupportStateMcp.Briefs;
using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Views;

/// <summary>What <c>query_knowledge_base</c> answers.</summary>
public sealed record KnowledgeAnswersView
{
    /// <summary>How much is shown of excerpts and of titles and headings, in characters: the first that fits into an answer.</summary>
    private static readonly (int Excerpt, int Name)[] s_sizes =
        [(KnowledgeLimits.Excerpt, 200), (KnowledgeLimits.Excerpt, 120), (300, 120), (220, 100), (160, 80), (120, 80), (80, 60)];

    /// <summary>Who wrote what stands in the answer.</summary>
    public string Notice { get; init; } = ArticleText.ExcerptNotice;

    [Description("How articles were found: keyword, hybrid (by meaning, too) or foreign (by another server).")]
    public required SearchMode Mode { get; init; }

    [Description("One entry for each query, in their order.")]
    public required IReadOnlyList<KnowledgeAnswerView> Results { get; init; }

    [Description("How many articles had no room in the answer; absent where none had.")]
    public int? LeftOut { get; init; }

    /// <summary>As much as has room in an answer: excerpts are shortened first, then the last of the longest lists are left out.</summary>
    public static KnowledgeAnswersView Of(KnowledgeAnswers answers)
    {
        foreach (var (excerpt, name) in s_sizes)
        {
            if (Of(answers, excerpt, name) is var view && view.Fits())
                return view;
        }

        var (least, names) = s_sizes[^1];
        var counts = answers.Answers.Select(a => a.Hits.Count).ToArray();
        while (true)
        {
            counts[Array.IndexOf(counts, counts.Max())]--;
            var shown = answers with { Answers = [.. answers.Answers.Select((a, i) => a with { Hits = [.. a.Hits.Take(counts[i])] })] };
            var view = Of(shown, least, names) with { LeftOut = answers.Answers.Sum(a => a.Hits.Count) - counts.Sum() };
            if (view.Fits() || counts.Sum() == 0)
                return view;
        }
    }

    /// <summary>All of it.</summary>
    public static KnowledgeAnswersView Whole(KnowledgeAnswers answers) => Of(answers, KnowledgeLimits.Excerpt, int.MaxValue);

    private static KnowledgeAnswersView Of(KnowledgeAnswers answers, int excerpt, int name) => new()
    {
        Mode = answers.Mode,
        Results = [.. answers.Answers.Select(a => KnowledgeAnswerView.Of(a, excerpt, name))],
    };

    private bool Fits() => TokenBudget.Count(ViewJson.Text(this)) <= KnowledgeLimits.AnswerTokens;
}

/// <summary>What was found for one query.</summary>
public sealed record KnowledgeAnswerView
{
    /// <summary>How much is shown of the query, in characters: who asked knows it.</summary>
    private const int ShownQuery = 80;

    public required string Query { get; init; }

    [Description("The best first.")]
    public required IReadOnlyList<KnowledgeHitView> Articles { get; init; }

    public static KnowledgeAnswerView Of(KnowledgeAnswer answer, int excerpt, int name) => new()
    {
        Query = ArticleText.Name(answer.Query, ShownQuery),
        Articles = [.. answer.Hits.Select(h => KnowledgeHitView.Of(h, excerpt, name))],
    };
}

/// <summary>An article that was found.</summary>
public sealed record KnowledgeHitView
{
    public required string ArticleId { get; init; }

    public required string Title { get; init; }

    [Description("Compares articles within one result only.")]
    public required double Score { get; init; }

    [Description("What its best section says.")]
    public required string Excerpt { get; init; }

    [Description("The heading of that section; get_article returns the section by it. Absent where it has none.")]
    public string? Heading { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? UpdatedAt { get; init; }

    public static KnowledgeHitView Of(KnowledgeHit hit, int excerpt, int name) => new()
    {
        ArticleId = hit.ArticleId,
        Title = ArticleText.Name(hit.Title, name),
        // Fused scores are small.
        Score = Math.Round(hit.Score, hit.Score < 1 ? 4 : 2),
        Excerpt = ArticleText.Excerpt(hit.Excerpt, excerpt),
        Heading = hit.Heading.Length == 0 ? null : ArticleText.Name(hit.Heading, name),
        UpdatedAt = hit.UpdatedAt == default ? null : hit.UpdatedAt,
    };
}
