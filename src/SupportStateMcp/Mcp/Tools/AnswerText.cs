using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>
/// The last bound of an answer, whatever is in it: where it is longer than an answer may be, its longest texts are shortened
/// until it fits; where texts are not what makes it long, its largest objects of free form are left out, and the texts stay. Lists
/// are fitted before, entry by entry; what is left is a single entry that is long as JSON.
/// </summary>
internal static class AnswerText
{
    /// <summary>What people and models wrote. Ids, arguments and custom facts are whole or not there.</summary>
    private static readonly FrozenSet<string> s_prose = FrozenSet.Create(
        StringComparer.Ordinal,
        "content", "description", "reason", "summary", "open_question", "promises", "tried", "notes", "note", "final_notes", "guidance", "policy",
        "problem", "findings", "solution", "steps", "message", "final_solution", "text", "missing", "recorded_queries", "goal", "steps_completed", "steps_remaining",
        "waits_for");

    /// <summary>What came of the steps of a pipeline, whose fields the desk names: texts in it are prose where they are too long to be an id.</summary>
    private static readonly FrozenSet<string> s_results = FrozenSet.Create(StringComparer.Ordinal, "result", "triage", "analysis", "notification", Input);

    /// <summary>Objects of free form.</summary>
    private static readonly FrozenSet<string> s_free = FrozenSet.Create(
        StringComparer.Ordinal, "result", "triage", "analysis", "notification", "data", "metadata", "custom", "arguments");

    /// <summary>What is known of a step's ticket: the result of each step before under the step's name.</summary>
    private const string Input = "input";

    /// <summary>The longest text that may be an id, a key or a token, in characters.</summary>
    private const int LongestId = 300;

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

        var answer = JsonNode.Parse(json)!.AsObject();
        if (Saved(Lengths(Texts(answer)), 0) < excess)
        {
            LeaveOut(answer, excess);
            var left = ViewJson.Bytes(answer);
            excess = Encoding.UTF8.GetCharCount(left) - Limits.AnswerCharacters;
            if (excess <= 0)
                return left;
        }

        var texts = Texts(answer);
        var most = Most(Lengths(texts), excess);
        foreach (var text in texts)
            Shorten(text, most);
        return ViewJson.Bytes(answer);
    }

    /// <summary>The same for a text that is no JSON: its end is left out, and said to be.</summary>
    public static string Fit(string text)
    {
        const string LeftOut = "\n… [shortened to fit]";
        if (text.Length <= Limits.AnswerCharacters)
            return text;
        return ShortText.Beginning(text, Limits.AnswerCharacters - LeftOut.Length) + LeftOut;
    }

    /// <summary>How long each text may be, so that together they are shorter by the excess.</summary>
    private static int Most(int[] lengths, int excess)
    {
        var (low, high) = (0, lengths.DefaultIfEmpty().Max());
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (Saved(lengths, middle) >= excess)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    /// <summary>By how much texts of these lengths are shorter together where each is cut to so many characters and a mark, if it is longer.</summary>
    private static long Saved(int[] lengths, int most) => lengths.Sum(l => Math.Max(0L, (long)l - most - Mark));

    private static int[] Lengths(List<JsonValue> texts) => [.. texts.Select(t => AnswerBudget.LengthOf(t.GetValue<string>()))];

    private static List<JsonValue> Texts(JsonObject answer)
    {
        var texts = new List<JsonValue>();
        Collect(answer, null, isResult: false, texts);
        return texts;
    }

    private static void Collect(JsonNode? node, string? name, bool isResult, List<JsonValue> texts)
    {
        if (node is JsonObject entry)
        {
            foreach (var (key, value) in entry)
                Collect(value, key, isResult || s_results.Contains(key), texts);
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items)
                Collect(item, name, isResult, texts);
        }
        else if (node is JsonValue text && text.GetValueKind() == JsonValueKind.String
            && ((name is not null && s_prose.Contains(name)) || (isResult && text.GetValue<string>().Length > LongestId)))
        {
            texts.Add(text);
        }
    }

    /// <summary>Puts a mark in the place of objects of free form, the largest first, until the answer is shorter by the excess.</summary>
    private static void LeaveOut(JsonObject answer, int excess)
    {
        var found = new List<JsonObject>();
        CollectFree(answer, null, found);
        foreach (var (entry, length) in found.Select(o => (o, ViewJson.Text(o).Length)).OrderByDescending(o => o.Length))
        {
            if (excess <= 0)
                return;
            var mark = new JsonObject { ["left_out"] = string.Create(CultureInfo.InvariantCulture, $"{length} characters") };
            excess -= length - ViewJson.Text(mark).Length;
            Replace(entry, mark);
        }
    }

    /// <summary>The outermost objects of free form.</summary>
    private static void CollectFree(JsonNode? node, string? name, List<JsonObject> found)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
                CollectFree(item, name, found);
        }
        else if (node is JsonObject entry)
        {
            foreach (var (key, value) in entry)
            {
                if (value is JsonObject free && (s_free.Contains(key) || name == Input))
                    found.Add(free);
                else
                    CollectFree(value, key, found);
            }
        }
    }

    private static void Shorten(JsonValue text, int most)
    {
        var whole = text.GetValue<string>();
        if (AnswerBudget.LengthOf(whole) <= most + Mark)
            return;
        var shown = AnswerBudget.Fitting(whole, most);
        Replace(text, JsonValue.Create(string.Create(CultureInfo.InvariantCulture, $"{whole[..shown]}… [{shown} of {whole.Length} characters shown]")));
    }

    private static void Replace(JsonNode node, JsonNode other)
    {
        if (node.Parent is JsonObject entry)
            entry[node.GetPropertyName()] = other;
        else
            node.Parent!.AsArray()[node.GetElementIndex()] = other;
    }
}
