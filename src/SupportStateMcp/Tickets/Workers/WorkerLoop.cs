using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Tickets.Workers;

/// <summary>
/// Takes steps and works on them, several at a time, until it is stopped. A step that it was at then becomes ready again when its lease runs
/// out: nothing has to be put away.
/// </summary>
public sealed partial class WorkerLoop(StepService steps, IStepWorker worker, TicketSetup setup, TimeProvider time, ILogger<WorkerLoop> logger)
{
    /// <summary>How long it waits after the store did not answer.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>How often it tells the store of a result before it leaves the step to its lease.</summary>
    private const int Tries = 5;

    private readonly Caller _caller = new(new Actor(ActorKind.Ai, worker.Name), Roles.Agent);

    /// <summary>Works until cancelled.</summary>
    /// <param name="roles">Which steps; null for all.</param>
    /// <param name="concurrency">How many at a time, at least 1.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(IReadOnlyList<string>? roles, int concurrency, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrency, 1);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(() => WorkAsync(roles, cancellationToken), cancellationToken)));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It was told to stop.
        }
    }

    private async Task WorkAsync(IReadOnlyList<string>? roles, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await WorkOnceAsync(roles, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // One step that nobody foresaw must not stop the work on the others; its lease runs out.
                LogBroke(e);
                await Task.Delay(s_pause, time, cancellationToken);
            }
        }
    }

    private async ValueTask WorkOnceAsync(IReadOnlyList<string>? roles, CancellationToken cancellationToken)
    {
        var next = await steps.NextAsync(_caller, roles, StepService.LongestWait, setup.Lease, cancellationToken);
        if (!next.TryGet(out var found, out var error))
        {
            // The store tells the operator why, once.
            LogWaits(error.Code);
            await Task.Delay(s_pause, time, cancellationToken);
        }
        else if (found.Step is { } taken)
        {
            await CompleteAsync(taken, await AnswerAsync(taken, cancellationToken), cancellationToken);
        }
    }

    private async ValueTask<StepAnswer> AnswerAsync(TakenStep taken, CancellationToken cancellationToken)
    {
        try
        {
            return await worker.WorkAsync(taken, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever went wrong in the worker is a try that failed; the message is for the trail, the rest for the operator.
            LogFailed(taken.Step.Name, taken.Conversation.TicketId, e);
            return StepAnswer.Failed($"the worker failed: {e.GetType().Name}");
        }
    }

    private async ValueTask CompleteAsync(TakenStep taken, StepAnswer answer, CancellationToken cancellationToken)
    {
        var command = new ConversationCommand.CompleteStep
        {
            Id = taken.Token.Id,
            Actor = _caller.Actor,
            Roles = _caller.Roles,
            Token = taken.Token,
            Outcome = answer.Result is null ? StepOutcome.Failed : StepOutcome.Done,
            Result = answer.Result,
            Reason = answer.Result is null ? ShortText.Of(answer.Reason ?? "the worker came to no result", Limits.Reason) : null,
        };
        for (var tries = 1; ; tries++)
        {
            var completed = await steps.CompleteAsync(command, cancellationToken);
            if (completed.TryGet(out _, out var error))
                return;

            // The same call again is done once, whatever became of this one.
            if (error.Code is ErrorCodes.StoreUnavailable or ErrorCodes.LockTimeout && tries < Tries)
            {
                await Task.Delay(s_pause, time, cancellationToken);
                continue;
            }

            // The work is done, and only comes too soon; where the lease runs out first, the step is lost.
            if (error is Errors.RateLimited limited)
            {
                await Task.Delay(TimeSpan.FromSeconds(limited.RetryAfter), time, cancellationToken);
                tries = 0;
                continue;
            }

            LogRefused(taken.Step.Name, taken.Conversation.TicketId, error.Code);
            // A result that the rules do not take is a try that failed.
            if (command.Outcome == StepOutcome.Done && error.Code is not (ErrorCodes.LeaseLost or ErrorCodes.NotOwner or ErrorCodes.StoreUnavailable or ErrorCodes.LockTimeout))
            {
                command = command with { Outcome = StepOutcome.Failed, Result = null, Reason = ShortText.Of($"the result was refused: {error.Code} {error.Facts.ToJsonString()}", Limits.Reason) };
                tries = 0;
                continue;
            }

            return;
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "The worker waits: {Code}.")]
    private partial void LogWaits(string code);

    [LoggerMessage(2, LogLevel.Warning, "The worker failed at the step {Step} of ticket {Ticket}.")]
    private partial void LogFailed(string step, string ticket, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "The step {Step} of ticket {Ticket} did not take the worker's result: {Code}.")]
    private partial void LogRefused(string step, string ticket, string code);

    [LoggerMessage(4, LogLevel.Error, "The worker could not take or complete a step; it goes on with the next.")]
    private partial void LogBroke(Exception exception);
}
