using System.Collections.Frozen;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>
/// Shows a caller the tools that it may call, and refuses calls of the others, before their arguments are looked at.
/// Tools that need nothing of their caller pass.
/// </summary>
public sealed class AuthorizationFilter(IEnumerable<McpServerTool> tools, ConnectionCaller callers)
{
    private readonly FrozenDictionary<string, Requirement> _requirements = tools
        .Select(t => KeyValuePair.Create(t.ProtocolTool.Name, RequirementOf(t)!))
        .Where(n => n.Value is not null)
        .ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What a tool needs of its caller; null where it says nothing.</summary>
    public static Requirement? RequirementOf(McpServerTool tool) => tool.Metadata.OfType<RequiresAttribute>().SingleOrDefault()?.Requirement;

    /// <summary>A filter for <c>tools/call</c>.</summary>
    public McpRequestHandler<CallToolRequestParams, CallToolResult> Calls(McpRequestHandler<CallToolRequestParams, CallToolResult> next) =>
        (request, cancellationToken) => request.Params?.Name is { } name && Refuses(name, callers.Of(request)) is { } error
            ? ValueTask.FromResult(ToolReply.Of(error))
            : next(request, cancellationToken);

    /// <summary>A filter for <c>tools/list</c>. What one caller sees is not for a cache that serves others.</summary>
    public McpRequestHandler<ListToolsRequestParams, ListToolsResult> Lists(McpRequestHandler<ListToolsRequestParams, ListToolsResult> next) =>
        async (request, cancellationToken) =>
        {
            var result = await next(request, cancellationToken);
            var caller = callers.Of(request);
            result.Tools = [.. result.Tools.Where(t => Refuses(t.Name, caller) is null)];
            result.CacheScope = CacheScope.Private;
            return result;
        };

    private Error? Refuses(string tool, Caller caller) => _requirements.TryGetValue(tool, out var required) && !required.IsMetBy(caller) ? Error.NotAuthorized(required.Needs) : null;
}
