using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace SupportStateMcp.Tests.Support;

/// <summary>One caller's own server on the conversations of several, and a client on it; both start with the first call.</summary>
public sealed class Seat : IAsyncDisposable
{
    private readonly Lazy<Task<(InProcessServer Process, McpClient Client)>> _connection;

    internal Seat(Func<InProcessServer> start) => _connection = new(async () =>
    {
        var process = start();
        return (process, await ConnectedServer.ConnectAsync(process, "tests"));
    });

    public async Task<McpClient> ClientAsync() => (await _connection.Value).Client;

    public async Task<CallToolResult> CallAsync(string tool, string arguments) => await ConnectedServer.CallAsync(await ClientAsync(), tool, arguments);

    /// <summary>Calls a tool that does what it is asked.</summary>
    public async Task<JsonObject> DoAsync(string tool, string arguments)
    {
        var result = await CallAsync(tool, arguments);
        Assert.False(result.IsError is true, result.Content.OfType<TextContentBlock>().FirstOrDefault()?.Text);
        return ConnectedServer.Structured(result);
    }

    /// <summary>The text of a prompt's messages.</summary>
    public async Task<IReadOnlyList<(Role Role, string Text)>> PromptAsync(string name, params (string Name, object? Value)[] arguments)
    {
        var prompt = await (await ClientAsync()).GetPromptAsync(
            name, arguments.ToDictionary(a => a.Name, a => a.Value), cancellationToken: TestContext.Current.CancellationToken);
        return [.. prompt.Messages.Select(m => (m.Role, Assert.IsType<TextContentBlock>(m.Content).Text))];
    }

    public async ValueTask DisposeAsync()
    {
        if (!_connection.IsValueCreated)
            return;
        var (process, client) = await _connection.Value;
        await client.DisposeAsync();
        await process.DisposeAsync();
    }
}
