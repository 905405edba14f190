using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace SupportStateMcp.Hosting;

/// <summary>
/// The lists of tools, prompts and resources never change while the server runs; of tools, callers of other roles see
/// others (<see cref="Tools.CallerGate"/>), each always the same. The SDK promises <c>listChanged</c>
/// for every collection it is given, whatever its options say; this takes the promise back.
/// </summary>
internal static class UnchangingLists
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
