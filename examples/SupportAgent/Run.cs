using ModelContextProtocol;
using Spectre.Console;

namespace SupportAgent;

/// <summary>Runs one command on one server and says what went wrong, where something did.</summary>
internal static class Run
{
    public static async Task<int> OnAsync(Func<Task<Server>> start, Func<Server, Task<int>> play)
    {
        // Into a file or a pipe: plain text, and room for the tables.
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
            AnsiConsole.Profile.Width = 120;
        }

        try
        {
            await using var server = await start();
            return await play(server);
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
        catch (Exception e) when (Connection.IsLost(e) || e is McpException or UnexpectedException)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]✗ {e.Message}[/]");
            return 1;
        }
    }
}

/// <summary>The server said something that this agent has no answer to.</summary>
internal sealed class UnexpectedException(string message) : Exception(message);
