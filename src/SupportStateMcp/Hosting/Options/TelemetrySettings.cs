namespace SupportStateMcp.Hosting;

/// <summary>The section <c>telemetry</c>.</summary>
public sealed class TelemetrySettings
{
    public string? Prometheus { get; set; }

    public string? Logs { get; set; }
}

/// <summary>What the server tells of itself, beside what the variables <c>OTEL_*</c> say.</summary>
/// <param name="Prometheus">Whether the metrics are read at <c>/metrics</c>.</param>
/// <param name="MetricsUrl">An address of their own for the metrics; null for that of the server.</param>
/// <param name="JsonLogs">Whether log lines are JSON.</param>
public sealed record TelemetryOptions(bool Prometheus, Uri? MetricsUrl, bool JsonLogs)
{
    public static TelemetryOptions Default { get; } = new(false, null, false);
}
