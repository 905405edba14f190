using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace SupportStateMcp.Cli;

/// <summary>Help as usual, and after that of a command for people what else there is to know.</summary>
public sealed class CliHelp(HelpAction usual) : SynchronousCommandLineAction
{
    private const string Times = "Times are those of your time zone; --json has them in UTC.";

    private const string Exits = """
        Exit codes:
          0   done
          1   refused, with a sentence on the error stream (or {code, message, ...} with --json); nothing was changed
          69  the store does not answer
          74  done, but the output could not be written
          78  the configuration cannot be used
        """;

    /// <summary>Lets a whole command line help like this.</summary>
    public static void Teach(RootCommand root)
    {
        foreach (var help in root.Options.OfType<HelpOption>())
            help.Action = new CliHelp((HelpAction)help.Action!);
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is CliCommand command)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine(command.More);
            output.WriteLine();
            if (command.Requirement is { } requirement)
            {
                output.WriteLine($"Requires: {string.Join(" and ", requirement.Needs)}; --roles says what you have.");
                output.WriteLine();
            }

            output.WriteLine(Times);
            output.WriteLine();
            output.WriteLine(Exits);
        }

        return code;
    }
}
