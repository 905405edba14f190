using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>Has the refusal of a resource that is not there name its URI, for clients that read several at a time (SEP-2164).</summary>
internal static class ResourceNotFoundFilter
{
    public static McpRequestHandler<ReadResourceRequestParams, ReadResourceResult> Filter(
        McpRequestHandler<ReadResourceRequestParams, ReadResourceResult> next) => async (request, cancellationToken) =>
    {
        try
        {
            return await next(request, cancellationToken);
        }
        catch (McpProtocolException e) when (e.ErrorCode is McpErrorCode.ResourceNotFound or McpErrorCode.InvalidParams)
        {
            e.Data["uri"] = request.Params.Uri;
            throw;
        }
    };
}
