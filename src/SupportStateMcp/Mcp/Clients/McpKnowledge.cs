using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Conversations;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Mcp.Clients;

/// <summary>
/// A knowledge base behind another MCP server. It is connected to at the first query, and again after it failed; what it answers is read for
/// articles (<see cref="ForeignAnswer"/>).
/// </summary>
public sealed partial class McpKnowledge(McpKnowledgeOptions options, ILogger<McpKnowledge> logger) : IForeignKnowledge, IAsyncDisposable
{
    /// <summary>How long all queries of one call may take.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _connecting = new(1);
    private McpClient? _client;

    /// <summary>How many calls were answered, also with a refusal: the connection works as long as it grows.</summary>
    private long _answers;

    public async ValueTask<Result<KnowledgeAnswers>> QueryAsync(
        IReadOnlyList<string> queries, int limit, IReadOnlyList<string> tags, CancellationToken cancellationToken)
    {
        if (tags.Count > 0 && !options.Arguments.Values.Any(v => v.Contains("{tags}", StringComparison.Ordinal)))
            return Error.InvalidArgument("tags", "the knowledge base is elsewhere and takes no tags: leave them out");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        McpClient? client = null;
        var before = Volatile.Read(ref _answers);
        try
        {
            client = await ClientAsync(patience.Token);
            var answers = await Task.WhenAll(queries.Select(q => AskAsync(client, q, limit, tags, patience.Token)));
            return new KnowledgeAnswers(answers) { Mode = SearchMode.Foreign };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            // Whatever a server does: the caller is told that it does not answer. Where the connection is lost, the next query connects again;
            // a call that was refused, or slower than others, is no reason to take it from them.
            if (client is not null && (e is IOException or HttpRequestException || (e is not (KnowledgeException or McpProtocolException) && Volatile.Read(ref _answers) == before)))
                await DropAsync(client);
            var reason = e is OperationCanceledException ? "It did not answer in time." : e is KnowledgeException ? e.Message : $"{e.GetType().Name}: {e.Message}";
            LogUnavailable(reason);
            return Error.KnowledgeUnavailable(reason);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is { } client)
            await DropAsync(client);
        _connecting.Dispose();
    }

    private async Task<KnowledgeAnswer> AskAsync(McpClient client, string query, int limit, IReadOnlyList<string> tags, CancellationToken cancellationToken)
    {
        var result = await client.CallToolAsync(
            new CallToolRequestParams { Name = options.Tool, Arguments = options.Arguments.ToDictionary(a => a.Key, a => Filled(a.Value, query, limit, tags)) },
            cancellationToken);
        Interlocked.Increment(ref _answers);
        if (result.IsError is true)
            throw new KnowledgeException($"Its tool {options.Tool} refused the call.");
        return new KnowledgeAnswer(query, ForeignAnswer.Hits(result, query, limit));
    }

    /// <summary>The value of an argument: a number or a list where it is that alone, else text.</summary>
    private static JsonElement Filled(string template, string query, int limit, IReadOnlyList<string> tags)
    {
        JsonNode value = template switch
        {
            "{limit}" => JsonValue.Create(limit),
            "{tags}" => new JsonArray([.. tags.Select(t => (JsonNode?)JsonValue.Create(t))]),
            _ => JsonValue.Create(template
                .Replace("{limit}", limit.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("{tags}", string.Join(", ", tags), StringComparison.Ordinal)
                .Replace("{query}", query, StringComparison.Ordinal)),
        };
        return value.Deserialize(ToolJson.TypeInfo<JsonElement>());
    }

    private async Task<McpClient> ClientAsync(CancellationToken cancellationToken)
    {
        if (_client is { } connected)
            return connected;
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            return _client ??= await McpClient.CreateAsync(Transport(), cancellationToken: cancellationToken);
        }
        finally
        {
            _connecting.Release();
        }
    }

    private IClientTransport Transport() => options.Url is { } url
        ? new HttpClientTransport(
            new HttpClientTransportOptions { Endpoint = url, Name = "knowledge" },
            new HttpClient(new SocketsHttpHandler { UseProxy = OutboundProxy.IsFor(url) }), ownsHttpClient: true)
        : new StdioClientTransport(new StdioClientTransportOptions { Command = options.Command!, Arguments = [.. options.Args], Name = "knowledge" });

    private async Task DropAsync(McpClient client)
    {
        // Another query may have dropped it, and connected anew.
        if (Interlocked.CompareExchange(ref _client, null, client) != client)
            return;
        try
        {
            await client.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or McpException or HttpRequestException or OperationCanceledException)
        {
            // It is gone already.
        }
    }

    [LoggerMessage(LogLevel.Warning, "The knowledge base of another server (knowledge.mcp) is not available: {Reason}")]
    private partial void LogUnavailable(string reason);

    private sealed class KnowledgeException(string message) : Exception(message);
}
