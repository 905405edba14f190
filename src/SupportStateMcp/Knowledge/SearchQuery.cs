using System.Globalization;
using System.Text;

namespace SupportStateMcp.Knowledge;

/// <summary>
/// What is searched for: the words of a text without stop words. Words are all there is: marks that mean something to a search engine
/// are left out, so that no text is a query with an error in it.
/// </summary>
public sealed record SearchQuery
{
    private SearchQuery(string text, IReadOnlyList<string> words) => (Text, Words) = (text, words);

    /// <summary>The text as it was asked.</summary>
    public string Text { get; }

    /// <summary>Its words, in their order; one that is said twice counts twice.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>The words of a text; where all of them are stop words, those.</summary>
    public static SearchQuery Of(string text)
    {
        var words = WordsOf(text).ToList();
        var meant = words.Where(w => !StopWords.Contains(w)).ToList();
        return new SearchQuery(text, meant.Count > 0 ? meant : words);
    }

    /// <summary>The words of a text: letters and digits with the marks on them, as the tokenizer unicode61 of SQLite takes them.</summary>
    internal static IEnumerable<string> WordsOf(string text)
    {
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsOfWord(rune))
            {
                word.Append(rune);
            }
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }

        if (word.Length > 0)
            yield return word.ToString();
    }

    // What is half of a surrogate pair comes as the replacement character, which is a symbol.
    private static bool IsOfWord(Rune rune) => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.PrivateUse;
}
