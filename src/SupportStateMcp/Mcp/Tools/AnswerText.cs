using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Views;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>
/// The last bound of an answer, whatever is in it: where it is longer than an answer may be, its longest texts are shortened
/// until it fits. Lists are fitted before, entry by entry; what is left is a single entry whose texts are long as JSON.
/// </summary>
internal static class AnswerText
{
    /// <summary>What people and models wrote. Ids, arguments and custom facts are whole or not there.</summary>
    private static readonly FrozenSet<string> s_prose = FrozenSet.Create(
        StringComparer.Ordinal,
        "content", "description", "reason", "summary", "open_question", "promises", "tried", "notes", "note", "final_notes", "guidance", "policy",
        "problem", "findings", "solution", "steps", "message", "final_solution", "text", "missing", "recorded_queries");

    /// <summary>What the mark of a shortened text takes at most, in characters of JSON.</summary>
    private const int Mark = 60;

    /// <summary>The answer as JSON, in at most <see cref="Limits.AnswerCharacters"/> characters.</summary>
    public static byte[] Fit(byte[] json)
    {
        if (json.Length <= Limits.AnswerCharacters)
            return json;
        var excess = Encoding.UTF8.GetCharCount(json) - Limits.AnswerCharacters;
        if (excess <= 0)
            return json;

        var answer = JsonNode.Parse(json)!;
        var texts = new List<JsonValue>();
        Collect(answer, null, texts);
        var most = Most([.. texts.Select(t => AnswerBudget.LengthOf(t.GetValue<string>()))], excess);
        foreach (var text in texts)
            Shorten(text, most);
        return ViewJson.Bytes((JsonObject)answer);
    }

    /// <summary>The same for a text that is no JSON: its end is left out, and said to be.</summary>
    public static string Fit(string text)
    {
        const string LeftOut = "\n… [shortened to fit]";
        if (text.Length <= Limits.AnswerCharacters)
            return text;
        var end = Limits.AnswerCharacters - LeftOut.Length;
        return text[..(char.IsHighSurrogate(text[end - 1]) ? end - 1 : end)] + LeftOut;
    }

    /// <summary>How long each text may be, so that together they are shorter by the excess.</summary>
    private static int Most(int[] lengths, int excess)
    {
        var (low, high) = (0, lengths.DefaultIfEmpty().Max());
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (lengths.Sum(l => l > middle ? (long)(l - middle - Mark) : 0) >= excess)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    private static void Collect(JsonNode? node, string? name, List<JsonValue> texts)
    {
        if (node is JsonObject entry)
        {
            foreach (var (key, value) in entry)
                Collect(value, key, texts);
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items)
                Collect(item, name, texts);
        }
        else if (node is JsonValue text && name is not null && s_prose.Contains(name) && text.GetValueKind() == JsonValueKind.String)
        {
            texts.Add(text);
        }
    }

    private static void Shorten(JsonValue text, int most)
    {
        var whole = text.GetValue<string>();
        if (AnswerBudget.LengthOf(whole) <= most)
            return;
        var shown = AnswerBudget.Fitting(whole, most);
        var marked = JsonValue.Create(string.Create(CultureInfo.InvariantCulture, $"{whole[..shown]}… [{shown} of {whole.Length} characters shown]"));
        if (text.Parent is JsonObject entry)
            entry[text.GetPropertyName()] = marked;
        else
            text.Parent!.AsArray()[text.GetElementIndex()] = marked;
    }
}
