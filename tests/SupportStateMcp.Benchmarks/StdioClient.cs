using System.Diagnostics;
using System.Text.Json;

namespace SupportStateMcp.Benchmarks;

/// <summary>The least a client needs over stdio: one line out, one line back.</summary>
internal sealed class StdioClient(Process server)
{
    private int _lastId;

    public async Task ConnectAsync()
    {
        await AskAsync("initialize", """{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"benchmark","version":"1"}}""");
        await SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
    }

    public Task ListToolsAsync() => AskAsync("tools/list", "{}");

    /// <summary>Calls a tool; a refusal is a fault of the benchmark.</summary>
    public async Task<JsonElement> CallAsync(string tool, string arguments)
    {
        var result = await AskAsync("tools/call", $$"""{"name":"{{tool}}","arguments":{{arguments}}}""");
        return result.TryGetProperty("isError", out var isError) && isError.GetBoolean()
            ? throw new InvalidOperationException($"{tool} was refused: {result}")
            : result;
    }

    private async Task<JsonElement> AskAsync(string method, string parameters)
    {
        await SendAsync($$"""{"jsonrpc":"2.0","id":{{++_lastId}},"method":"{{method}}","params":{{parameters}}}""");
        while (true)
        {
            var line = await server.StandardOutput.ReadLineAsync() ?? throw new EndOfStreamException("The server has gone.");
            // Notifications in between are not asked for.
            if (JsonDocument.Parse(line).RootElement.TryGetProperty("result", out var result))
                return result;
        }
    }

    private async Task SendAsync(string line)
    {
        await server.StandardInput.WriteAsync(line + "\n");
        await server.StandardInput.FlushAsync();
    }
}
