using SupportStateMcp.Conversations;

namespace SupportStateMcp.Cli;

/// <summary><c>--watch</c>: shows an answer again and again, until the person ends it with Ctrl+C.</summary>
internal static class Watch
{
    /// <summary>How often the store is asked.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <param name="ask">Asks for the answer.</param>
    /// <param name="context">Who watches, and what on.</param>
    /// <param name="asJson">One JSON document for each change; else the screen is drawn again.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        Func<CancellationToken, ValueTask<Result<CommandOutput>>> ask, CliContext context, bool asJson, CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = context.Console.OnInterrupt(ends.Cancel);
        try
        {
            return await LoopAsync(ask, context, asJson, ends.Token);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            return ExitCodes.Done;
        }
    }

    private static async Task<int> LoopAsync(
        Func<CancellationToken, ValueTask<Result<CommandOutput>>> ask, CliContext context, bool asJson, CancellationToken cancellationToken)
    {
        string? shown = null;
        var isGone = false;
        while (true)
        {
            var result = await ask(cancellationToken);
            if (result.TryGet(out var answer, out var error))
            {
                // On a terminal times go on, also where nothing has changed.
                if (answer.Content != shown || (context.Console.IsTerminal && !asJson))
                {
                    var code = CommandOutput.Print(asJson ? result : answer.Watched(context), context.Console, asJson);
                    if (code != ExitCodes.Done)
                        return code;
                }

                (shown, isGone) = (answer.Content, false);
            }
            else if (shown is null || error.Code != ErrorCodes.StoreUnavailable)
            {
                return CommandOutput.Print(error, context.Console, asJson);
            }
            else if (!isGone)
            {
                isGone = true;
                await context.Console.Errors.WriteLineAsync("The store does not answer; still watching.");
            }

            await Task.Delay(Interval, context.Time, cancellationToken);
        }
    }
}
