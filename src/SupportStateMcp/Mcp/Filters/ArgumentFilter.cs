using System.Collections.Frozen;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>The one place where arguments are checked, before any tool is called, and brought into the form that it takes.</summary>
public static class ArgumentFilter
{
    /// <summary>A filter for the calls of these tools.</summary>
    public static McpRequestFilter<CallToolRequestParams, CallToolResult> For(IEnumerable<McpServerTool> tools)
    {
        var rules = tools.OfType<CatalogueTool>().ToFrozenDictionary(t => t.ProtocolTool.Name, t => new ArgumentRules(t.Arguments), StringComparer.Ordinal);

        return next => (request, cancellationToken) =>
        {
            // The SDK hands a call without params on, and one without a name.
            if (request.Params?.Name is not { } name)
                throw new McpProtocolException("The call names no tool.", McpErrorCode.InvalidParams);
            // A tool that nobody knows is the SDK's to refuse; one that somebody else added checks its own arguments.
            if (!rules.TryGetValue(name, out var rule))
                return next(request, cancellationToken);
            var (arguments, error) = rule.Read(request.Params.Arguments);
            if (error is not null)
                return ValueTask.FromResult(ToolReply.Of(error));

            request.Params.Arguments = arguments;
            return next(request, cancellationToken);
        };
    }
}
