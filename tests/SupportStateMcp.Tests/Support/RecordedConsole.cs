using System.Collections;
using System.Text;
using SupportStateMcp.Cli;

namespace SupportStateMcp.Tests.Support;

/// <summary>A console for one command in this process: its input is there already, and what it writes is kept.</summary>
internal sealed class RecordedConsole(string input, IDictionary environment, bool isKeyboard = false, bool isTerminal = false) : CliConsole
{
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    public override TextWriter Output => new StringWriter(_output);

    public override TextWriter Errors => new StringWriter(_errors);

    public override bool IsTerminal => isTerminal;

    public override bool IsKeyboard => isKeyboard;

    public override IDictionary Environment => environment;

    /// <summary>UTC, so that screens are the same everywhere, unless a test says where its person is.</summary>
    public override TimeZoneInfo TimeZone => environment["TZ"] is string zone ? TimeZoneInfo.FindSystemTimeZoneById(zone) : TimeZoneInfo.Utc;

    public override Stream OpenInput() => new MemoryStream(Encoding.UTF8.GetBytes(input));

    /// <summary>How the command ended, with all that it wrote.</summary>
    public (int ExitCode, string Output, string Errors) Ended(int exitCode) =>
        (exitCode, _output.ToString().ReplaceLineEndings("\n"), _errors.ToString().ReplaceLineEndings("\n"));
}
