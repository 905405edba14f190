using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tests.Support;

/// <summary>The built server as a process of its own, over HTTP, with the plainest of clients: one POST a call.</summary>
internal sealed partial class HttpServer : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = Eventually.Patience;

    private readonly Process _process;
    // Longer than any call waits, also for a crowd on a slow machine.
    private readonly HttpClient _client = new() { Timeout = 2 * s_patience };
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isDisposed;

    private HttpServer(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, e) => Note(e.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>What the server logged.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => _client.BaseAddress!;

    /// <summary>Whose calls these are, at a server that asks for tokens.</summary>
    public void ActAs(string token) => _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

    /// <summary>Starts a server on a free port and waits until it is ready.</summary>
    /// <param name="arguments">What follows <c>http --url …</c>.</param>
    public static Task<HttpServer> StartAsync(params string[] arguments) => StartAsync(arguments, new Dictionary<string, string>());

    /// <summary>The same with environment variables, for example those that make it ask for tokens.</summary>
    public static async Task<HttpServer> StartAsync(string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        // It takes a free port itself: one that was looked up for it may be another's by then.
        var start = TestedProgram.Start(["http", "--url", "http://127.0.0.1:0", .. arguments], environment);
        start.RedirectStandardError = true;
        var server = new HttpServer(Process.Start(start)!);
        try
        {
            var waiting = Stopwatch.StartNew();
            server._client.BaseAddress = await server._listening.Task.WaitAsync(s_patience);
            while (!await server.IsReadyAsync())
            {
                if (server._process.HasExited || waiting.Elapsed > s_patience)
                    throw new InvalidOperationException($"The server did not get ready:\n{server.Log}");
                await Task.Delay(20);
            }

            return server;
        }
        catch
        {
            // Nobody else would end it.
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Calls a tool and returns its result, also one that refuses.</summary>
    /// <exception cref="HttpRequestException">The server is gone.</exception>
    public Task<ToolAnswer> CallAsync(string tool, object arguments, CancellationToken cancellationToken = default) =>
        CallAsync(null, tool, arguments, cancellationToken);

    /// <summary>The same with a token.</summary>
    public async Task<ToolAnswer> CallAsync(string? token, string tool, object arguments, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp")
        {
            Content = new StringContent(
                JsonSerializer.Serialize(new { jsonrpc = "2.0", id = 1, method = "tools/call", @params = new { name = tool, arguments } }),
                Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        request.Headers.Add("MCP-Protocol-Version", "2025-11-25");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _client.SendAsync(request, cancellationToken);
        var result = HttpReply.ResultOf(await response.Content.ReadAsStringAsync(cancellationToken));
        return new ToolAnswer(JsonElement.Parse(result.ToJsonString()));
    }

    /// <summary>How much memory the process takes now, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Ends the process at once, wherever it is.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to stop, as an orchestrator does.</summary>
    public void Terminate() => Process.Start("kill", ["-TERM", $"{_process.Id}"]).WaitForExit();

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
        _client.Dispose();
    }

    /// <summary>The end of the log is the end of the process.</summary>
    private void Note(string? line)
    {
        if (line is null)
        {
            _listening.TrySetException(new InvalidOperationException($"The server did not start:\n{Log}"));
            return;
        }

        lock (_log)
            _log.AppendLine(line);
        if (Listening().Match(line) is { Success: true } match)
            _listening.TrySetResult(new Uri(match.Groups[1].Value));
    }

    // The last line of what it says at its start: who waits for it can read all of that.
    [GeneratedRegex(@"^Next: connect an MCP client to (\S+)/mcp")]
    private static partial Regex Listening();

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await _client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

/// <summary>What a tool answered.</summary>
internal readonly record struct ToolAnswer(JsonElement Result)
{
    public bool IsRefused => Result.TryGetProperty("isError", out var isError) && isError.GetBoolean();

    public JsonElement Content => Result.GetProperty("structuredContent");

    /// <summary>The code of a refusal; null where it is none.</summary>
    public string? Code => IsRefused ? Content.GetProperty("code").GetString() : null;

    public long Version => Content.GetProperty("version").GetInt64();
}
