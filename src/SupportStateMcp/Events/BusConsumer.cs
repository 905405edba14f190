using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace SupportStateMcp.Events;

/// <summary>
/// Takes events from a log of another system. All processes share the work as one group; what can never be taken goes to a log of its own,
/// <c>{topic}.rejected</c>, with the reason.
/// </summary>
/// <param name="bus">The other system.</param>
/// <param name="options">Which log.</param>
/// <param name="messages">Takes events.</param>
/// <param name="logger">Tells the operator what is rejected.</param>
public sealed partial class BusConsumer(IEventBus bus, BusIntakeOptions options, IntakeMessages messages, ILogger<BusConsumer> logger) : IAsyncDisposable
{
    /// <summary>What an operator was told of an outage that goes on.</summary>
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Takes events until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => bus.TakeAsync(options.Topic, IntakeMessages.Group, TakeAsync, Note, cancellationToken);

    public ValueTask DisposeAsync() => bus.DisposeAsync();

    private async ValueTask<bool> TakeAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        switch (await messages.TakeAsync(json, cancellationToken))
        {
            case IntakeOutcome.Again:
                return false;
            case IntakeOutcome.Rejected rejected:
                LogRejected(options.Topic, rejected.Reason);
                var kept = new JsonObject { ["reason"] = rejected.Reason, ["event"] = Encoding.UTF8.GetString(json.Span) };
                return await bus.AppendAsync(options.Topic + ".rejected", "", Encoding.UTF8.GetBytes(kept.ToJsonString()), cancellationToken) is null;
            default:
                return true;
        }
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

    [LoggerMessage(LogLevel.Warning, "An event of the topic {Topic} is rejected: {Reason}")]
    private partial void LogRejected(string topic, string reason);
}

/// <summary>A log of another system from which events are taken.</summary>
/// <param name="Topic">The log.</param>
public sealed record BusIntakeOptions(string Topic);
