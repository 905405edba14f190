using System.Text.Json;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tickets.Workers;

/// <summary>Does the thinking for a step: a built-in worker, which comes the same way as any agent and may do no more than one.</summary>
public interface IStepWorker
{
    /// <summary>What a token of this worker is for in the trail, for example <c>rules-worker</c>.</summary>
    string Name { get; }

    /// <summary>Works on a step that was taken. What it throws counts as a try that failed.</summary>
    /// <param name="taken">The step, with all that is known.</param>
    /// <param name="cancellationToken">Ends the work: the process stops.</param>
    ValueTask<StepAnswer> WorkAsync(TakenStep taken, CancellationToken cancellationToken);
}

/// <summary>What a worker says of its step.</summary>
/// <param name="Result">The result; null where the try came to nothing.</param>
/// <param name="Reason">Why it came to nothing, in a sentence.</param>
public sealed record StepAnswer(JsonElement? Result, string? Reason)
{
    public static StepAnswer Done(JsonElement result) => new(result, null);

    public static StepAnswer Failed(string reason) => new(null, reason);
}
