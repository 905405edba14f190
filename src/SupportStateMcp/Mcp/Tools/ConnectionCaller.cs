using ModelContextProtocol.Server;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>Who makes a call over MCP, where each client says its name.</summary>
public sealed class ConnectionCaller(ConnectionIdentity identity)
{
    /// <summary>The caller.</summary>
    /// <exception cref="InvalidOperationException">The transport authenticates its users, and let a request through without one.</exception>
    public Caller Of(MessageContext call) => identity.Of(call.User, call.Server.ClientInfo?.Name);
}
