using System.Collections.Frozen;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>The one place where arguments are checked, before any tool is called, and where a breach is worded.</summary>
public static class ArgumentFilter
{
    /// <summary>A filter for the calls of these tools.</summary>
    public static McpRequestFilter<CallToolRequestParams, CallToolResult> For(IEnumerable<McpServerTool> tools)
    {
        var rules = tools.ToFrozenDictionary(
            t => t.ProtocolTool.Name, t => new ArgumentRules(t.ProtocolTool.InputSchema), StringComparer.Ordinal);

        return next => (request, cancellationToken) =>
        {
            // The SDK hands a call without params on, and one without a name.
            if (request.Params?.Name is not { } name)
                throw new McpProtocolException("The call names no tool.", McpErrorCode.InvalidParams);
            // A tool nobody knows is the SDK's to refuse.
            if (!rules.TryGetValue(name, out var rule))
                return next(request, cancellationToken);
            if (rule.Check(request.Params.Arguments) is { } error)
                return ValueTask.FromResult(ToolReply.Of(error));

            DropNulls(request.Params);
            return next(request, cancellationToken);
        };
    }

    /// <summary>An explicit null is an argument left out, so that the method's default holds.</summary>
    private static void DropNulls(CallToolRequestParams call)
    {
        if (call.Arguments is null || call.Arguments.Values.All(v => v.ValueKind != JsonValueKind.Null))
            return;
        call.Arguments = call.Arguments.Where(a => a.Value.ValueKind != JsonValueKind.Null)
            .ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);
    }
}
