using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SupportStateMcp.Primitives;

/// <summary>What a caller sent, in a few words.</summary>
internal static class SentValue
{
    private const int Longest = 60;

    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String when value.GetString() is { Length: > 0 } text => Quoted(text),
        JsonValueKind.String => "an empty text",
        JsonValueKind.Number => "the number " + Cut(value.GetRawText()),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Array => string.Create(CultureInfo.InvariantCulture, $"an array of {value.GetArrayLength()} items"),
        JsonValueKind.Object => "an object",
        _ => "null",
    };

    /// <summary>A text in one line, shortened.</summary>
    public static string Quoted(string text) => $"\"{JsonEncodedText.Encode(Cut(text), JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static string Cut(string text) =>
        text.Length <= Longest ? text : ShortText.Beginning(text, Longest) + "…";
}
