using System.Text.Json;

namespace SupportStateMcp.Conversations;

/// <summary>The bounds of custom facts, on a conversation and on a message.</summary>
public static class MetadataRules
{
    /// <summary>The most keys.</summary>
    public const int MaxKeys = 50;

    /// <summary>The longest key, in characters.</summary>
    public const int MaxKeyLength = 64;

    /// <summary>The most that all keys and values together may take, in characters of JSON.</summary>
    public const int MaxJsonLength = 16_384;

    /// <summary>
    /// How deep a value may be nested. JSON readers, ours and those of clients, stop at 64, and stores and replies wrap facts
    /// in layers of their own: what was just let in could not be read back.
    /// </summary>
    public const int MaxDepth = 32;

    /// <summary>The rule these facts break, or null.</summary>
    public static string? Violation(IReadOnlyDictionary<string, JsonElement>? facts)
    {
        if (facts is null)
            return null;
        if (facts.Count > MaxKeys)
            return $"at most {MaxKeys} keys, these are {facts.Count}";
        if (facts.Keys.FirstOrDefault(k => k.Length is 0 or > MaxKeyLength || k.Any(char.IsControl)) is not null)
            return $"a key has 1 to {MaxKeyLength} characters, none of them a control character";
        var length = facts.Sum(f => (long)f.Key.Length + f.Value.GetRawText().Length + 6);
        if (length > MaxJsonLength)
            return $"at most {MaxJsonLength} characters as JSON, these are {length}";
        if (facts.Values.Any(v => Depth(v) > MaxDepth))
            return $"values are nested at most {MaxDepth} deep";
        return facts.Keys.Any(k => Bounds.HalfCharacterAt(k) is not null) || facts.Values.Any(v => !IsWhole(v))
            ? "its texts have whole characters only: half of a surrogate pair is none"
            : null;
    }

    /// <summary>False where a text holds half of a surrogate pair, as an escape.</summary>
    private static bool IsWhole(JsonElement value)
    {
        if (!value.GetRawText().Contains("\\ud", StringComparison.OrdinalIgnoreCase))
            return true;
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString() is not null,
                JsonValueKind.Array => value.EnumerateArray().All(IsWhole),
                JsonValueKind.Object => value.EnumerateObject().All(p => p.Name.Length >= 0 && IsWhole(p.Value)),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static int Depth(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => 1 + value.EnumerateObject().Select(p => Depth(p.Value)).DefaultIfEmpty().Max(),
        JsonValueKind.Array => 1 + value.EnumerateArray().Select(Depth).DefaultIfEmpty().Max(),
        _ => 0,
    };
}
