using System.ComponentModel;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace SupportStateMcp.ConformanceHost;

/// <summary>Tools that show how the server handles progress, logs, client capabilities and parameter headers.</summary>
internal sealed class ProtocolTools
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    [McpServerTool(Name = "test_tool_with_progress"), Description("Reports its progress: 0, 50 and 100 of 100.")]
    public async Task<string> ProgressAsync(RequestContext<CallToolRequestParams> call, CancellationToken cancellationToken)
    {
        foreach (var progress in (int[])[0, 50, 100])
        {
            if (progress > 0)
                await Task.Delay(s_pause, cancellationToken);
            if (call.Params.ProgressToken is { } token)
                await call.Server.NotifyProgressAsync(token, new ProgressNotificationValue { Progress = progress, Total = 100 }, cancellationToken: cancellationToken);
        }

        return "Done, with progress.";
    }

    [McpServerTool(Name = "test_tool_with_logging"), Description("Logs when it starts, works and ends.")]
    public async Task<string> LoggingAsync(RequestContext<CallToolRequestParams> call, CancellationToken cancellationToken)
    {
        Log(call.Server, "Tool execution started");
        await Task.Delay(s_pause, cancellationToken);
        Log(call.Server, "Tool processing data");
        await Task.Delay(s_pause, cancellationToken);
        Log(call.Server, "Tool execution completed");
        return "Done, with logs.";
    }

    [McpServerTool(Name = "test_logging_tool"), Description("Logs; the client hears of it only if its request asked for logs.")]
    public string LogOnce(RequestContext<CallToolRequestParams> call)
    {
        Log(call.Server, "A log message");
        return "Logged.";
    }

    [McpServerTool(Name = "test_missing_capability"), Description("Needs a client that can sample.")]
    public string NeedsSampling(RequestContext<CallToolRequestParams> call) =>
        call.Server.ClientCapabilities?.Sampling is not null
            ? "The client can sample."
            : throw new MissingRequiredClientCapabilityException(new ClientCapabilities { Sampling = new() }, "This tool needs a client that can sample.");

    [McpServerTool(Name = "test_streaming_elicitation"), Description("Answers without a request of its own on the stream.")]
    public string AsksNothing() => "A result and nothing else.";

    [McpServerTool(Name = "test_header_tool"), Description("Has an argument that is repeated in a header.")]
    public string Header([McpHeader("Region"), Description("Where to run.")] string region, [Description("What to run.")] string query) =>
        $"{query} in {region}";

    private static void Log(McpServer server, string text)
    {
        var logger = server.AsClientLoggerProvider().CreateLogger("fixtures");
#pragma warning disable CA1848, CA2254 // Three lines of a test host.
        logger.LogInformation(text);
#pragma warning restore CA1848, CA2254
    }
}
