using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// The reply to one POST: plain JSON where the result is all there is, a stream of server-sent events as soon as
/// something goes out before it.
/// </summary>
internal sealed class HttpExchange(HttpResponse response, RequestId id, bool mapsErrorsToStatus, TimeSpan keepAlive) : ITransport
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Timer? _keepAlive;
    private bool _closed;

    /// <summary>Whether something has gone out before the result.</summary>
    private bool IsStreaming => _keepAlive is not null;

    public string? SessionId => null;

    public ChannelReader<JsonRpcMessage> MessageReader => throw new NotSupportedException("An exchange only carries replies.");

    public async Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default)
    {
        if (message is JsonRpcRequest)
            throw new InvalidOperationException("A stateless endpoint asks its clients nothing.");

        var isResult = message is JsonRpcResponse or JsonRpcError;
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            if (_closed)
                return;
            _closed = isResult;
            if (isResult && !IsStreaming)
                await WriteJsonAsync(WithOwnId(message));
            else
                await WriteEventAsync(isResult ? WithOwnId(message) : message);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client has gone in the middle of its reply; whoever waits for this exchange sees to the rest.
            _done.TrySetException(e);
        }
        finally
        {
            _writing.Release();
            if (isResult)
                _done.TrySetResult();
        }
    }

    /// <summary>Waits until the reply is written.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static (done, token) => ((TaskCompletionSource)done!).TrySetCanceled(token), _done))
            await _done.Task;
    }

    /// <summary>Lets nothing more be written: the response belongs to the next request once this one has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writing.WaitAsync();
        _closed = true;
        _writing.Release();
        if (_keepAlive is not null)
            await _keepAlive.DisposeAsync();
    }

    /// <summary>The id the client gave, instead of the one the request ran under.</summary>
    private JsonRpcMessage WithOwnId(JsonRpcMessage message) => message switch
    {
        JsonRpcResponse reply => new JsonRpcResponse { Id = id, Result = reply.Result },
        JsonRpcError error => new JsonRpcError { Id = id, Error = error.Error },
        _ => throw new InvalidOperationException($"A {message.GetType().Name} is no result."),
    };

    private async Task WriteJsonAsync(JsonRpcMessage message)
    {
        if (mapsErrorsToStatus && message is JsonRpcError error)
            response.StatusCode = StatusOf(error.Error.Code);
        await JsonRpcReply.WriteAsync(response, message);
    }

    private async Task WriteEventAsync(JsonRpcMessage message)
    {
        if (!IsStreaming)
        {
            _keepAlive = new Timer(static exchange => _ = ((HttpExchange)exchange!).WriteCommentAsync(), this, keepAlive, keepAlive);
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-cache,no-store";
            // Some proxies collect a reply before they pass it on.
            response.Headers["X-Accel-Buffering"] = "no";
        }

        await response.Body.WriteAsync("event: message\ndata: "u8.ToArray());
        await response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(message, JsonRpcWriter.TypeInfo));
        await response.Body.WriteAsync("\n\n"u8.ToArray());
        await response.Body.FlushAsync();
    }

    /// <summary>Keeps a quiet stream alive.</summary>
    private async Task WriteCommentAsync()
    {
        // A stream that is being written is not quiet.
        if (!await _writing.WaitAsync(TimeSpan.Zero))
            return;
        try
        {
            if (!_closed)
            {
                await response.Body.WriteAsync(":\n\n"u8.ToArray());
                await response.Body.FlushAsync();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            _done.TrySetException(e);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static int StatusOf(int code) => (McpErrorCode)code switch
    {
        McpErrorCode.MethodNotFound => StatusCodes.Status404NotFound,
        McpErrorCode.HeaderMismatch or McpErrorCode.MissingRequiredClientCapability or McpErrorCode.UnsupportedProtocolVersion
            => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status200OK,
    };
}
