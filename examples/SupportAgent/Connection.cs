using System.Net;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace SupportAgent;

/// <summary>
/// A client that comes back. A call whose answer was lost may have been applied; it is repeated with exactly the same
/// arguments, and the message_id or idempotency_key among them sees to it that it is applied once.
/// </summary>
internal sealed class Connection(Server server, string? actor = null) : IAsyncDisposable
{
    private const int Attempts = 8;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly McpClientOptions s_options = new() { ClientInfo = new Implementation { Name = "support-agent", Version = "1.0" } };

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private McpClient? _client;
    private int _retries;

    /// <summary>How many calls had to be repeated so far.</summary>
    public int Retries => _retries;

    /// <summary>What the server says of itself, and the revision of the protocol both agreed on.</summary>
    public async Task<string> HelloAsync(CancellationToken cancellationToken)
    {
        var client = await ClientAsync(cancellationToken);
        return $"{client.ServerInfo?.Name} {client.ServerInfo?.Version}, MCP {client.NegotiatedProtocolVersion}";
    }

    public async Task<CallToolResult> CallAsync(string tool, IReadOnlyDictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            McpClient? client = null;
            try
            {
                client = await ClientAsync(cancellationToken);
                var result = await client.CallToolAsync(tool, arguments, cancellationToken: cancellationToken).AsTask().WaitAsync(s_patience, cancellationToken);
                if (attempt == Attempts || !AsksForRetry(result))
                    return result;
            }
            catch (Exception e) when (IsLost(e) && attempt < Attempts)
            {
                await DropAsync(client);
            }

            // 0.1, 0.2, 0.4 ... s, and up to as much again, so that many callers do not come back at once.
            Interlocked.Increment(ref _retries);
            await Task.Delay(TimeSpan.FromMilliseconds(50 * (1 << attempt) * (1 + Random.Shared.NextDouble())), cancellationToken);
        }
    }

    /// <summary>The server, or the way to it, has gone: it can be there again in a moment.</summary>
    public static bool IsLost(Exception e) => e switch
    {
        HttpRequestException http => http.StatusCode is null or >= HttpStatusCode.InternalServerError,
        _ => e is IOException or TimeoutException or ObjectDisposedException,
    };

    /// <summary>A prompt, as text.</summary>
    public async Task<string> PromptAsync(string name, IReadOnlyDictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        var client = await ClientAsync(cancellationToken);
        var prompt = await client.GetPromptAsync(name, arguments, cancellationToken: cancellationToken);
        return string.Join("\n\n", prompt.Messages.Select(m => m.Content).OfType<TextContentBlock>().Select(t => t.Text));
    }

    public async ValueTask DisposeAsync()
    {
        await DropAsync(_client);
        _connecting.Dispose();
    }

    /// <summary>The refusals that say so themselves: store_unavailable and lock_timeout.</summary>
    private static bool AsksForRetry(CallToolResult result) =>
        result is { IsError: true, StructuredContent: { } refusal } && refusal.TryGetProperty("retryable", out var retryable) && retryable.GetBoolean();

    private async Task<McpClient> ClientAsync(CancellationToken cancellationToken)
    {
        if (_client is { } connected)
            return connected;

        await _connecting.WaitAsync(cancellationToken);
        try
        {
            return _client ??= await McpClient.CreateAsync(server.Connect(actor), s_options, cancellationToken: cancellationToken);
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>Lets go of a client; of several callers that lost the same one, the first does.</summary>
    private async ValueTask DropAsync(McpClient? lost)
    {
        if (lost is not null && Interlocked.CompareExchange(ref _client, null, lost) == lost)
            await lost.DisposeAsync();
    }
}
