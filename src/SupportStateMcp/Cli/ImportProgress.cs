using System.Globalization;

namespace SupportStateMcp.Cli;

/// <summary>How far an import has come, on one line of the error stream while somebody looks at a terminal; elsewhere nothing.</summary>
/// <param name="console">Where to.</param>
/// <param name="what">What is imported.</param>
/// <param name="total">How many there are.</param>
internal sealed class ImportProgress(CliConsole console, string what, int total) : IDisposable
{
    private const int Width = 30;

    private bool _shown;

    /// <summary>So many are done.</summary>
    public void Report(int done)
    {
        if (!console.IsTerminal || total == 0)
            return;
        _shown = true;
        var filled = (int)((long)Width * done / total);
        console.Errors.Write(string.Create(CultureInfo.InvariantCulture, $"\r[{new string('#', filled)}{new string('.', Width - filled)}] {done} of {total} {what}"));
        console.Errors.Flush();
    }

    /// <summary>Leaves the line to what comes next.</summary>
    public void Dispose()
    {
        if (_shown)
            console.Errors.WriteLine();
    }
}
