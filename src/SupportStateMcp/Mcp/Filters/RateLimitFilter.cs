using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>
/// Counts what a caller has the server do, tools as well as resources, prompts and completions, and refuses what is too much. What is refused
/// for another reason before does not count; listing what there is neither.
/// </summary>
public sealed class RateLimitFilter(RateLimits limits, ConnectionCaller callers)
{
    /// <summary>Adds the filters, behind those that say whether a call is allowed at all.</summary>
    public void AddTo(McpRequestFilters requests)
    {
        if (!limits.CountsCalls)
            return;
        requests.CallToolFilters.Add(next => async (request, cancellationToken) =>
            await limits.CallAsync(callers.Of(request).Actor, cancellationToken) is { } error ? ToolReply.Of(error) : await next(request, cancellationToken));
        requests.ReadResourceFilters.Add(Others);
        requests.GetPromptFilters.Add(Others);
        requests.CompleteFilters.Add(Others);
    }

    private McpRequestHandler<TParams, TResult> Others<TParams, TResult>(McpRequestHandler<TParams, TResult> next) => async (request, cancellationToken) =>
        await limits.CallAsync(callers.Of(request).Actor, cancellationToken) is { } error
            ? throw new McpProtocolException(McpErrorMessages.Of(error), McpErrorCode.InternalError)
            : await next(request, cancellationToken);
}
