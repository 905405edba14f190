using System.Globalization;
using System.Text.Json;

namespace SupportStateMcp.Conversations;

/// <summary>Checks arguments of commands against their bounds (<see cref="Limits"/>); each answers with an error, or null.</summary>
internal static class Bounds
{
    /// <summary>A text of a length, in characters, all of them whole; null passes.</summary>
    public static Error? Text(string argument, string? value, int most, int least = 0) =>
        value is null ? null
        : HalfCharacterAt(value) is { } at ? Error.InvalidArgument(argument, string.Create(
            CultureInfo.InvariantCulture, $"it has whole characters only, and character {at + 1} is half of a surrogate pair: send the whole character, or leave it out"))
        : value.Length >= least && value.Length <= most ? null
        : Error.InvalidArgument(argument, string.Create(CultureInfo.InvariantCulture, $"it has {least} to {most} characters, this one has {value.Length}"));

    /// <summary>A number in a range, both ends included; null passes.</summary>
    public static Error? Range(string argument, decimal? value, decimal least, decimal most) =>
        value is null || (value >= least && value <= most)
            ? null
            : Error.InvalidArgument(argument, string.Create(CultureInfo.InvariantCulture, $"it is a number from {least} to {most}"));

    /// <summary>A list with at most so many items, each of a length.</summary>
    public static Error? Items(string argument, IReadOnlyList<string> items, int count, int length)
    {
        if (items.Count > count)
            return Error.InvalidArgument(argument, string.Create(CultureInfo.InvariantCulture, $"it has 0 to {count} items, this one has {items.Count}"));
        foreach (var item in items)
        {
            if (Text(argument, item, length, 1) is { } error)
                return error;
        }

        return null;
    }

    /// <summary>Custom facts (<see cref="MetadataRules"/>); null passes.</summary>
    public static Error? Facts(string argument, IReadOnlyDictionary<string, JsonElement>? facts) =>
        MetadataRules.Violation(facts) is { } rule ? Error.InvalidArgument(argument, rule) : null;

    /// <summary>A JSON object within the bounds of custom facts; null passes.</summary>
    public static Error? Object(string argument, JsonElement? value) => value switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } given => Facts(argument, given.EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal)),
        _ => Error.InvalidArgument(argument, "it is an object"),
    };

    /// <summary>Where a text has half of a surrogate pair, which no UTF-8 can hold: it would be stored as another character. Null where nowhere.</summary>
    internal static int? HalfCharacterAt(ReadOnlySpan<char> text)
    {
        for (var i = 0; (i = NextSurrogate(text, i)) < text.Length; i += 2)
        {
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return i;
        }

        return null;
    }

    private static int NextSurrogate(ReadOnlySpan<char> text, int from) =>
        text[from..].IndexOfAnyInRange('\ud800', '\udfff') is >= 0 and var next ? from + next : text.Length;
}
