using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace SupportStateMcp.Mcp.Extensions;

/// <summary>Extensions of the protocol, as a client and this server declare them (SEP-2133).</summary>
internal static class ClientExtensions
{
    /// <summary>The settings that the client declares an extension with: by this request, or by the handshake of its session. Null where it does not.</summary>
    public static object? ClientExtension(this MessageContext call, string name) =>
        (call.JsonRpcMessage.Context?.ClientCapabilities ?? call.Server.ClientCapabilities)?.Extensions?.TryGetValue(name, out var settings) is true ? settings : null;

    /// <summary>Tells clients that the server has an extension, without settings.</summary>
    public static void AddExtension(this ServerCapabilities capabilities, string name) =>
        (capabilities.Extensions ??= new Dictionary<string, object>())[name] = new JsonObject();
}
