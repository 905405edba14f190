using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Resources;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// One server object for all requests of one protocol revision. Each request brings its own reply channel
/// (<see cref="HttpExchange"/>) and is given an id of our own, since strangers' ids may be equal; so nothing of one
/// request reaches another, and a request costs no server object.
/// </summary>
internal sealed class SharedServer : IAsyncDisposable
{
    private readonly Channel<JsonRpcMessage> _incoming =
        Channel.CreateUnbounded<JsonRpcMessage>(new UnboundedChannelOptions { SingleReader = true });

    private readonly McpServer _server;
    private readonly Task _running;
    private long _lastId;

    public SharedServer(McpServerOptions options, ILoggerFactory loggers, IServiceProvider services)
    {
        _server = McpServer.Create(new Transport(_incoming.Reader), options, new RefusalLogging(loggers), services);
        _running = _server.RunAsync(CancellationToken.None);
    }

    /// <summary>Hands a request to the server; the reply goes to the exchange.</summary>
    /// <param name="request">The request.</param>
    /// <param name="exchange">Where the reply goes.</param>
    /// <param name="protocolVersion">The revision it speaks; null where it is yet to be settled.</param>
    /// <param name="caller">Who makes it; null where that is not known by a token.</param>
    /// <returns>The id under which it runs, for <see cref="Cancel"/>.</returns>
    public RequestId Dispatch(JsonRpcRequest request, HttpExchange exchange, string? protocolVersion, Caller? caller)
    {
        var id = new RequestId(Interlocked.Increment(ref _lastId));
        _incoming.Writer.TryWrite(new JsonRpcRequest
        {
            Id = id,
            Method = request.Method,
            Params = request.Params,
            Context = new JsonRpcMessageContext
            {
                RelatedTransport = exchange,
                ProtocolVersion = protocolVersion,
                Items = ItemsOf(request, caller),
            },
        });
        return id;
    }

    /// <summary>Ends a request whose client has gone.</summary>
    public void Cancel(RequestId id) => _incoming.Writer.TryWrite(new JsonRpcNotification
    {
        Method = NotificationMethods.CancelledNotification,
        Params = new JsonObject { ["requestId"] = long.Parse(id.ToString(), CultureInfo.InvariantCulture) },
    });

    public async ValueTask DisposeAsync()
    {
        _incoming.Writer.TryComplete();
        await _running;
        await _server.DisposeAsync();
    }

    /// <summary>What goes along with this request alone.</summary>
    private static Dictionary<string, object?>? ItemsOf(JsonRpcRequest request, Caller? caller)
    {
        Dictionary<string, object?>? items = null;
        if (caller is not null)
            (items ??= [])[ConnectionCaller.Item] = caller;
        // Only a stream of notifications tells its client the id again.
        if (request.Method == RequestMethods.SubscriptionsListen)
            (items ??= [])[ConversationSubscriptions.RequestIdItem] = request.Id;
        return items;
    }

    /// <summary>Where the server object reads; it never writes here, since every request has an exchange.</summary>
    private sealed class Transport(ChannelReader<JsonRpcMessage> incoming) : ITransport
    {
        public string? SessionId => null;

        public ChannelReader<JsonRpcMessage> MessageReader => incoming;

        public Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
