using System.Text.Json.Nodes;
using Spectre.Console;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary>What a command answers: a view as JSON for a program, the same on the screen for a person.</summary>
internal sealed class CommandOutput
{
    private readonly Func<string> _json;
    private readonly Func<string> _content;
    private readonly Action<IAnsiConsole> _show;

    private CommandOutput(Func<string> json, Func<string> content, Action<IAnsiConsole> show) => (_json, _content, _show) = (json, content, show);

    /// <summary>Nothing: whatever there was to show has been shown as it came.</summary>
    public static CommandOutput None { get; } = new(() => "", () => "", _ => { });

    /// <summary>Nothing: what there was to show as it came could not be written.</summary>
    public static CommandOutput Lost { get; } = new(() => "", () => "", _ => throw new IOException());

    /// <summary>What makes two answers the same: all of it but what time alone changes.</summary>
    public string Content => _content();

    /// <param name="view">The answer.</param>
    /// <param name="show">Shows it to a person.</param>
    /// <param name="still">The answer without what time alone changes; null where nothing does.</param>
    public static CommandOutput Of<TView>(TView view, Action<IAnsiConsole> show, Func<TView>? still = null) =>
        new(() => ViewJson.Text(view), () => ViewJson.Text(still is null ? view : still()), show);

    /// <summary>The same, shown as one of several answers to one question: on a terminal in the place of the last.</summary>
    public CommandOutput Watched(CliContext context) => new(_json, _content, screen =>
    {
        if (context.Console.IsTerminal)
            screen.Clear();
        screen.Say($"{context.Local(context.Now)}; Ctrl+C ends.");
        _show(screen);
    });

    /// <summary>Puts an answer or a refusal out, and returns the exit code.</summary>
    /// <param name="result">What came of the command.</param>
    /// <param name="console">Where to.</param>
    /// <param name="asJson">One JSON document on the output, also for a refusal; else the refusal is a sentence on the error stream.</param>
    public static int Print(Result<CommandOutput> result, CliConsole console, bool asJson)
    {
        try
        {
            return PutOut(result, console, asJson);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A disk that is full, an output that was closed. What was done is done.
            TrySay(console, result.TryGet(out _, out _)
                ? "The command is done, but its output could not be written."
                : "The command was refused, and why could not be written.");
            return ExitCodes.OutputLost;
        }
    }

    private static int PutOut(Result<CommandOutput> result, CliConsole console, bool asJson)
    {
        if (result.TryGet(out var answer, out var error))
        {
            if (asJson && answer != None && answer != Lost)
                console.Output.WriteLine(SafeText.Json(answer._json()));
            else if (answer != None)
                answer._show(console.OpenScreen());
            return ExitCodes.Done;
        }

        if (asJson)
            console.Output.WriteLine(SafeText.Json(Facts(error)));
        else
            console.Errors.WriteLine(SafeText.Text(CliErrorMessages.Of(error, console.TimeZone)));
        return error.Code == ErrorCodes.StoreUnavailable ? ExitCodes.StoreUnavailable : ExitCodes.Refused;
    }

    private static void TrySay(CliConsole console, string sentence)
    {
        try
        {
            console.Errors.WriteLine(sentence);
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
        return ViewJson.Text(facts);
    }
}
