using Spectre.Console;
using SupportStateMcp.Briefs;

namespace SupportStateMcp.Cli;

/// <summary>Values with their names before them; a value that is not there has no line.</summary>
internal sealed class Fields
{
    private static readonly Style s_label = new(Color.Grey);

    private readonly Grid _grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(2)).AddColumn();

    public void Add(string name, string? value, Style? style = null)
    {
        if (value is { Length: > 0 })
            _grid.AddRow(new Text(SafeText.Line(name), s_label), new Text(SafeText.Text(value), style));
    }

    public void Write(IAnsiConsole screen)
    {
        screen.Write(_grid);
        screen.WriteLine();
    }
}
