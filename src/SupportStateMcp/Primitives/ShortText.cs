namespace SupportStateMcp.Primitives;

/// <summary>Shortens texts, to whole characters.</summary>
public static class ShortText
{
    /// <summary>A text, with … where its end is left out.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">How many UTF-16 code units it may have with that, at least 2.</param>
    public static string Of(string text, int most) => text.Length <= most ? text : Beginning(text, most - 1) + "…";

    /// <summary>The beginning of a text, without a mark where its end is left out.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">How many UTF-16 code units it may have.</param>
    public static string Beginning(string text, int most) =>
        text.Length <= most ? text : text[..(most > 0 && char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
}
