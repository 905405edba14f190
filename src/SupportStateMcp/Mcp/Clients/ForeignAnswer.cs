using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Mcp.Clients;

/// <summary>
/// Reads what another server's search returned, whatever its shape: the first list of articles in the structured content, or in the texts that are
/// JSON; else each text is an article. Structured content that only wraps the texts, as some SDKs make it of a function that returns texts, counts
/// as those. Order is what the server says is best first.
/// </summary>
internal static class ForeignAnswer
{
    private const int MostHits = 100;
    private const int MostDepth = 6;

    /// <summary>How much of an article is looked at for its excerpt: to find the best part takes its sentences times the words in it.</summary>
    private const int MostText = 20_000;

    /// <summary>What is looked for, one after the other, in the whole answer: facets, labels and authors have a title, articles mostly a text too.</summary>
    private static readonly Func<JsonElement, bool>[] s_wanted = [HasText, IsArticle, HasTitle];

    private static readonly string[] s_ids = ["article_id", "id", "document_id", "doc_id", "uri", "url", "link", "key"];
    private static readonly string[] s_titles = ["title", "name"];
    private static readonly string[] s_texts = ["excerpt", "snippet", "summary", "content", "text", "body", "description"];
    private static readonly string[] s_headings = ["heading", "section"];
    private static readonly string[] s_scores = ["score", "relevance", "similarity"];
    private static readonly string[] s_times = ["updated_at", "updatedAt", "modified"];

    /// <summary>The first articles of an answer, each once: of several parts of one article the first.</summary>
    /// <param name="result">What the server returned.</param>
    /// <param name="query">What it was asked.</param>
    /// <param name="limit">How many at most.</param>
    public static IReadOnlyList<KnowledgeHit> Hits(CallToolResult result, string query, int limit)
    {
        var words = SearchQuery.Of(query).Words;
        var texts = result.Content.OfType<TextContentBlock>().Select(t => t.Text).Where(t => !string.IsNullOrWhiteSpace(t)).ToList();
        if (Articles(result.StructuredContent, texts) is { } articles)
            return [.. articles.Take(MostHits).Select((a, i) => (Article: a, Place: i, Id: IdOf(a))).DistinctBy(a => a.Id, StringComparer.Ordinal).Take(limit).Select(a => Hit(a.Article, a.Place, a.Id, words))];
        return [.. texts.Take(MostHits).Select((t, i) => (Text: t, Place: i, Id: NameOf(t))).DistinctBy(t => t.Id, StringComparer.Ordinal).Take(limit)
            .Select(t => Hit(t.Id, FirstLine(t.Text), t.Text, "", 1.0 / (t.Place + 1), default, words))];
    }

    /// <summary>The articles in what is JSON; null where the texts themselves are the articles.</summary>
    private static List<JsonElement>? Articles(JsonElement? structured, List<string> texts)
    {
        if (structured is { } content && !(texts.Count > 0 && IsTexts(content)))
            return First(w => Within(content, w, MostDepth));
        var read = texts.Select(Json).OfType<JsonElement>().ToList();
        // Several are as the items of a list.
        var articles = First(w => read is [var one] ? Within(one, w, MostDepth) : Listed(read, w, MostDepth));
        return articles.Count > 0 || (read.Count > 0 && read.Count == texts.Count) ? articles : null;
    }

    /// <summary>One member alone, which is a text or a list of texts.</summary>
    private static bool IsTexts(JsonElement content) =>
        content.ValueKind == JsonValueKind.Object && content.GetPropertyCount() == 1 && content.EnumerateObject().First().Value is var value
        && (value.ValueKind == JsonValueKind.String
            || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String)));

    private static List<JsonElement> First(Func<Func<JsonElement, bool>, List<JsonElement>> find) => s_wanted.Select(find).FirstOrDefault(f => f.Count > 0) ?? [];

    /// <summary>
    /// The first list below that has what is wanted, with all of its articles; else the object itself, or the first one in it. An object that is no item
    /// of a list is mostly what goes with one: a text of it says what was asked, or how much was found.
    /// </summary>
    private static List<JsonElement> Within(JsonElement json, Func<JsonElement, bool> isWanted, int depth)
    {
        if (depth > 0 && json.ValueKind == JsonValueKind.Array)
            return Listed(json.EnumerateArray(), isWanted, depth - 1);
        if (depth == 0 || json.ValueKind != JsonValueKind.Object)
            return [];
        var listed = In(JsonValueKind.Array);
        return listed.Count > 0 ? listed : isWanted(json) ? [json] : In(JsonValueKind.Object);

        List<JsonElement> In(JsonValueKind kind) =>
            json.EnumerateObject().Where(p => p.Value.ValueKind == kind).Select(p => Within(p.Value, isWanted, depth - 1)).FirstOrDefault(f => f.Count > 0) ?? [];
    }

    /// <summary>
    /// The articles of a list where one of them is as wanted: its items, or what is in them. Lists in an article, such as its labels, belong to it.
    /// </summary>
    private static List<JsonElement> Listed(IEnumerable<JsonElement> items, Func<JsonElement, bool> isWanted, int depth)
    {
        List<JsonElement> found = [.. items.SelectMany(item =>
            item.ValueKind == JsonValueKind.Object && (IsArticle(item) || isWanted(item)) ? [item]
            : Within(item, isWanted, depth) is { Count: > 0 } inner ? inner
            : item.ValueKind == JsonValueKind.Object && HasTitle(item) ? [item]
            : [])];
        return found.Exists(f => isWanted(f)) ? found : [];
    }

    private static bool IsArticle(JsonElement json) => HasText(json) || (HasTitle(json) && Text(json, s_ids) is not null);

    private static bool HasText(JsonElement json) => Text(json, s_texts) is not null;

    private static bool HasTitle(JsonElement json) => Text(json, s_titles) is not null;

    private static KnowledgeHit Hit(JsonElement article, int place, string id, IReadOnlyList<string> words)
    {
        var text = Text(article, s_texts) ?? "";
        var title = Text(article, s_titles) ?? FirstLine(text);
        var score = s_scores.Select(s => article.TryGetProperty(s, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : (double?)null)
            .FirstOrDefault(s => s is not null) ?? (1.0 / (place + 1));
        var at = DateTimeOffset.TryParse(Text(article, s_times), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : default;
        return Hit(id, title, text, Text(article, s_headings) ?? "", score, at, words);
    }

    private static KnowledgeHit Hit(string id, string title, string text, string heading, double score, DateTimeOffset at, IReadOnlyList<string> words) => new(
        id, title, double.IsFinite(score) ? score : 0, Excerpt.Of(ShortText.Beginning(text, MostText), hasHeading: false, words, KnowledgeLimits.Excerpt), heading, at);

    private static string IdOf(JsonElement article)
    {
        if (Text(article, s_ids) is not { } id)
            return NameOf(Text(article, s_texts) ?? Text(article, s_titles) ?? "");
        var visible = string.Concat(id.Select(c => char.IsWhiteSpace(c) || char.IsControl(c) || char.IsSurrogate(c) ? '-' : c));
        // Long addresses begin alike: what is cut off tells them apart.
        return visible.Length <= KnowledgeLimits.ArticleId ? visible : $"{visible[..(KnowledgeLimits.ArticleId - 13)]}-{HashOf(id)}";
    }

    /// <summary>A citation needs a name that stays: where the server gives none, its text gives one.</summary>
    private static string NameOf(string text) => "text-" + HashOf(text);

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 6));

    private static string? Text(JsonElement json, string[] names) => names
        .Select(n => json.TryGetProperty(n, out var value) ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        } : null)
        .FirstOrDefault(t => !string.IsNullOrWhiteSpace(t));

    private static string FirstLine(string text)
    {
        var line = text.AsSpan().Trim();
        line = line.IndexOf('\n') is >= 0 and var end ? line[..end].TrimEnd() : line;
        return line.Length <= KnowledgeLimits.Title ? line.TrimStart('#').Trim().ToString() : line[..KnowledgeLimits.Title].ToString();
    }

    private static JsonElement? Json(string text)
    {
        if (text.AsSpan().TrimStart() is not ['{' or '[', ..])
            return null;
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
