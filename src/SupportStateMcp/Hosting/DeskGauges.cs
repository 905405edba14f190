using System.Diagnostics.Metrics;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Hosting;

/// <summary>
/// How much waits for people: read from the store now and then, and kept until the metrics are read. A desk has one store, so every instance
/// tells the same.
/// </summary>
public sealed class DeskGauges : IDisposable
{
    /// <summary>How often the store is asked.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly Meter _meter = new(Telemetry.Name);
    private readonly IConversationStore _store;
    private readonly TimeProvider _time;
    private readonly EventDeliveries? _deliveries;
    private volatile Reading? _last;

    public DeskGauges(IConversationStore store, TimeProvider time, EventDeliveries? deliveries = null)
    {
        (_store, _time, _deliveries) = (store, time, deliveries);
        Gauge("supportstate.conversations", "{conversation}", "Conversations that live.", r => r.Living);
        Gauge("supportstate.queue.depth", "{conversation}", "Conversations that wait for a person.", r => r.Waiting);
        Gauge("supportstate.queue.wait", "s", "How long the conversation that is next has waited for a person.", r => r.NextSince is { } since ? (_time.GetUtcNow() - since).TotalSeconds : 0);
        Gauge("supportstate.approvals.pending", "{approval}", "Approvals that wait for a decision.", r => r.Approvals);
        Gauge("supportstate.approvals.deadline", "s", "How long until the next approval expires; 0 where none waits.", r => r.Deadline is { } at ? (at - _time.GetUtcNow()).TotalSeconds : 0);
        if (deliveries is null)
            return;
        _meter.CreateObservableGauge("supportstate.outbox.pending", () => Sinks(b => b.Pending), "{conversation}", "Conversations of which a sink has yet to hear; on Redis, the changes of which it has yet to hear.");
        _meter.CreateObservableGauge(
            "supportstate.outbox.lag", () => Sinks(b => b.OldestDue is { } due ? Math.Max(0, (_time.GetUtcNow() - due + OutboxSinks.Grace).TotalSeconds) : 0), "s",
            "How long the conversation that waits longest has waited to be told; one whose attempt failed counts from 15 s before its next attempt is due.");
    }

    /// <summary>Reads the store once.</summary>
    /// <exception cref="StoreException">It does not answer; the last values are dropped, so that nobody takes them for those of now.</exception>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var queue = await _store.ListQueueAsync(null, null, 1, cancellationToken);
            var approvals = await _store.ListPendingApprovalsAsync(null, null, 1, cancellationToken);
            _last = new Reading(await _store.CountAsync(cancellationToken), queue.Total, queue.Conversations is [var first, ..] ? first.WaitingSince : null, approvals.Total, approvals.Approvals is [var next, ..] ? next.Approval.Deadline : null, await BacklogsAsync(cancellationToken));
        }
        catch
        {
            _last = null;
            throw;
        }
    }

    public void Dispose() => _meter.Dispose();

    private async ValueTask<IReadOnlyList<(string Sink, OutboxBacklog Backlog)>> BacklogsAsync(CancellationToken cancellationToken)
    {
        var backlogs = new List<(string, OutboxBacklog)>();
        foreach (var sink in _deliveries?.Names ?? [])
            backlogs.Add((sink, await _deliveries!.BacklogAsync(sink, cancellationToken)));
        return backlogs;
    }

    private IEnumerable<Measurement<double>> Sinks(Func<OutboxBacklog, double> value) =>
        _last is { } reading ? reading.Backlogs.Select(b => new Measurement<double>(value(b.Backlog), new KeyValuePair<string, object?>("sink", b.Sink))) : [];

    private void Gauge(string name, string unit, string description, Func<Reading, double> value) => _meter.CreateObservableGauge(
        name, () => _last is { } reading ? new[] { new Measurement<double>(value(reading)) } : [], unit, description);

    private sealed record Reading(long Living, int Waiting, DateTimeOffset? NextSince, int Approvals, DateTimeOffset? Deadline, IReadOnlyList<(string Sink, OutboxBacklog Backlog)> Backlogs);
}
