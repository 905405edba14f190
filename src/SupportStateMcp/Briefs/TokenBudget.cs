namespace SupportStateMcp.Briefs;

/// <summary>
/// Counts tokens without a tokenizer, and rather too many than too few: four letters of the Latin alphabet or two digits or
/// marks make one, every other character is one of its own (an umlaut, a kanji, half an emoji), and three words make at
/// least four. Parts of a text never count less than the whole.
/// </summary>
public static class TokenBudget
{
    /// <summary>The parts a token is counted in.</summary>
    private const int Parts = 12;

    /// <summary>What stands where something was left out; counts as one.</summary>
    private const string Ellipsis = "…";

    /// <summary>How many tokens a text takes at most.</summary>
    public static int Count(string text)
    {
        var count = new Running();
        foreach (var c in text)
            count.Add(c);
        return count.Tokens;
    }

    /// <summary>The text, or the beginning of it that takes at most so many tokens with the mark of what was left out; empty where there is no room.</summary>
    public static string Cut(string text, int most)
    {
        if (Count(text) <= most)
            return text;

        var count = new Running();
        var end = 0;
        for (var i = 0; i < text.Length; i++)
        {
            count.Add(text[i]);
            if (count.Tokens + 1 > most)
                break;
            if (!char.IsHighSurrogate(text[i]))
                end = i + 1;
        }

        return end == 0 ? "" : text[..WordEnd(text, end)].TrimEnd() + Ellipsis;
    }

    /// <summary>The end of the last whole word, where one ends nearby.</summary>
    private static int WordEnd(string text, int end)
    {
        var space = text.LastIndexOf(' ', end - 1, Math.Min(end, 20));
        return space > 0 ? space : end;
    }

    private struct Running
    {
        private int _parts;
        private int _words;
        private bool _inWord;

        public readonly int Tokens => (Math.Max(_parts, _words * (Parts * 4 / 3)) + Parts - 1) / Parts;

        public void Add(char c)
        {
            _parts += c switch
            {
                >= 'a' and <= 'z' or >= 'A' and <= 'Z' or ' ' => Parts / 4,
                > ' ' and <= '~' => Parts / 2,
                _ => Parts,
            };
            if (!char.IsWhiteSpace(c) && !_inWord)
                _words++;
            _inWord = !char.IsWhiteSpace(c);
        }
    }
}
