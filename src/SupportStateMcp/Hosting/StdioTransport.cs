using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Hosting;

/// <summary>
/// MCP over standard input and output: a message a line. Unlike the SDK's own, it still writes the replies of calls
/// that are running when the input ends, bounds the length of a line, and answers a line that is no message.
/// </summary>
internal sealed partial class StdioTransport : ITransport
{
    /// <summary>The code of a call that came when the server was told to stop (JSON-RPC 2.0, section 5.1: a server error).</summary>
    internal const McpErrorCode ShuttingDown = (McpErrorCode)(-32000);

    /// <summary>After it was told to stop: how long the input is silent before nothing more is expected.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);

    /// <summary>After it was told to stop: how long a client that goes on sending is refused.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly PipeReader _input;
    private readonly Stream _output;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private Stopwatch? _sinceStop;

    // Bounded, so that a client that sends faster than it is served waits.
    private readonly Channel<JsonRpcMessage> _incoming =
        Channel.CreateBounded<JsonRpcMessage>(new BoundedChannelOptions(1024) { SingleReader = true, SingleWriter = true });

    public StdioTransport(Stream input, Stream output, ILogger<StdioTransport> logger)
    {
        _input = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        _output = output;
        _logger = logger;
    }

    public string? SessionId => null;

    public ChannelReader<JsonRpcMessage> MessageReader => _incoming.Reader;

    /// <summary>
    /// Reads messages until the input ends; then no more will come, but replies still go out. When it is told to stop, what
    /// the client has sent already is refused as such, call by call: none waits for an answer that never comes.
    /// </summary>
    public async Task ReadAsync(CancellationToken stop)
    {
        try
        {
            // Of a line that is too long nothing is kept but its id.
            MessageIdScanner? tooLong = null;
            var refused = false;
            while (await NextAsync(stop) is { } result)
            {
                var buffer = result.Buffer;
                while (TryReadLine(ref buffer, out var line))
                {
                    if (tooLong is null)
                        await TakeAsync(line, stop);
                    else
                        await RefuseAsync(line, isWhole: true);
                    (tooLong, refused) = (null, false);
                }

                if (tooLong is not null || buffer.Length > Limits.RequestBytes)
                {
                    tooLong ??= new MessageIdScanner();
                    await RefuseAsync(buffer, result.IsCompleted);
                    buffer = buffer.Slice(buffer.End);
                }

                if (result.IsCompleted)
                {
                    if (tooLong is null)
                        await TakeAsync(buffer, stop);
                    break;
                }

                _input.AdvanceTo(buffer.Start, buffer.End);
            }

            // Once, as soon as the id is known, at the latest at the end of the line.
            async ValueTask RefuseAsync(ReadOnlySequence<byte> part, bool isWhole)
            {
                if (refused)
                    return;
                tooLong!.Add(part);
                refused = isWhole || tooLong.Id is not null;
                if (refused)
                    await SendAsync(JsonRpcRefusal.TooLong(Limits.RequestBytes, tooLong.Id));
            }
        }
        catch (ChannelClosedException)
        {
            // The output is gone: nobody is left to answer.
        }
        finally
        {
            if (stop.IsCancellationRequested)
                LogStopped();
            _incoming.Writer.TryComplete();
        }
    }

    public async Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default) =>
        await SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, JsonRpcWriter.TypeInfo));

    public ValueTask DisposeAsync()
    {
        _incoming.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    private static bool TryReadLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            line = default;
            return false;
        }

        line = buffer.Slice(0, end);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }

    /// <summary>What comes next; null where nothing more is read.</summary>
    /// <param name="stop">From then on it waits no longer than <see cref="Quiet"/>, and all in all no longer than <see cref="Longest"/>.</param>
    private async ValueTask<ReadResult?> NextAsync(CancellationToken stop)
    {
        // Reading a terminal or a pipe cannot be cancelled, waiting for it can.
        var read = _input.ReadAsync(CancellationToken.None);
        if (read.IsCompletedSuccessfully && !stop.IsCancellationRequested)
            return read.Result;

        var reading = read.AsTask();
        try
        {
            if (!stop.IsCancellationRequested)
                return await reading.WaitAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // From here on as below.
        }

        _sinceStop ??= Stopwatch.StartNew();
        try
        {
            return _sinceStop.Elapsed < Longest ? await reading.WaitAsync(Quiet, CancellationToken.None) : null;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private async ValueTask TakeAsync(ReadOnlySequence<byte> line, CancellationToken stop)
    {
        // A copy: the message outlives the buffer.
        var utf8 = line.ToArray().AsMemory();
        if (utf8.Span.IndexOfAnyExcept(" \t\r"u8) < 0)
            return;

        if (utf8.Length > Limits.RequestBytes)
        {
            await SendAsync(JsonRpcRefusal.TooLong(Limits.RequestBytes, MessageIdScanner.Find(utf8.Span)));
            return;
        }

        var (message, refusal) = JsonRpcReader.Read(utf8);
        if (refusal is null && message is JsonRpcRequest request && stop.IsCancellationRequested)
            refusal = new JsonRpcRefusal(ShuttingDown, "The server is shutting down and has not begun this call: nothing was done. Call again when it is back.", JsonRpcRefusal.IdOf(request.Id));
        if (refusal is not null)
            await SendAsync(refusal);
        else
            await _incoming.Writer.WriteAsync(message!, CancellationToken.None);
    }

    private async ValueTask SendAsync(JsonRpcRefusal refusal)
    {
        foreach (var error in refusal.Errors())
            await SendAsync(error);
    }

    /// <summary>Writes one whole line, never two at a time.</summary>
    private async ValueTask SendAsync(byte[] json)
    {
        await _writing.WaitAsync();
        try
        {
            await _output.WriteAsync(json);
            await _output.WriteAsync("\n"u8.ToArray());
            await _output.FlushAsync();
        }
        catch (IOException e)
        {
            // The one who started this process has gone: nobody is left to tell.
            LogOutputGone(e);
            _incoming.Writer.TryComplete();
        }
        finally
        {
            _writing.Release();
        }
    }

    [LoggerMessage(LogLevel.Debug, "No more input is read: the server stops.")]
    private partial void LogStopped();

    [LoggerMessage(LogLevel.Warning, "The output is closed; a reply was not delivered.")]
    private partial void LogOutputGone(Exception exception);
}
