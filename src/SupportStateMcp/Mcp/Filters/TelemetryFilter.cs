using System.Collections.Frozen;
using System.Diagnostics;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>Counts calls of tools, by the code of their refusal, and measures how long they take. A name that is no tool's counts as <c>other</c>.</summary>
public sealed class TelemetryFilter(IEnumerable<McpServerTool> tools, ToolNames catalogue)
{
    private readonly FrozenSet<string> _names = tools.Select(t => t.ProtocolTool.Name).Concat(catalogue.Sets.Keys).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>A filter for <c>tools/call</c>, around all others.</summary>
    public McpRequestHandler<CallToolRequestParams, CallToolResult> Calls(McpRequestHandler<CallToolRequestParams, CallToolResult> next) => async (request, cancellationToken) =>
    {
        var started = Stopwatch.GetTimestamp();
        var code = "failed";
        try
        {
            var result = await next(request, cancellationToken);
            code = CodeOf(result);
            return result;
        }
        catch (OperationCanceledException)
        {
            code = "cancelled";
            throw;
        }
        finally
        {
            CallTelemetry.Called("mcp", request.Params?.Name is { } name && _names.Contains(name) ? name : "other", code, Stopwatch.GetElapsedTime(started));
        }
    };

    private static string CodeOf(CallToolResult result) =>
        result.IsError is not true ? "ok"
        : result.StructuredContent is { ValueKind: System.Text.Json.JsonValueKind.Object } facts && facts.TryGetProperty("code", out var code) && code.GetString() is { } known ? known
        : "failed";
}
