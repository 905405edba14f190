namespace SupportStateMcp.Hosting;

/// <content>The section <c>telemetry</c>.</content>
public sealed partial class OptionsReader
{
    /// <param name="server">Where the server listens; null where that cannot be read.</param>
    private TelemetryOptions TelemetryOf(Uri? server)
    {
        var (prometheus, logs) = (Given(_settings.Telemetry.Prometheus), Given(_settings.Telemetry.Logs));
        var isJson = logs switch
        {
            null or "text" => false,
            "json" => true,
            _ => Violation(false, $"telemetry.logs: '{logs}' is none of these; use text or json."),
        };
        return prometheus switch
        {
            null or "false" => new(false, null, isJson),
            "true" => new(true, null, isJson),
            _ when Uri.TryCreate(prometheus, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp && url.AbsolutePath == "/" =>
                url.Port == 0 || url.Port == server?.Port
                    ? Violation(TelemetryOptions.Default, $"telemetry.prometheus: {prometheus} has no port of its own; name another than that of http.url, such as http://127.0.0.1:9464, or use true for /metrics there.")
                    : new(true, url, isJson),
            _ => Violation(TelemetryOptions.Default, $"telemetry.prometheus: '{prometheus}' is none of these; use true for /metrics on the address of the server, false, or an address of its own such as http://127.0.0.1:9464."),
        };
    }
}
