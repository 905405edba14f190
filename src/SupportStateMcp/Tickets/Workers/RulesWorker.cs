using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Primitives;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tickets.Workers;

/// <summary>
/// The worker that needs no model: categories and priorities by a table of keywords, at least three queries to the knowledge base, the solution
/// from the steps of the article that most of them found, a letter from a template. The same ticket gets the same answers.
/// </summary>
public sealed class RulesWorker(TicketResearch research, ArticleService articles) : IStepWorker
{
    /// <summary>How many articles each query returns.</summary>
    private const int Found = 5;

    /// <summary>How many articles an analysis cites.</summary>
    private const int Cited = 3;

    public string Name => "rules-worker";

    public async ValueTask<StepAnswer> WorkAsync(TakenStep taken, CancellationToken cancellationToken)
    {
        if (taken.Definition.Has(StepRequirement.Letter))
            return StepAnswer.Done(Json(Letter(taken)));
        if (taken.Definition.Has(StepRequirement.Research))
            return await AnalyseAsync(taken, cancellationToken);
        return StepAnswer.Done(Json(Triage(taken)));
    }

    private static JsonObject Triage(TakenStep taken)
    {
        var description = taken.Conversation.Description ?? "";
        var category = TriageKeywords.CategoryOf(description);
        return new JsonObject
        {
            ["summary"] = ShortText.Of(description, 500),
            ["category"] = category.Name,
            ["priority"] = TriageKeywords.PriorityOf(description),
            ["route"] = description.Length < 40 ? "needs_info" : category.IsKnown ? "simple" : "complex",
        };
    }

    private async ValueTask<StepAnswer> AnalyseAsync(TakenStep taken, CancellationToken cancellationToken)
    {
        var description = taken.Conversation.Description ?? "";
        var queries = QueriesFor(taken, description);
        var asked = await research.QueryAsync(taken, queries, Found, cancellationToken);
        if (!asked.TryGet(out var answers, out var error))
            return StepAnswer.Failed($"the knowledge base did not answer: {error.Code}");

        // An article counts for more the more queries found it, and the higher they placed it. Another server may name one several times, for each part
        // of it that fits.
        var best = answers.Answers
            .SelectMany(a => a.Hits.DistinctBy(h => h.ArticleId, StringComparer.Ordinal).Select((hit, place) => (hit.ArticleId, Weight: 1.0 / (place + 1))))
            .GroupBy(h => h.ArticleId, StringComparer.Ordinal)
            .Select(g => (ArticleId: g.Key, Weight: g.Sum(h => h.Weight), Queries: g.Count()))
            .OrderByDescending(g => g.Weight).ThenBy(g => g.ArticleId, StringComparer.Ordinal)
            .Take(Cited)
            .ToList();
        if (best.Count == 0)
            return StepAnswer.Failed("no article of the knowledge base fits the problem");
        if (answers.Mode == SearchMode.Foreign)
        {
            // Of an article elsewhere no more is known than was found of it.
            var hit = answers.Answers.SelectMany(a => a.Hits).First(h => h.ArticleId == best[0].ArticleId);
            return StepAnswer.Done(Json(Analysis(description, hit.Title, hit.Excerpt, best, answers.Answers.Count)));
        }

        var read = await articles.GetAsync(best[0].ArticleId, cancellationToken);
        if (!read.TryGet(out var article, out error))
            return StepAnswer.Failed($"the article {best[0].ArticleId} cannot be read: {error.Code}");
        return article.Status == ArticleStatus.Published
            ? StepAnswer.Done(Json(Analysis(description, article.Title, article.Content, best, answers.Answers.Count)))
            : StepAnswer.Failed($"the article {best[0].ArticleId} is published no longer");
    }

    private static JsonObject Analysis(string description, string title, string text, List<(string ArticleId, double Weight, int Queries)> best, int queries)
    {
        var steps = ArticleSteps.Of(text);
        return new JsonObject
        {
            ["problem"] = ShortText.Of(description, 4_000),
            ["findings"] = $"{best[0].Queries} of {queries} queries found the article \"{title}\" ({best[0].ArticleId}).",
            ["solution"] = $"{title}\n\n{string.Join('\n', steps.Select((s, i) => $"{i + 1}. {s}"))}",
            ["steps"] = new JsonArray([.. steps.Select(s => (JsonNode?)s)]),
            // How many of the queries agree; a person looks at it in any case.
            ["confidence"] = Math.Round(0.9 * best[0].Queries / queries, 2),
            ["citations"] = new JsonArray([.. best.Select(b => (JsonNode?)b.ArticleId)]),
        };
    }

    /// <summary>The description, the description with the facts of the system, and the words of the category: at least three, all different.</summary>
    private static List<string> QueriesFor(TakenStep taken, string description)
    {
        var run = taken.Conversation.Run!;
        var category = TriageKeywords.CategoryOf(description);
        var system = run.System is { ValueKind: JsonValueKind.Object } facts
            ? string.Join(' ', facts.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String && p.Name != "customer_id").Select(p => p.Value.GetString()))
            : "";
        var triage = run.Step(SupportTicketPipeline.Triage)?.Result is { ValueKind: JsonValueKind.Object } result && result.TryGetProperty("summary", out var summary) ? summary.GetString() ?? "" : "";
        string[] candidates = [description, $"{description} {system}".Trim(), $"{category.Name} {category.Words}", triage, $"{category.Name} {description}", $"how to solve {category.Name} {system}".Trim()];
        return [.. candidates
            .Where(c => c.Length > 0)
            .Select(c => ShortText.Of(c, KnowledgeLimits.Query))
            .DistinctBy(c => ResearchEntry.Of(c, []).Digest)
            .Take(Math.Max(ConversationDecider.LeastQueries, 4))];
    }

    private static JsonObject Letter(TakenStep taken)
    {
        var (c, run) = (taken.Conversation, taken.Conversation.Run!);
        var name = run.Customer is { ValueKind: JsonValueKind.Object } customer && customer.TryGetProperty("name", out var given) && given.GetString() is { Length: > 0 } known ? known : "customer";
        return new JsonObject
        {
            ["message"] = LetterText.ApprovalOf(c) is null
                ? $"Dear {name},\n\nthank you for your ticket {c.TicketId}."
                : $"Dear {name},\n\nthank you for your ticket {c.TicketId}. We looked into it, and this is what we suggest:",
        };
    }

    private static JsonElement Json(JsonObject value) => JsonSerializer.SerializeToElement(value, ConversationJson.Readable.JsonObject);
}
