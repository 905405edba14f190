namespace SupportStateMcp.Primitives;

/// <summary>A text in at most so many characters, all of them whole, with … where its end is left out.</summary>
public static class ShortText
{
    /// <param name="text">The text.</param>
    /// <param name="most">How many UTF-16 code units it may have, at least 2.</param>
    public static string Of(string text, int most) =>
        text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1)] + "…";
}
