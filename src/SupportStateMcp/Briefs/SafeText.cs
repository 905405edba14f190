using System.Globalization;
using System.Text;

namespace SupportStateMcp.Briefs;

/// <summary>
/// Text that somebody else wrote, made safe to show in a terminal, a form or a prompt: what would move the cursor, colour the
/// screen, turn the direction of writing or stay invisible is spelled out instead. The console does the same in the browser
/// (<c>safe</c> in <c>dom.js</c>).
/// </summary>
internal static class SafeText
{
    private const int Space = 0x20;
    private const int Delete = 0x7F;
    private const int ControlPictures = 0x2400;
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>A text of any number of lines.</summary>
    public static string Text(string text) =>
        Show(text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'), keepLines: true);

    /// <summary>The same in one line: a line end becomes a blank.</summary>
    public static string Line(string text) => Show(text.ReplaceLineEndings(" "), keepLines: false);

    /// <summary>In one line, with one blank for each run of white space.</summary>
    public static string Compact(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(word => Show(word, keepLines: false)));

    /// <summary>
    /// A JSON document, with what is hidden escaped inside its texts (<c>\u202e</c>): it stays the same document, and a
    /// terminal shows it as it is.
    /// </summary>
    public static string Json(string json)
    {
        if (!json.AsSpan().ContainsAnyExceptInRange('\0', '~'))
            return json;

        var shown = new StringBuilder(json.Length);
        foreach (var rune in json.EnumerateRunes())
        {
            if (rune.Value <= '~' || !IsHidden(rune))
            {
                shown.Append(rune);
                continue;
            }

            foreach (var unit in rune.ToString())
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        }

        return shown.ToString();
    }

    private static string Show(string text, bool keepLines)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text;

        var shown = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            // What is no character, such as half of a pair, comes as the replacement character.
            _ = Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length);
            if (rune.Value == '\n' && keepLines)
                shown.Append('\n');
            else if (rune.Value == '\t')
                shown.Append("    ");
            else if (rune.Value < Space)
                shown.Append((char)(ControlPictures + rune.Value));
            else if (rune.Value == Delete)
                shown.Append('␡');
            else if (IsHidden(rune) && !(IsJoiner(rune) && Joins(text, i)))
                shown.Append(CultureInfo.InvariantCulture, $"<U+{rune.Value:X4}>");
            else
                shown.Append(rune);
            i += length;
        }

        return shown.ToString();
    }

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static bool IsJoiner(Rune rune) => rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner;

    /// <summary>Many scripts, and emoji, are written with joiners; plain letters are not, and among them one would only hide.</summary>
    private static bool Joins(string text, int at) =>
        at > 0 && at + 1 < text.Length && !char.IsAscii(text[at - 1]) && !char.IsAscii(text[at + 1]);
}
