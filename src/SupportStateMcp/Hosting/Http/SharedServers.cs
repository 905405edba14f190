using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace SupportStateMcp.Hosting.Http;

/// <summary>The shared server objects: one per protocol revision, one for initialize handshakes; made when first needed.</summary>
internal sealed class SharedServers(Func<ChangeDelivery, McpServerOptions> options, ILoggerFactory loggers, IServiceProvider services) : IAsyncDisposable
{
    // A handshake sets the revision of its server object anew each time, so it has one to itself.
    private const string Handshakes = "initialize";

    private readonly ConcurrentDictionary<string, Lazy<SharedServer>> _servers = new(StringComparer.Ordinal);

    /// <summary>The tools that want arguments repeated in headers; the schemas of the others are not looked at again.</summary>
    public FrozenDictionary<string, Tool> ToolsWithHeaders { get; } = (options(ChangeDelivery.Listen).ToolCollection ?? [])
        .Select(t => t.ProtocolTool).Where(RoutingHeaders.AsksForHeaders).ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);

    public SharedServer For(JsonRpcRequest request, string version)
    {
        var key = request.Method == RequestMethods.Initialize ? Handshakes : version;
        var delivery = key == ProtocolRevisions.Stateless ? ChangeDelivery.Listen : ChangeDelivery.None;
        return _servers.GetOrAdd(key, _ => new Lazy<SharedServer>(() => new SharedServer(options(delivery), loggers, services))).Value;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values)
            await server.Value.DisposeAsync();
    }
}
