using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using SupportStateMcp.Primitives;
using SupportStateMcp.Storage.Redis;

namespace SupportStateMcp.Hosting;

/// <summary>
/// Sends traces and metrics where the variables of OpenTelemetry say (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and its like), and offers the metrics
/// to Prometheus. Nothing is made where neither is asked for.
/// </summary>
internal static class TelemetryExport
{
    private const string Prefix = "OTEL_";

    /// <summary>Without those of ASP.NET Core: they measure each request and connection once more, which costs more than all others together.</summary>
    private static readonly string[] s_meters = [Telemetry.Name, "System.Runtime"];

    /// <summary>The spans of requests over HTTP, of the MCP SDK, which reads <c>_meta.traceparent</c>, and of the server itself.</summary>
    private static readonly string[] s_sources = ["Microsoft.AspNetCore", "Experimental.ModelContextProtocol", Telemetry.Name];

    /// <summary>The variables of OpenTelemetry, as its SDK reads them (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Variables() => Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
        .Where(v => ((string)v.Key).StartsWith(Prefix, StringComparison.Ordinal))
        .Select(v => KeyValuePair.Create((string)v.Key, (string?)v.Value));

    /// <summary>Adds what is asked for.</summary>
    /// <param name="services">Where it is added.</param>
    /// <param name="options">What is configured.</param>
    /// <param name="hasHttp">Whether this process can be scraped.</param>
    public static void AddTelemetryExport(this IServiceCollection services, ServerOptions options, bool hasHttp)
    {
        var variables = Variables().ToDictionary(StringComparer.Ordinal);
        var isOff = string.Equals(variables.GetValueOrDefault("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase);
        bool Sends(string signal) => !isOff && new[] { "OTEL_EXPORTER_OTLP_ENDPOINT", $"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT" }.Any(v => !string.IsNullOrWhiteSpace(variables.GetValueOrDefault(v)));
        var (traces, metrics, prometheus) = (Sends("TRACES"), Sends("METRICS"), hasHttp && options.Telemetry.Prometheus);
        if (!traces && !metrics && !prometheus)
            return;

        var telemetry = services.AddOpenTelemetry();
        if (!variables.ContainsKey("OTEL_SERVICE_NAME"))
            telemetry.ConfigureResource(r => r.AddService("supportstatemcp", serviceVersion: McpServerSetup.Version));
        if (metrics || prometheus)
        {
            services.AddSingleton<DeskGauges>();
            telemetry.WithMetrics(meters =>
            {
                meters.AddMeter(s_meters);
                if (metrics)
                    meters.AddOtlpExporter();
                if (prometheus)
                    meters.AddPrometheusExporter();
            });
        }

        if (!traces)
            return;
        telemetry.WithTracing(tracing =>
        {
            tracing.AddSource(s_sources).AddOtlpExporter();
            if (options.Backend == Backend.Redis)
                tracing.AddRedisInstrumentation().ConfigureRedisInstrumentation((provider, redis) =>
                    provider.GetRequiredService<RedisConnection>().WhenConnected(connection => redis.AddConnection(connection)));
        });
    }

    /// <summary>Begins; called before the first connection is made, which is traced too. What is left is sent when the services are disposed.</summary>
    public static void StartTelemetryExport(this IServiceProvider services)
    {
        _ = services.GetService<TracerProvider>();
        _ = services.GetService<MeterProvider>();
    }
}
