using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Hosting;

/// <summary>Sweeps the store now and then, while the server runs.</summary>
public sealed partial class StoreUpkeep(IConversationStore store, TimeProvider time, ILogger<StoreUpkeep> logger)
{
    /// <summary>How often the store is swept. Expired cases are gone before that; only their traces wait.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>Begins; disposing what it returns ends it.</summary>
    public IAsyncDisposable Start()
    {
        var ends = new CancellationTokenSource();
        return new Running(RunAsync(ends.Token), ends);
    }

    /// <summary>Sweeps until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
                await SweepAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.SweepAsync(cancellationToken);
        }
        catch (StoreUnavailableException e)
        {
            LogPostponed(e.Message);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // One case that cannot be read keeps nobody from serving the others.
            LogFailed(e);
        }
    }

    [LoggerMessage(LogLevel.Debug, "The sweep waits for its next turn: {Reason}")]
    private partial void LogPostponed(string reason);

    [LoggerMessage(LogLevel.Error, "The sweep met something that it cannot read.")]
    private partial void LogFailed(Exception exception);

    private sealed class Running(Task run, CancellationTokenSource ends) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await ends.CancelAsync();
            await run;
            ends.Dispose();
        }
    }
}

/// <summary>The same as a service of an application.</summary>
internal sealed class StoreUpkeepService(StoreUpkeep upkeep) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => upkeep.RunAsync(stoppingToken);
}
