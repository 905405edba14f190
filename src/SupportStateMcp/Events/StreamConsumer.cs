using System.Text;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Events;

/// <summary>
/// Takes events that other systems append to a Redis Stream. All processes share the work as one group; an entry is acknowledged once it is
/// taken, so that one whose process was killed is taken by another, and found done where it was. What can never be taken goes to a stream of its
/// own, <c>{stream}:rejected</c>, with the reason.
/// </summary>
/// <param name="stream">The store that has the stream.</param>
/// <param name="options">Which stream.</param>
/// <param name="messages">Takes events.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells the operator what is rejected.</param>
public sealed partial class StreamConsumer(IEventStream stream, StreamOptions options, IntakeMessages messages, TimeProvider time, ILogger<StreamConsumer> logger)
{
    private const int Batch = 32;
    private const int MostRejected = 10_000;

    /// <summary>How often an empty stream is looked at.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    /// <summary>How long an entry is the reader's that took it: longer than taking it can last.</summary>
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1);

    private readonly string _reader = Guid.NewGuid().ToString("N");

    /// <summary>Takes events until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var wait = s_interval;
                try
                {
                    var entries = await stream.TakeAsync(options.Name, IntakeMessages.Group, _reader, s_idle, Batch, cancellationToken);
                    foreach (var entry in entries)
                        await TakeAsync(entry, cancellationToken);
                    if (entries.Count > 0)
                        continue;
                }
                catch (StoreException e)
                {
                    LogWaits(options.Name, e.Message);
                    wait = s_afterFailure;
                }

                await Task.Delay(wait, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async ValueTask TakeAsync(EventEntry entry, CancellationToken cancellationToken)
    {
        var outcome = await messages.TakeAsync(entry.Event is null ? null : entry.Event.AsMemory(), cancellationToken);
        // Taken again once it is nobody's: by then the store may answer.
        if (outcome is IntakeOutcome.Again)
            return;
        if (outcome is IntakeOutcome.Rejected rejected)
        {
            LogRejected(options.Name, entry.Id, rejected.Reason);
            await stream.AppendAsync(
                options.Name + ":rejected", [new("id", Encoding.UTF8.GetBytes(entry.Id)), new("reason", Encoding.UTF8.GetBytes(rejected.Reason)), new("event", entry.Event ?? [])], MostRejected, cancellationToken);
        }

        await stream.AcknowledgeAsync(options.Name, IntakeMessages.Group, entry.Id, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "The entry {Entry} of the stream {Stream} is rejected: {Reason}")]
    private partial void LogRejected(string stream, string entry, string reason);

    [LoggerMessage(LogLevel.Debug, "The stream {Stream} waits for the store: {Reason}")]
    private partial void LogWaits(string stream, string reason);
}
