using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Server;
using SupportStateMcp.Hosting;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>What the server tells of itself: metrics for Prometheus, traces where OpenTelemetry says, log lines as JSON.</summary>
public sealed class TelemetryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_metrics_tell_of_calls_refusals_commits_and_transitions_and_of_no_customer()
    {
        await using var server = await StartAsync(Prometheus("true"));
        await server.CallAsync("initialize_conversation", new { user_id = "secret-customer", ticket_id = "TEL-1" });
        await server.CallAsync("add_message", new { conversation_id = "cs-TEL-1", role = "user", content = "secret-words" });
        await server.CallAsync("transition_state", new { conversation_id = "cs-TEL-1", new_state = "processing" });
        await server.CallAsync("get_state", new { conversation_id = "cs-TEL-none" });
        await server.CallAsync("transition_state", new { conversation_id = "cs-TEL-1", new_state = "initialized" });
        using var http = new HttpClient();
        using (await http.GetAsync(new Uri(server.Address, "/support/status/TEL-9"), Stop))
        {
        }

        // A call over REST counts once its answer is written, which its client may have read before.
        var metrics = "";
        await Eventually.TrueAsync(
            async () =>
            {
                metrics = await http.GetStringAsync(new Uri(server.Address, "/metrics"), Stop);
                return metrics.Contains("face=\"rest\"", StringComparison.Ordinal);
            },
            () => metrics);

        Assert.Equal("1", Value(metrics, "supportstate_calls_total", "face=\"mcp\"", "call=\"add_message\"", "code=\"ok\""));
        Assert.Equal("1", Value(metrics, "supportstate_calls_total", "face=\"mcp\"", "call=\"get_state\"", "code=\"not_found\""));
        Assert.Equal("1", Value(metrics, "supportstate_calls_total", "face=\"mcp\"", "call=\"transition_state\"", "code=\"invalid_transition\""));
        Assert.Equal("1", Value(metrics, "supportstate_calls_total", "face=\"rest\"", "code=\"not_found\""));
        Assert.Equal("1", Value(metrics, "supportstate_commits_total", "command=\"AddMessage\""));
        Assert.Equal("1", Value(metrics, "supportstate_transitions_total", "to=\"processing\""));
        Assert.Equal("1", Value(metrics, "supportstate_call_duration_seconds_count", "call=\"add_message\""));
        Assert.DoesNotContain("secret", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("TEL-", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_code_of_a_refusal_has_a_count_of_its_own()
    {
        var errors = ErrorSamples.All.Select(s => s.Error).DistinctBy(e => e.Code).ToList();
        var counted = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == "supportstate.calls")
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            var labels = tags.ToArray().ToDictionary(t => t.Key, t => t.Value as string);
            if (labels["call"] == "refuse")
                counted.AddOrUpdate(labels["code"]!, count, (_, n) => n + count);
        });
        listener.Start();
        await using var server = InProcessServer.StartWith(services => services.AddSingleton(McpServerTool.Create(
            (string code) => ToolReply.Of(errors.Single(e => e.Code == code)), new McpServerToolCreateOptions { Name = "refuse" })));
        await using var client = await ConnectedServer.ConnectAsync(server, "tests");

        foreach (var error in errors)
            Assert.True((await client.CallToolAsync("refuse", new Dictionary<string, object?> { ["code"] = error.Code }, cancellationToken: Stop)).IsError);

        Assert.Equal(errors.Select(e => KeyValuePair.Create(e.Code, 1L)).OrderBy(e => e.Key, StringComparer.Ordinal), counted.OrderBy(e => e.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Promtool_finds_nothing_wrong_with_metrics_and_alerts()
    {
        var promtool = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(d => Path.Combine(d, "promtool")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(promtool is null, "There is no promtool on the path (Debian: the package prometheus).");
        await using var server = await StartAsync(Prometheus("true"));
        await server.CallAsync("initialize_conversation", new { user_id = "u", ticket_id = "TEL-3" });
        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(new Uri(server.Address, "/metrics"), Stop);

        // 3: it can be read, and has names that promtool would choose otherwise. Those of the runtime are not ours.
        var (read, remarks) = await RunAsync(promtool!, ["check", "metrics"], metrics);
        Assert.Contains(read, (int[])[0, 3]);
        Assert.DoesNotContain("supportstate_", remarks, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(promtool!, ["check", "rules", Repository.File("dashboards", "alerts.yml")], "")).ExitCode);

        static async Task<(int ExitCode, string Errors)> RunAsync(string program, string[] arguments, string input)
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(Stop);
            var errors = await process.StandardError.ReadToEndAsync(Stop);
            await output;
            await process.WaitForExitAsync(Stop);
            return (process.ExitCode, errors);
        }
    }

    [Fact]
    public async Task They_can_have_an_address_of_their_own_which_serves_nothing_else()
    {
        var own = new Uri($"http://127.0.0.1:{RedisServer.FreePort()}");
        await using var server = await StartAsync(Prometheus(own.ToString()));
        using var http = new HttpClient();

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(new Uri(own, "/metrics")));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(new Uri(own, "/health/live")));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(new Uri(server.Address, "/metrics")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(new Uri(server.Address, "/health/live")));

        async Task<HttpStatusCode> StatusAsync(Uri at)
        {
            using var answer = await http.GetAsync(at, Stop);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Where_nobody_asks_for_them_they_are_not_there()
    {
        await using var server = await StartAsync(new Dictionary<string, string>());
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(server.Address, "/metrics"), Stop);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task One_trace_goes_through_two_instances_down_to_the_commands_of_Redis()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var collector = await TraceCollector.StartAsync();
        var trace = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray());
        await using (var one = await HttpServer.StartAsync(["--redis", redis.ConnectionString], collector.Variables))
        await using (var other = await HttpServer.StartAsync(["--redis", redis.ConnectionString], collector.Variables))
        {
            await CallAsync(one, "initialize_conversation", """{"user_id":"u","ticket_id":"TRACE-1"}""");
            await CallAsync(other, "add_message", """{"conversation_id":"cs-TRACE-1","role":"user","content":"secret-words"}""");
            await UntilAsync(() => Has("tools/call initialize_conversation", "Initialize", "tools/call add_message", "AddMessage", "commit"));
            // The client of Redis hands out its spans every ten seconds, and at the end.
            one.Terminate();
            other.Terminate();
            await UntilAsync(() => Has("EVAL"));
        }

        Assert.DoesNotContain("secret-words", All(), StringComparison.Ordinal);

        string All() => string.Concat(collector.Of(trace));

        bool Has(params string[] names) => All() is var all && names.All(n => all.Contains(n, StringComparison.Ordinal));

        async Task CallAsync(HttpServer server, string tool, string arguments)
        {
            using var request = ListeningServer.Modern(new Uri(server.Address, "/mcp"), "tools/call", $$"""
                "name":"{{tool}}","arguments":{{arguments}}
                """.Trim(), tool);
            var body = (JsonObject)JsonNode.Parse(await request.Content!.ReadAsStringAsync(Stop))!;
            body["params"]!["_meta"]!["traceparent"] = $"00-{trace}-00f067aa0ba902b7-01";
            using var traced = ListeningServer.Post(new Uri(server.Address, "/mcp"), body.ToJsonString());
            foreach (var (name, values) in request.Headers.Where(h => h.Key.StartsWith('M')))
                traced.Headers.TryAddWithoutValidation(name, values);
            using var http = new HttpClient();
            using var answer = await http.SendAsync(traced, Stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Log_lines_can_be_JSON()
    {
        await using var server = ServerProcess.Run(
            ["http", "--url", "http://127.0.0.1:0", "--redis", $"127.0.0.1:{RedisServer.FreePort()}"],
            new Dictionary<string, string> { ["SUPPORTSTATE__TELEMETRY__LOGS"] = "json" });
        await UntilAsync(() => server.Errors.Contains("Redis is not reachable", StringComparison.Ordinal));

        var line = server.Errors.Split('\n').First(l => l.Contains("Redis is not reachable", StringComparison.Ordinal));

        using var read = JsonDocument.Parse(line);
        Assert.Equal("Warning", read.RootElement.GetProperty("LogLevel").GetString());
        server.Terminate();
        await server.ExitAsync();
    }

    [Fact]
    public void What_cannot_be_read_is_told()
    {
        var (_, violations) = OptionsReader.Read(
            OptionsSources.Read(_directory.File("telemetry.json", """{"mcp": {"telemetry": {"prometheus": "maybe", "logs": "xml"} } }"""), new System.Collections.Hashtable(), new Dictionary<string, string?>()), null);

        Assert.Equal(
            [
                "telemetry.logs: 'xml' is none of these; use text or json.",
                "telemetry.prometheus: 'maybe' is none of these; use true for /metrics on the address of the server, false, or an address of its own such as http://127.0.0.1:9464.",
            ],
            violations);
    }

    [Theory]
    [InlineData("http://127.0.0.1:3001", "telemetry.prometheus: http://127.0.0.1:3001 has no port of its own; name another than that of http.url, such as http://127.0.0.1:9464, or use true for /metrics there.")]
    [InlineData("http://127.0.0.1:0", "telemetry.prometheus: http://127.0.0.1:0 has no port of its own; name another than that of http.url, such as http://127.0.0.1:9464, or use true for /metrics there.")]
    [InlineData("http://0.0.0.0:9464", "telemetry.prometheus: without tokens the server serves its own machine only; configure http.tokens (SupportStateMcp token create makes one), or use http://127.0.0.1:9464.")]
    public async Task An_address_that_the_metrics_cannot_have_is_told_at_start(string address, string violation)
    {
        var (exitCode, _, errors) = await ServerProcess.RunAsync(["http", "--data", _directory.Path], Prometheus(address));

        Assert.Equal(78, exitCode);
        Assert.Contains(violation, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_the_metrics_that_is_in_use_is_named_and_not_that_of_the_server()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var (exitCode, _, errors) = await ServerProcess.RunAsync(["http", "--url", "http://127.0.0.1:0", "--data", _directory.Path], Prometheus($"http://127.0.0.1:{port}"));

        Assert.Equal(71, exitCode);
        Assert.StartsWith($"SupportStateMcp cannot listen on http://127.0.0.1:{port}: another program listens there", errors, StringComparison.Ordinal);
        Assert.Contains("choose another port: telemetry.prometheus http://127.0.0.1:", errors, StringComparison.Ordinal);
    }

    private Task<HttpServer> StartAsync(IReadOnlyDictionary<string, string> environment) => HttpServer.StartAsync(["--data", _directory.Path], environment);

    private static Dictionary<string, string> Prometheus(string value) => new() { ["SUPPORTSTATE__TELEMETRY__PROMETHEUS"] = value };

    private static string? Value(string metrics, string name, params string[] labels) => metrics.Split('\n')
        .Where(l => l.StartsWith(name + "{", StringComparison.Ordinal) && labels.All(label => l.Contains(label, StringComparison.Ordinal)))
        .Select(l => l.Split("} ")[1].Split(' ')[0]).SingleOrDefault();

    private static async Task UntilAsync(Func<bool> isThere)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (!isThere())
            await Task.Delay(50, patience.Token);
    }
}
