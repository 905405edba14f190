using System.Text;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Events;

/// <summary>
/// Takes events that other systems append to a Redis Stream, one process of all at a time, in the order of the stream: a message must not come
/// before the request that opens its ticket. An entry is acknowledged once it is taken, so that one whose process was killed is taken by another,
/// and found done where it was; those behind one that cannot be taken now wait. What can never be taken goes to a stream of its own,
/// <c>{stream}:rejected</c>, with the reason.
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

    /// <summary>How long the stream is the reader's that has asked last. Where it takes longer, another goes on at the same entry, and finds it done.</summary>
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1);

    private readonly string _reader = Guid.NewGuid().ToString("N");

    /// <summary>What an operator was told last, so that it is told once.</summary>
    private string? _told;

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
                    var entries = await stream.TakeAsync(options.Name, IntakeMessages.Group, _reader, s_lease, Batch, cancellationToken);
                    var areTaken = await TakeAsync(entries, cancellationToken);
                    _told = null;
                    if (!areTaken)
                        wait = s_afterFailure;
                    else if (entries.Count > 0)
                        continue;
                }
                catch (StoreException e)
                {
                    Note(e);
                    wait = s_afterFailure;
                }
                catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
                {
                    // It must not end the intake. The entry was not acknowledged, and comes again.
                    if (e.Message != _told)
                        LogUnexpected(options.Name, e);
                    _told = e.Message;
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

    /// <summary>Takes entries in their order; false where one has to be taken again, which then comes first.</summary>
    private async ValueTask<bool> TakeAsync(IReadOnlyList<EventEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var entry in entries)
        {
            var outcome = await messages.TakeAsync(entry.Event is null ? null : entry.Event.AsMemory(), cancellationToken);
            if (outcome is IntakeOutcome.Again)
                return false;
            if (outcome is IntakeOutcome.Rejected rejected)
                await RejectAsync(entry, rejected.Reason, cancellationToken);
            await stream.AcknowledgeAsync(options.Name, IntakeMessages.Group, entry.Id, cancellationToken);
        }

        return true;
    }

    private async ValueTask RejectAsync(EventEntry entry, string reason, CancellationToken cancellationToken)
    {
        await stream.AppendAsync(
            options.Name + ":rejected", [new("id", Encoding.UTF8.GetBytes(entry.Id)), new("reason", Encoding.UTF8.GetBytes(reason)), new("event", entry.Event ?? [])], MostRejected, cancellationToken);
        LogRejected(options.Name, entry.Id, reason);
    }

    /// <summary>Tells an operator once what stays until something is changed.</summary>
    private void Note(StoreException e)
    {
        if (e is StoreUnavailableException { Passes: true } || e.Message == _told)
        {
            LogWaits(options.Name, e.Message);
            return;
        }

        _told = e.Message;
        LogStands(options.Name, e.Message);
    }

    [LoggerMessage(LogLevel.Warning, "The entry {Entry} of the stream {Stream} is rejected: {Reason}")]
    private partial void LogRejected(string stream, string entry, string reason);

    [LoggerMessage(LogLevel.Error, "No events are taken from the stream {Stream}: {Reason} This stays until it is changed.")]
    private partial void LogStands(string stream, string reason);

    [LoggerMessage(LogLevel.Error, "An entry of the stream {Stream} met something unexpected. It is tried again each second, and those behind it wait. This is logged once.")]
    private partial void LogUnexpected(string stream, Exception exception);

    [LoggerMessage(LogLevel.Debug, "The stream {Stream} waits for the store: {Reason}")]
    private partial void LogWaits(string stream, string reason);
}
