using Spectre.Console;
using SupportStateMcp.Briefs;

namespace SupportStateMcp.Cli;

/// <summary>What all screens are made of. Text is shown as it is, no matter who wrote it.</summary>
internal static class ScreenExtensions
{
    /// <summary>One line.</summary>
    public static void Say(this IAnsiConsole screen, string sentence) => screen.WriteLine(SafeText.Line(sentence));

    /// <summary>A line that stands over what follows.</summary>
    public static void Heading(this IAnsiConsole screen, string title)
    {
        screen.Write(new Text(SafeText.Line(title), new Style(decoration: Decoration.Bold)));
        screen.WriteLine();
    }

    /// <summary>A table in the style of all; the headings are ours.</summary>
    public static Table Table(this IAnsiConsole screen, params string[] headings)
    {
        var table = new Table().Border(screen.Profile.Capabilities.Ansi ? TableBorder.Rounded : TableBorder.Simple);
        foreach (var heading in headings)
            table.AddColumn(heading);
        return table;
    }

    /// <summary>A text in one line.</summary>
    public static Text Cell(string? text) => new(SafeText.Line(text ?? ""));
}
