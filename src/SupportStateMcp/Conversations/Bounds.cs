using System.Globalization;
using System.Text.Json;

namespace SupportStateMcp.Conversations;

/// <summary>Checks arguments of commands against their bounds (<see cref="Limits"/>); each answers with an error, or null.</summary>
internal static class Bounds
{
    /// <summary>A text of a length, in characters; null passes.</summary>
    public static Error? Text(string argument, string? value, int most, int least = 0) =>
        value is null || (value.Length >= least && value.Length <= most)
            ? null
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
}
