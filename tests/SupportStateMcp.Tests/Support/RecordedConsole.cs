using System.Collections;
using System.Text;
using SupportStateMcp.Cli;
using SupportStateMcp.Hosting;

namespace SupportStateMcp.Tests.Support;

/// <summary>A console for one command in this process: its input is there already, and what it writes is kept.</summary>
internal sealed class RecordedConsole(string input, IDictionary environment, bool isKeyboard = false, bool isTerminal = false) : CliConsole
{
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private Action? _interrupted;

    public override TextWriter Output => new SharedWriter(_output);

    public override TextWriter Errors => new SharedWriter(_errors);

    public override bool IsTerminal => isTerminal;

    public override bool IsKeyboard => isKeyboard;

    public override IDictionary Environment => environment;

    /// <summary>UTC, so that screens are the same everywhere, unless a test says where its person is.</summary>
    public override TimeZoneInfo TimeZone => environment["TZ"] is string zone ? TimeZoneInfo.FindSystemTimeZoneById(zone) : TimeZoneInfo.Utc;

    public override Stream OpenInput() => new MemoryStream(Encoding.UTF8.GetBytes(input));

    public override IDisposable OnInterrupt(Action interrupted)
    {
        _interrupted = interrupted;
        return new MemoryStream();
    }

    /// <summary>Presses Ctrl+C.</summary>
    public void Interrupt() => _interrupted!();

    /// <summary>What a command that still runs has written.</summary>
    public (string Output, string Errors) SoFar()
    {
        lock (_output)
        {
            lock (_errors)
                return (_output.ToString().ReplaceLineEndings("\n"), _errors.ToString().ReplaceLineEndings("\n"));
        }
    }

    /// <summary>
    /// Runs a command line in this process, as the program reads and runs it. For what ends at once: a server would write
    /// its logs to the tests' own error stream.
    /// </summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string[] arguments, Dictionary<string, string>? environment = null)
    {
        var console = new RecordedConsole("", environment ?? []);
        // A server that starts where a refusal is due would never end.
        return console.Ended(await CommandLine.RunAsync(arguments, console, null).WaitAsync(TimeSpan.FromSeconds(60)));
    }

    /// <summary>How the command ended, with all that it wrote.</summary>
    public (int ExitCode, string Output, string Errors) Ended(int exitCode) =>
        (exitCode, _output.ToString().ReplaceLineEndings("\n"), _errors.ToString().ReplaceLineEndings("\n"));

    /// <summary>Writes what is read meanwhile.</summary>
    private sealed class SharedWriter(StringBuilder written) : StringWriter(written)
    {
        public override void Write(char value)
        {
            lock (GetStringBuilder())
                base.Write(value);
        }

        public override void Write(char[] buffer, int index, int count)
        {
            lock (GetStringBuilder())
                base.Write(buffer, index, count);
        }

        public override void Write(string? value)
        {
            lock (GetStringBuilder())
                base.Write(value);
        }
    }
}
