using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SupportStateMcp.Primitives;

/// <summary>
/// What the server tells of itself to those who run it: one meter and one source of traces, both named <see cref="Name"/>. While nobody listens,
/// a measurement costs a few nanoseconds. Labels are bounded: names of tools, routes, commands, states, roles and error codes, never an id, a
/// customer or a text. docs/operations.md lists the instruments.
/// </summary>
internal static class Telemetry
{
    /// <summary>The name of the meter and of the source of traces.</summary>
    public const string Name = "SupportStateMcp";

    private static readonly Meter s_meter = new(Name);

    /// <summary>Steps of the usual time of a call: 0.5 ms to 30 s.</summary>
    private static readonly InstrumentAdvice<double> s_seconds = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
    };

    /// <summary>Steps of the time of a step of a ticket: 10 ms to 24 h.</summary>
    private static readonly InstrumentAdvice<double> s_stepSeconds = new() { HistogramBucketBoundaries = [0.01, 0.1, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400] };

    /// <summary>Spans: a command from its first read to its last try, and each try to write it.</summary>
    public static ActivitySource Traces { get; } = new(Name);

    /// <summary>Calls by face, tool or route, and the code of the refusal (<c>ok</c> where there is none).</summary>
    public static Counter<long> Calls { get; } = s_meter.CreateCounter<long>("supportstate.calls", "{call}", "Calls of tools and routes, by the code of the refusal; ok where there is none.");

    /// <summary>How long calls took, in seconds, by face and tool or route.</summary>
    public static Histogram<double> CallDuration { get; } = s_meter.CreateHistogram("supportstate.call.duration", "s", "How long calls of tools and routes took.", null, s_seconds);

    /// <summary>Commits by command.</summary>
    public static Counter<long> Commits { get; } = s_meter.CreateCounter<long>("supportstate.commits", "{commit}", "Changes of conversations that were stored, by command.");

    /// <summary>Tries to write that met another writer's.</summary>
    public static Counter<long> Conflicts { get; } = s_meter.CreateCounter<long>("supportstate.conflicts", "{conflict}", "Tries to write that met another writer's; each is decided again.");

    /// <summary>How long commands waited for the lock of a busy conversation, in seconds, by outcome.</summary>
    public static Histogram<double> LockWait { get; } = s_meter.CreateHistogram("supportstate.lock.wait", "s", "How long commands waited for the lock of a busy conversation.", null, s_seconds);

    /// <summary>Transitions of the workflow.</summary>
    public static Counter<long> Transitions { get; } = s_meter.CreateCounter<long>("supportstate.transitions", "{transition}", "Transitions of the workflow, by the states before and after.");

    /// <summary>Approvals by the status that they came to.</summary>
    public static Counter<long> Approvals { get; } = s_meter.CreateCounter<long>("supportstate.approvals", "{approval}", "Approvals, by the status that they came to.");

    /// <summary>How long steps of tickets took from the lease to their end, in seconds, by role and outcome.</summary>
    public static Histogram<double> StepDuration { get; } = s_meter.CreateHistogram("supportstate.step.duration", "s", "How long steps of tickets took, from the lease to their end.", null, s_stepSeconds);

    /// <summary>Attempts to tell sinks of events, by sink and outcome: delivered, failed.</summary>
    public static Counter<long> Deliveries { get; } = s_meter.CreateCounter<long>("supportstate.deliveries", "{attempt}", "Attempts to tell sinks of events, by outcome.");

    /// <summary>How long searches took, in seconds, by what was searched.</summary>
    public static Histogram<double> SearchDuration { get; } = s_meter.CreateHistogram("supportstate.search.duration", "s", "How long searches of articles and memories took.", null, s_seconds);

    /// <summary>Marks a span as refused, with the code.</summary>
    public static void Refused(this Activity? span, string code) => span?.SetTag("error.type", code).SetStatus(ActivityStatusCode.Error);
}
