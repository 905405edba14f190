using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using Spectre.Console;

namespace SupportStateMcp.People;

/// <summary>What a command answers: the facts for a program, the same for a person.</summary>
internal sealed class Answer
{
    private readonly Func<string> _facts;
    private readonly Action<IAnsiConsole> _show;

    private Answer(Func<string> facts, Action<IAnsiConsole> show) => (_facts, _show) = (facts, show);

    public static Answer Of<T>(T facts, Action<IAnsiConsole> show) => new(() => JsonSerializer.Serialize(facts, PeopleJson.TypeInfo<T>()), show);

    /// <summary>Puts an answer or a refusal out, and returns the exit code.</summary>
    /// <param name="result">What came of the command.</param>
    /// <param name="asJson">One JSON document on the output, also for a refusal; else the refusal is a sentence on the error stream.</param>
    public static int Print(Result<Answer> result, bool asJson)
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

    private static int PutOut(Result<Answer> result, bool asJson)
    {
        if (result.TryGet(out var answer, out var rejection))
        {
            if (asJson)
                Console.Out.WriteLine(answer._facts());
            else
                answer._show(Screen.Open());
            return ExitCodes.Done;
        }

        if (asJson)
            Console.Out.WriteLine(Facts(rejection));
        else
            Console.Error.WriteLine(Harmless.Text(Wording.ForPeople(rejection)));
        return rejection.Code == RejectionCodes.StoreUnavailable ? ExitCodes.StoreUnavailable : ExitCodes.Refused;
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

    private static string Facts(Rejection rejection)
    {
        var facts = new JsonObject { ["code"] = rejection.Code, ["message"] = Wording.ForPeople(rejection) };
        foreach (var (name, value) in rejection.Facts)
            facts[name] = value?.DeepClone();
        return JsonSerializer.Serialize(facts, PeopleJson.TypeInfo<JsonObject>());
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
