using System.Collections;
using System.Globalization;
using System.Runtime.InteropServices;
using Spectre.Console;

namespace SupportStateMcp.Cli;

/// <summary>What the command line reads and writes, and its environment: those of the process, unless somebody gives it others.</summary>
public class CliConsole
{
    /// <summary>How wide plain text is where <c>COLUMNS</c> does not say.</summary>
    private const int PlainWidth = 120;

    private const int LeastWidth = 40;
    private const int MostWidth = 1_000;

    /// <summary>The console of the process.</summary>
    public static CliConsole OfProcess { get; } = new();

    public virtual TextWriter Output => Console.Out;

    public virtual TextWriter Errors => Console.Error;

    /// <summary>True where the output is shown on a terminal, which can do more than plain text.</summary>
    public virtual bool IsTerminal => !Console.IsOutputRedirected;

    /// <summary>True where the input is typed.</summary>
    public virtual bool IsKeyboard => !Console.IsInputRedirected;

    /// <summary>The time zone in which times are shown.</summary>
    public virtual TimeZoneInfo TimeZone => TimeZoneInfo.Local;

    /// <summary>The variables of the environment, by name.</summary>
    public virtual IDictionary Environment => System.Environment.GetEnvironmentVariables();

    /// <summary>Opens the input, as UTF-8 text or whatever else it holds.</summary>
    public virtual Stream OpenInput() => Console.OpenStandardInput();

    /// <summary>Opens the output, for what is not text for people.</summary>
    public virtual Stream OpenOutput() => Console.OpenStandardOutput();

    /// <summary>Calls back when somebody presses Ctrl+C, or asks the process to stop, until disposed.</summary>
    public virtual IDisposable OnInterrupt(Action interrupted) => new Signals(interrupted);

    /// <summary>A variable of the environment; null where it is empty or not set.</summary>
    internal string? Variable(string name) => Environment[name] is string { Length: > 0 } value ? value : null;

    /// <summary>Where answers are shown: with colours on a terminal, as plain text elsewhere.</summary>
    internal IAnsiConsole OpenScreen()
    {
        var screen = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = IsTerminal && Variable("NO_COLOR") is null ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            // Those know build servers, and write escapes into their logs.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            Out = new AnsiConsoleOutput(Output),
        });
        if (!IsTerminal)
            screen.Profile.Width = Width();
        return screen;
    }

    private int Width() =>
        int.TryParse(Variable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            ? Math.Clamp(width, LeastWidth, MostWidth)
            : PlainWidth;

    private sealed class Signals(Action interrupted) : IDisposable
    {
        private readonly PosixSignalRegistration[] _registrations = [Register(PosixSignal.SIGINT, interrupted), Register(PosixSignal.SIGTERM, interrupted)];

        public void Dispose() => Array.ForEach(_registrations, r => r.Dispose());

        private static PosixSignalRegistration Register(PosixSignal signal, Action interrupted) => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            interrupted();
        });
    }
}
