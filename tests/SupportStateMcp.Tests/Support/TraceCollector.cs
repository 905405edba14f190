using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SupportStateMcp.Tests.Support;

/// <summary>Takes what OpenTelemetry sends over HTTP, and keeps the bytes: protobuf, in which names and ids stand as they are.</summary>
internal sealed class TraceCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<byte[]> _traces = [];

    private TraceCollector(WebApplication app) => _app = app;

    /// <summary>The variables that make a server send here, soon after each span.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; private set; } = null!;

    public static async Task<TraceCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new TraceCollector(builder.Build());
        collector._app.MapPost("/v1/traces", collector.TakeAsync);
        collector._app.MapPost("/v1/metrics", () => Results.Ok());
        await collector._app.StartAsync();
        collector.Variables = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        };
        return collector;
    }

    /// <summary>The exports that hold something of a trace, as text in which names can be looked for.</summary>
    public IReadOnlyList<string> Of(string traceId)
    {
        var wanted = Convert.FromHexString(traceId);
        lock (_traces)
            return [.. _traces.Where(t => t.AsSpan().IndexOf(wanted) >= 0).Select(Encoding.Latin1.GetString)];
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        lock (_traces)
            _traces.Add(body.ToArray());
    }
}
