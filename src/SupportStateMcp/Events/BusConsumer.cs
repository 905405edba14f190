using Microsoft.Extensions.Logging;

namespace SupportStateMcp.Events;

/// <summary>
/// Takes events from a log of another system. All processes share the work as one group; what can never be taken goes to a log of its own,
/// <c>{topic}.rejected</c>, with the reason and its place.
/// </summary>
/// <param name="bus">The other system.</param>
/// <param name="options">Which log.</param>
/// <param name="messages">Takes events.</param>
/// <param name="logger">Tells the operator what is rejected.</param>
public sealed partial class BusConsumer(IEventBus bus, BusIntakeOptions options, IntakeMessages messages, ILogger<BusConsumer> logger) : IAsyncDisposable
{
    /// <summary>What an operator was told of an outage that goes on.</summary>
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Why what is rejected could not be kept, as it was told last.</summary>
    private string? _notKept;

    /// <summary>What nobody foresaw, as it was told last.</summary>
    private string? _unexpected;

    /// <summary>Takes events until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => bus.TakeAsync(options.Topic, IntakeMessages.Group, TakeAsync, Note, cancellationToken);

    public ValueTask DisposeAsync() => bus.DisposeAsync();

    private async ValueTask<bool> TakeAsync(BusEvent e, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await messages.TakeAsync(e.Json, cancellationToken);
            _unexpected = null;
            return outcome switch
            {
                IntakeOutcome.Again => false,
                IntakeOutcome.Rejected rejected => await KeepAsync(e, rejected.Reason, cancellationToken),
                _ => true,
            };
        }
        catch (Exception x) when (x is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            if (Interlocked.Exchange(ref _unexpected, x.Message) != x.Message)
                LogUnexpected(options.Topic, e.Place, x);
            return false;
        }
    }

    /// <summary>Keeps what can never be taken; false where that fails, so that it comes again.</summary>
    private async ValueTask<bool> KeepAsync(BusEvent e, string reason, CancellationToken cancellationToken)
    {
        var failure = await bus.AppendAsync(options.Topic + ".rejected", "", RejectedEvent.Json(e, reason), cancellationToken);
        if (failure is not null)
        {
            if (Interlocked.Exchange(ref _notKept, failure) != failure)
                LogNotKept(options.Topic, e.Place, failure);
            return false;
        }

        _notKept = null;
        LogRejected(options.Topic, e.Place, reason);
        return true;
    }

    /// <summary>Tells the operator each reason once, and once that all is over.</summary>
    private void Note(string? reason)
    {
        lock (_told)
        {
            if (reason is not null && _told.Add(reason))
                LogFails(options.Topic, reason);
            if (reason is not null || _told.Count == 0)
                return;
            _told.Clear();
            LogWorks(options.Topic);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Events of the topic {Topic} cannot be taken: {Reason} This is logged once.")]
    private partial void LogFails(string topic, string reason);

    [LoggerMessage(LogLevel.Warning, "Events of the topic {Topic} come again.")]
    private partial void LogWorks(string topic);

    [LoggerMessage(LogLevel.Warning, "An event of the topic {Topic} is rejected ({Place}): {Reason}")]
    private partial void LogRejected(string topic, string place, string reason);

    [LoggerMessage(LogLevel.Error, "An event of the topic {Topic} can never be taken, and cannot be kept in the topic of rejected events either ({Place}): {Reason} It is tried again each second, and those behind it wait. This is logged once.")]
    private partial void LogNotKept(string topic, string place, string reason);

    [LoggerMessage(LogLevel.Error, "An event of the topic {Topic} met something unexpected ({Place}). It is tried again each second, and those behind it wait. This is logged once.")]
    private partial void LogUnexpected(string topic, string place, Exception exception);
}

/// <summary>A log of another system from which events are taken.</summary>
/// <param name="Topic">The log.</param>
public sealed record BusIntakeOptions(string Topic);
