using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>
/// The lists of tools, prompts and resources never change while the server runs; of tools, callers of other roles see
/// others (<see cref="AuthorizationFilter"/>), each always the same. The SDK promises <c>listChanged</c>
/// for every collection it is given, whatever its options say; this takes the promise back.
/// </summary>
internal static class SuppressListChanged
{
    public static McpMessageHandler Filter(McpMessageHandler next) => (context, cancellationToken) =>
    {
        // Only initialize and server/discover answer with capabilities.
        if (context.JsonRpcMessage is JsonRpcResponse { Result: JsonObject result } && result["capabilities"] is JsonObject capabilities)
        {
            foreach (var (_, capability) in capabilities)
                (capability as JsonObject)?.Remove("listChanged");
        }

        return next(context, cancellationToken);
    };
}
