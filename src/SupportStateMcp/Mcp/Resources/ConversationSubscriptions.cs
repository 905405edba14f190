using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
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

    /// <summary>Sessions that have begun and not ended, by id; stdio has one session, without an id.</summary>
    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal) { [""] = new Session() };

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
        var changes = new Changes();
        var held = new List<IAsyncDisposable>();
        try
        {
            // Watching begins before the acknowledgement says that it has.
            foreach (var uri in granted)
                held.Add(await WatchAsync(uri, changes.Add, cancellationToken));

            await SendAsync(request.Server, NotificationMethods.SubscriptionsAcknowledgedNotification, id, new JsonObject
            {
                ["notifications"] = granted.Count == 0
                    ? new JsonObject()
                    : new JsonObject { ["resourceSubscriptions"] = new JsonArray([.. granted.Select(u => (JsonNode)u)]) },
            }, cancellationToken);

            await foreach (var uri in changes.TakeAllAsync(cancellationToken))
                await SendAsync(request.Server, NotificationMethods.ResourceUpdatedNotification, id, new JsonObject { ["uri"] = uri }, cancellationToken);
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
    }

    /// <summary>From now on a session may subscribe.</summary>
    public void BeginSession(McpServer server) => _sessions.TryAdd(SessionOf(server), new Session());

    /// <summary>Serves <c>resources/subscribe</c> of a session.</summary>
    /// <exception cref="McpProtocolException">There is no such resource, the session watches as much as it may, or it has ended.</exception>
    public async ValueTask<EmptyResult> SubscribeAsync(RequestContext<SubscribeRequestParams> request, CancellationToken cancellationToken)
    {
        var uri = request.Params.Uri;
        if (!IsWatchable(uri))
            throw new McpProtocolException($"There is no resource {uri} to subscribe to.", McpErrorCode.InvalidParams);

        // A request may outlive its session. What it would watch then would be watched for nobody, until the server stops.
        if (!_sessions.TryGetValue(SessionOf(request.Server), out var session))
            throw new McpProtocolException("This session has ended: begin another one to subscribe.", McpErrorCode.InvalidRequest);
        try
        {
            await session.AddAsync(uri, request.Server, changed => WatchAsync(uri, changed, cancellationToken), cancellationToken);
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
        if (_sessions.TryGetValue(SessionOf(request.Server), out var session))
            await session.RemoveAsync(request.Params.Uri, cancellationToken);
        return new EmptyResult();
    }

    /// <summary>Watches nothing more for a session that has ended.</summary>
    public ValueTask EndSessionAsync(McpServer server) => EndAsync(SessionOf(server));

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions.Keys)
            await EndAsync(session);
    }

    private static string SessionOf(McpServer server) => server.SessionId ?? "";

    private async ValueTask EndAsync(string session)
    {
        if (_sessions.TryRemove(session, out var ended))
            await ended.DisposeAsync();
    }

    /// <summary>The workflow never changes while the server runs: watching it is granted, and silent.</summary>
    private static bool IsWatchable(string uri) => uri == SupportResources.WorkflowUri || SupportResources.ConversationOf(uri) is not null;

    /// <summary>Calls back with the URI on each change of its conversation.</summary>
    private async ValueTask<IAsyncDisposable> WatchAsync(string uri, Action<string> changed, CancellationToken cancellationToken) =>
        SupportResources.ConversationOf(uri) is { } id
            ? await store.SubscribeAsync(id, () => changed(uri), cancellationToken)
            : new Nothing();

    private static JsonNode IdOf(MessageContext request) =>
        JsonSerializer.SerializeToNode(((JsonRpcRequest)request.JsonRpcMessage).Id, McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(RequestId)))!;

    private static Task SendAsync(McpServer server, string method, JsonNode subscriptionId, JsonObject parameters, CancellationToken cancellationToken)
    {
        parameters["_meta"] = new JsonObject { [MetaKeys.SubscriptionId] = subscriptionId.DeepClone() };
        return server.SendMessageAsync(new JsonRpcNotification { Method = method, Params = parameters }, cancellationToken);
    }

    /// <summary>The resources that changed and have not been told of, each once.</summary>
    private sealed class Changes
    {
        private readonly Channel<string> _uris = Channel.CreateUnbounded<string>();
        private readonly ConcurrentDictionary<string, bool> _waiting = new(StringComparer.Ordinal);

        public void Add(string uri)
        {
            if (_waiting.TryAdd(uri, true))
                _uris.Writer.TryWrite(uri);
        }

        public async IAsyncEnumerable<string> TakeAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var uri in _uris.Reader.ReadAllAsync(cancellationToken))
            {
                // Before it is told: what changes meanwhile is told again.
                _waiting.TryRemove(uri, out _);
                yield return uri;
            }
        }
    }

    /// <summary>What a session watches, and the loop that tells it of changes. What it watches changes one step at a time, so that its end finds all of it.</summary>
    private sealed class Session : IAsyncDisposable
    {
        private readonly Dictionary<string, IAsyncDisposable> _watched = new(StringComparer.Ordinal);
        private readonly Changes _changes = new();
        private readonly SemaphoreSlim _turn = new(1);
        private readonly CancellationTokenSource _ends = new();
        private bool _isTold;
        private bool _hasEnded;

        /// <exception cref="McpProtocolException">It watches as much as it may.</exception>
        public async ValueTask AddAsync(
            string uri, McpServer server, Func<Action<string>, ValueTask<IAsyncDisposable>> watch, CancellationToken cancellationToken)
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                if (_hasEnded || _watched.ContainsKey(uri))
                    return;
                if (_watched.Count >= MaxResources)
                    throw new McpProtocolException($"At most {MaxResources} resources can be watched at a time.", McpErrorCode.InvalidParams);
                _watched.Add(uri, await watch(_changes.Add));
                if (!_isTold)
                    _ = TellAsync(server, _ends.Token);
                _isTold = true;
            }
            finally
            {
                _turn.Release();
            }
        }

        public async ValueTask RemoveAsync(string uri, CancellationToken cancellationToken)
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                if (_watched.Remove(uri, out var subscription))
                    await subscription.DisposeAsync();
            }
            finally
            {
                _turn.Release();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _turn.WaitAsync();
            _hasEnded = true;
            foreach (var subscription in _watched.Values)
                await subscription.DisposeAsync();
            _watched.Clear();
            await _ends.CancelAsync();
            _ends.Dispose();
            _turn.Release();
        }

        private async Task TellAsync(McpServer server, CancellationToken cancellationToken)
        {
            await foreach (var uri in _changes.TakeAllAsync(cancellationToken))
            {
                // A stream that broke takes this news with it; the client may have another one for the next.
                await server.SendNotificationAsync(
                    NotificationMethods.ResourceUpdatedNotification, new ResourceUpdatedNotificationParams { Uri = uri }, McpJsonUtilities.DefaultOptions, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private sealed class Nothing : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
