using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Mcp.Clients;

/// <summary>
/// Reads what another server's search returned, whatever its shape: the first list of objects with a text or a title in the structured content, or in
/// a text that is JSON; else each text is an article. Order is what the server says is best first.
/// </summary>
internal static class ForeignAnswer
{
    private const int MostHits = 100;
    private const int MostDepth = 6;

    private static readonly string[] s_ids = ["article_id", "id", "document_id", "doc_id", "uri", "url", "link", "key"];
    private static readonly string[] s_titles = ["title", "name"];
    private static readonly string[] s_texts = ["excerpt", "snippet", "summary", "content", "text", "body", "description"];
    private static readonly string[] s_headings = ["heading", "section"];
    private static readonly string[] s_scores = ["score", "relevance", "similarity"];
    private static readonly string[] s_times = ["updated_at", "updatedAt", "modified"];

    public static IReadOnlyList<KnowledgeHit> Hits(CallToolResult result, string query)
    {
        var words = SearchQuery.Of(query).Words;
        var texts = result.Content.OfType<TextContentBlock>().Select(t => t.Text).ToList();
        if ((result.StructuredContent ?? Json(texts.FirstOrDefault())) is { } json)
            return [.. Objects(json, MostDepth).Take(MostHits).Select((o, i) => Hit(o, i, words))];
        return [.. texts.Where(t => !string.IsNullOrWhiteSpace(t)).Take(MostHits).Select((t, i) => Hit(null, FirstLine(t), t, "", 1.0 / (i + 1), default, words))];
    }

    /// <summary>The objects that look like articles, in their order: of several lists inside each other the innermost.</summary>
    private static IEnumerable<JsonElement> Objects(JsonElement json, int depth) => json.ValueKind switch
    {
        _ when depth == 0 => [],
        JsonValueKind.Array => json.EnumerateArray().SelectMany(item => Objects(item, depth - 1)),
        JsonValueKind.Object => Within(json, JsonValueKind.Array, depth) is { Count: > 0 } listed ? listed
            : (Text(json, s_texts) ?? Text(json, s_titles)) is not null ? [json]
            : Within(json, JsonValueKind.Object, depth),
        _ => [],
    };

    private static List<JsonElement> Within(JsonElement json, JsonValueKind kind, int depth) =>
        [.. json.EnumerateObject().Where(p => p.Value.ValueKind == kind).SelectMany(p => Objects(p.Value, depth - 1))];

    private static KnowledgeHit Hit(JsonElement article, int place, IReadOnlyList<string> words)
    {
        var text = Text(article, s_texts) ?? "";
        var title = Text(article, s_titles) ?? FirstLine(text);
        var score = s_scores.Select(s => article.TryGetProperty(s, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : (double?)null)
            .FirstOrDefault(s => s is not null) ?? (1.0 / (place + 1));
        var at = DateTimeOffset.TryParse(Text(article, s_times), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : default;
        return Hit(Text(article, s_ids), title, text, Text(article, s_headings) ?? "", score, at, words);
    }

    private static KnowledgeHit Hit(string? id, string title, string text, string heading, double score, DateTimeOffset at, IReadOnlyList<string> words) => new(
        // A citation needs a name that stays: where the server gives none, its text gives one.
        id is null ? "text-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 6)) : Id(id),
        title, double.IsFinite(score) ? score : 0, Excerpt.Of(text, hasHeading: false, words, KnowledgeLimits.Excerpt), heading, at);

    private static string Id(string id)
    {
        var visible = string.Concat(id.Select(c => char.IsWhiteSpace(c) || char.IsControl(c) || char.IsSurrogate(c) ? '-' : c));
        return visible.Length <= KnowledgeLimits.ArticleId ? visible : visible[..KnowledgeLimits.ArticleId];
    }

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

    private static JsonElement? Json(string? text)
    {
        if (text is null || text.AsSpan().TrimStart() is not ['{' or '[', ..])
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
