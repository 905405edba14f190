using System.Globalization;
using Spectre.Console;

namespace SupportStateMcp.Cli;

/// <summary>Where answers are shown: a terminal with colours, or plain text where the output goes elsewhere.</summary>
internal static class ConsoleFactory
{
    /// <summary>How wide plain text is where <c>COLUMNS</c> does not say.</summary>
    public const int PlainWidth = 120;

    private const int LeastWidth = 40;
    private const int MostWidth = 1_000;

    public static IAnsiConsole Open()
    {
        var plain = Console.IsOutputRedirected;
        var screen = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain || Variable("NO_COLOR") is not null ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
            // Those know build servers, and write escapes into their logs.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            Out = new AnsiConsoleOutput(Console.Out),
        });
        if (plain)
            screen.Profile.Width = Width();
        return screen;
    }

    /// <summary>A table in the style of all; the headings are ours.</summary>
    public static Table Table(this IAnsiConsole screen, params string[] headings)
    {
        var table = new Table().Border(screen.Profile.Capabilities.Ansi ? TableBorder.Rounded : TableBorder.Simple);
        foreach (var heading in headings)
            table.AddColumn(heading);
        return table;
    }

    /// <summary>Text that is shown as it is, whoever wrote it.</summary>
    public static Text Cell(string? text) => new(SafeText.Line(text ?? ""));

    /// <summary>One line.</summary>
    public static void Say(this IAnsiConsole screen, string sentence) => screen.WriteLine(SafeText.Line(sentence));

    private static int Width() =>
        int.TryParse(Variable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            ? Math.Clamp(width, LeastWidth, MostWidth)
            : PlainWidth;

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
