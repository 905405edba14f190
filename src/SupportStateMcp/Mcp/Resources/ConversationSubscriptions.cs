using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Mcp.Resources;

/// <summary>
/// Tells clients that a conversation they watch has changed: over the stream of a <c>subscriptions/listen</c> request
/// (revision 2026-07-28), or over the session of a client that called <c>resources/subscribe</c> (older ones).
/// Changes that come faster than a client reads are told once.
/// </summary>
public sealed class ConversationSubscriptions(IConversationStore store, ServerStopping stopping) : IAsyncDisposable
{
    /// <summary>The most resources one client may watch.</summary>
    public const int MaxResources = 100;

    /// <summary>What is watched, by session; stdio has one session, without an id.</summary>
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, IAsyncDisposable>> _bySession = new(StringComparer.Ordinal);

    /// <summary>Serves <c>subscriptions/listen</c>: acknowledges, then notifies until the client goes away or the server stops.</summary>
    public async ValueTask<EmptyResult> ListenAsync(RequestContext<SubscriptionsListenRequestParams> request, CancellationToken aborted)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping.Token);
        var cancellationToken = ends.Token;
        var wanted = request.Params.Notifications?.ResourceSubscriptions;
        var uris = wanted is null ? [] : wanted.Distinct(StringComparer.Ordinal).ToList();
        if (uris.Contains(null!))
            throw new McpProtocolException("A resource to watch is named by its URI.", McpErrorCode.InvalidParams);
        if (uris.Count > MaxResources)
            throw new McpProtocolException($"At most {MaxResources} resources can be watched over one stream.", McpErrorCode.InvalidParams);

        var id = IdOf(request);
        var granted = uris.Where(IsWatchable).ToList();
        var changes = Channel.CreateUnbounded<string>();
        var waiting = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        var held = new List<IAsyncDisposable>();
        try
        {
            // Watching begins before the acknowledgement says that it has.
            foreach (var uri in granted)
                held.Add(await WatchAsync(uri, Changed, cancellationToken));

            await SendAsync(request.Server, NotificationMethods.SubscriptionsAcknowledgedNotification, id, new JsonObject
            {
                ["notifications"] = granted.Count == 0
                    ? new JsonObject()
                    : new JsonObject { ["resourceSubscriptions"] = new JsonArray([.. granted.Select(u => (JsonNode)u)]) },
            }, cancellationToken);

            await foreach (var uri in changes.Reader.ReadAllAsync(cancellationToken))
            {
                waiting.TryRemove(uri, out _);
                await SendAsync(request.Server, NotificationMethods.ResourceUpdatedNotification, id, new JsonObject { ["uri"] = uri }, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The client has gone, or the server stops: the stream ends as it should.
            return new EmptyResult();
        }
        catch (StoreException e)
        {
            throw new McpProtocolException(McpErrorMessages.Of(e.ToError()), McpErrorCode.InternalError);
        }
        finally
        {
            foreach (var subscription in held)
                await subscription.DisposeAsync();
        }

        return new EmptyResult();

        void Changed(string uri)
        {
            if (waiting.TryAdd(uri, true))
                changes.Writer.TryWrite(uri);
        }
    }

    /// <summary>Serves <c>resources/subscribe</c> of a session.</summary>
    public async ValueTask<EmptyResult> SubscribeAsync(RequestContext<SubscribeRequestParams> request, CancellationToken cancellationToken)
    {
        var uri = request.Params.Uri;
        if (!IsWatchable(uri))
            throw new McpProtocolException($"There is no resource {uri} to subscribe to.", McpErrorCode.InvalidParams);

        var watched = _bySession.GetOrAdd(SessionOf(request.Server), _ => new(StringComparer.Ordinal));
        if (watched.ContainsKey(uri))
            return new EmptyResult();
        if (watched.Count >= MaxResources)
            throw new McpProtocolException($"At most {MaxResources} resources can be watched at a time.", McpErrorCode.InvalidParams);

        var server = request.Server;
        try
        {
            var subscription = await WatchAsync(uri, changed => _ = NotifyAsync(server, changed), cancellationToken);
            if (!watched.TryAdd(uri, subscription))
                await subscription.DisposeAsync();
        }
        catch (StoreException e)
        {
            throw new McpProtocolException(McpErrorMessages.Of(e.ToError()), McpErrorCode.InternalError);
        }

        return new EmptyResult();
    }

    /// <summary>Serves <c>resources/unsubscribe</c> of a session.</summary>
    public async ValueTask<EmptyResult> UnsubscribeAsync(RequestContext<UnsubscribeRequestParams> request, CancellationToken cancellationToken)
    {
        if (_bySession.TryGetValue(SessionOf(request.Server), out var watched) && watched.TryRemove(request.Params.Uri, out var subscription))
            await subscription.DisposeAsync();
        return new EmptyResult();
    }

    /// <summary>Watches nothing more for a session that has ended.</summary>
    public ValueTask EndSessionAsync(McpServer server) => EndAsync(SessionOf(server));

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _bySession.Keys)
            await EndAsync(session);
    }

    private static string SessionOf(McpServer server) => server.SessionId ?? "";

    private async ValueTask EndAsync(string session)
    {
        if (!_bySession.TryRemove(session, out var watched))
            return;
        foreach (var subscription in watched.Values)
            await subscription.DisposeAsync();
    }

    /// <summary>The workflow never changes while the server runs: watching it is granted, and silent.</summary>
    private static bool IsWatchable(string uri) => uri == SupportResources.WorkflowUri || SupportResources.ConversationOf(uri) is not null;

    /// <summary>Calls back with the URI on each change of its conversation.</summary>
    private async ValueTask<IAsyncDisposable> WatchAsync(string uri, Action<string> changed, CancellationToken cancellationToken) =>
        SupportResources.ConversationOf(uri) is { } id
            ? await store.SubscribeAsync(id, () => changed(uri), cancellationToken)
            : new Nothing();

    private static Task NotifyAsync(McpServer server, string uri) =>
        server.SendNotificationAsync(NotificationMethods.ResourceUpdatedNotification, new ResourceUpdatedNotificationParams { Uri = uri }, McpJsonUtilities.DefaultOptions);

    private static JsonNode IdOf(MessageContext request) =>
        JsonSerializer.SerializeToNode(((JsonRpcRequest)request.JsonRpcMessage).Id, McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(RequestId)))!;

    private static Task SendAsync(McpServer server, string method, JsonNode subscriptionId, JsonObject parameters, CancellationToken cancellationToken)
    {
        parameters["_meta"] = new JsonObject { [MetaKeys.SubscriptionId] = subscriptionId.DeepClone() };
        return server.SendMessageAsync(new JsonRpcNotification { Method = method, Params = parameters }, cancellationToken);
    }

    private sealed class Nothing : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
