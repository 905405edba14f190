using System.Globalization;
using System.Text;

namespace SupportStateMcp.Cli;

/// <summary>
/// Text that somebody else wrote, made safe for a terminal: what would move the cursor, colour the screen or turn the
/// direction of writing is shown instead of done.
/// </summary>
internal static class SafeText
{
    private const int Space = 0x20;
    private const int Delete = 0x7F;
    private const int ControlPictures = 0x2400;

    /// <summary>A text of any number of lines.</summary>
    public static string Text(string text) => Show(text.ReplaceLineEndings("\n"), keepLines: true);

    /// <summary>The same in one line.</summary>
    public static string Line(string text) => Show(text.ReplaceLineEndings(" "), keepLines: false);

    private static string Show(string text, bool keepLines)
    {
        var shown = new StringBuilder(text.Length);
        // What is no character, such as half of a pair, comes as the replacement character.
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\n' && keepLines)
                shown.Append('\n');
            else if (rune.Value == '\t')
                shown.Append("    ");
            else if (rune.Value < Space)
                shown.Append((char)(ControlPictures + rune.Value));
            else if (rune.Value == Delete)
                shown.Append('␡');
            else if (IsHidden(rune))
                shown.Append(CultureInfo.InvariantCulture, $"<U+{rune.Value:X4}>");
            else
                shown.Append(rune);
        }

        return shown.ToString();
    }

    /// <summary>Joiners stay: many scripts, and emoji, are written with them.</summary>
    private static bool IsHidden(Rune rune) => rune.Value is not (0x200C or 0x200D)
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
