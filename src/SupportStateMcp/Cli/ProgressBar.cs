using Spectre.Console;

namespace SupportStateMcp.Cli;

/// <summary>How far a long command has come: a bar on the error stream where that is a terminal, nothing elsewhere.</summary>
internal static class ProgressBar
{
    /// <summary>Runs something that tells how much of a number of things is done.</summary>
    public static async Task<T> RunAsync<T>(CliConsole console, string what, int count, Func<Action<int>?, Task<T>> work)
    {
        if (console.OpenProgress() is not { } screen)
            return await work(null);
        return await screen.Progress().AutoClear(true).StartAsync(async progress =>
        {
            var bar = progress.AddTask(what, maxValue: count);
            return await work(done => bar.Value = done);
        });
    }
}
