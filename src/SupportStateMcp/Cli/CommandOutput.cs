using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Cli;

/// <summary>What a command answers: the facts for a program, the same for a person.</summary>
internal sealed class CommandOutput
{
    private readonly Func<string> _facts;
    private readonly Action<IAnsiConsole> _show;

    private CommandOutput(Func<string> facts, Action<IAnsiConsole> show) => (_facts, _show) = (facts, show);

    public static CommandOutput Of<T>(T facts, Action<IAnsiConsole> show) => new(() => JsonSerializer.Serialize(facts, CliJson.TypeInfo<T>()), show);

    /// <summary>Puts an answer or a refusal out, and returns the exit code.</summary>
    /// <param name="result">What came of the command.</param>
    /// <param name="asJson">One JSON document on the output, also for a refusal; else the refusal is a sentence on the error stream.</param>
    public static int Print(Result<CommandOutput> result, bool asJson)
    {
        try
        {
            return PutOut(result, asJson);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A disk that is full, an output that was closed. What was done is done.
            TrySay(result.TryGet(out _, out _)
                ? "The command is done, but its output could not be written."
                : "The command was refused, and why could not be written.");
            return ExitCodes.OutputLost;
        }
    }

    private static int PutOut(Result<CommandOutput> result, bool asJson)
    {
        if (result.TryGet(out var answer, out var error))
        {
            if (asJson)
                Console.Out.WriteLine(answer._facts());
            else
                answer._show(ConsoleFactory.Open());
            return ExitCodes.Done;
        }

        if (asJson)
            Console.Out.WriteLine(Facts(error));
        else
            Console.Error.WriteLine(SafeText.Text(CliErrorMessages.Of(error)));
        return error.Code == ErrorCodes.StoreUnavailable ? ExitCodes.StoreUnavailable : ExitCodes.Refused;
    }

    private static void TrySay(string sentence)
    {
        try
        {
            Console.Error.WriteLine(sentence);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nobody listens at all; the exit code is left.
        }
    }

    private static string Facts(Error error)
    {
        var facts = new JsonObject { ["code"] = error.Code, ["message"] = CliErrorMessages.Of(error) };
        foreach (var (name, value) in error.Facts)
            facts[name] = value?.DeepClone();
        return JsonSerializer.Serialize(facts, CliJson.TypeInfo<JsonObject>());
    }
}

/// <summary>How a command ends; stable API.</summary>
public static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The rules refused it; nothing was changed.</summary>
    public const int Refused = 1;

    /// <summary>The store does not answer (sysexits.h, EX_UNAVAILABLE).</summary>
    public const int StoreUnavailable = 69;

    /// <summary>The answer could not be written to the output; what the command does is done (sysexits.h, EX_IOERR).</summary>
    public const int OutputLost = 74;
}
