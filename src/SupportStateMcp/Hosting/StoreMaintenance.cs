using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Memory;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Hosting;

/// <summary>
/// Sweeps the store now and then, while the server runs, records expired leases and approvals, moves what has expired to the archive, takes
/// away dead letters that are kept no longer, and looks after the memory.
/// </summary>
public sealed partial class StoreMaintenance(
    IConversationStore store, ConversationCommandHandler commands, TimeProvider time, ILogger<StoreMaintenance> logger, MemoryUpkeep? memory = null,
    IConversationArchive? archive = null, DeskGauges? gauges = null, DeadLetters? deadLetters = null)
{
    /// <summary>
    /// How often leases and approvals that have expired are recorded. Anyone who looks at a conversation before that sees it as it
    /// stands all the same; only the event and the queue's listing wait.
    /// </summary>
    public static readonly TimeSpan ClockInterval = TimeSpan.FromSeconds(2);

    /// <summary>How many conversations are brought up to date at a time.</summary>
    private const int Batch = 100;

    /// <summary>How often the store is swept. Expired conversations are gone before that; only their traces wait.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>How often closed conversations that have expired are moved to the archive. It finds them before that, too.</summary>
    public static readonly TimeSpan ArchiveInterval = TimeSpan.FromSeconds(5);

    /// <summary>Begins; disposing what it returns ends it.</summary>
    public IAsyncDisposable Start() => new RunningTask(RunAsync);

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        EveryAsync(Interval, ct => store.SweepAsync(ct).AsTask(), cancellationToken),
        EveryAsync(ClockInterval, ExpireOverdueAsync, cancellationToken),
        archive is null ? Task.CompletedTask : EveryAsync(ArchiveInterval, ct => archive.MoveAsync(ct).AsTask(), cancellationToken),
        gauges is null ? Task.CompletedTask : EveryAsync(DeskGauges.Interval, gauges.ReadAsync, cancellationToken),
        deadLetters is null ? Task.CompletedTask : EveryAsync(DeadLetters.SweepInterval, deadLetters.SweepAsync, cancellationToken),
        memory is null ? Task.CompletedTask : Task.WhenAll(
            EveryAsync(MemoryUpkeep.FinishInterval, memory.FinishAsync, cancellationToken),
            EveryAsync(MemoryUpkeep.SweepInterval, memory.SweepAsync, cancellationToken),
            EveryAsync(MemoryUpkeep.ForgetInterval, memory.ForgetAsync, cancellationToken)));

    /// <summary>Records expired leases and approvals. Of several instances that see it at once, one does; the others find it done.</summary>
    public async Task ExpireOverdueAsync(CancellationToken cancellationToken)
    {
        ExceptionDispatchInfo? first = null;
        foreach (var id in await store.FindOverdueAsync(time.GetUtcNow(), Batch, cancellationToken))
        {
            try
            {
                await commands.ExecuteAsync(new ConversationCommand.ExpireOverdue { Id = id, Actor = Conversation.Clock }, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // One conversation that cannot be written keeps nobody from the others.
                first ??= ExceptionDispatchInfo.Capture(e);
            }
        }

        first?.Throw();
    }

    private async Task EveryAsync(TimeSpan interval, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        string? told = null;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
                told = await TryAsync(work, told, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>Whatever goes wrong in one turn, the next one comes: a loop that ends would leave its work undone until a restart, and nobody would hear of it.</summary>
    /// <returns>The failure that the operator was told of last; null where the work was done.</returns>
    private async Task<string?> TryAsync(Func<CancellationToken, Task> work, string? told, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken);
            return null;
        }
        catch (StoreUnavailableException e)
        {
            // The store tells the operator why, once.
            LogPostponed(e.Message);
            return told;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            var failure = $"{e.GetType().Name}: {e.Message}";
            if (failure != told)
                LogFailed(e);
            return failure;
        }
    }

    [LoggerMessage(LogLevel.Debug, "The sweep waits for its next turn: {Reason}")]
    private partial void LogPostponed(string reason);

    [LoggerMessage(LogLevel.Error, "The maintenance of the store failed at one of its tasks; it tries again at its next turn. This is logged once, until something else fails or the task is done.")]
    private partial void LogFailed(Exception exception);
}

/// <summary>The same as a service of an application.</summary>
internal sealed class StoreMaintenanceService(StoreMaintenance upkeep) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => upkeep.RunAsync(stoppingToken);
}
