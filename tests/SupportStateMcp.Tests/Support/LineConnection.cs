using System.Text;

namespace SupportStateMcp.Tests.Support;

/// <summary>The plainest client of a server in this process: it sends lines, and reads lines.</summary>
internal sealed class LineConnection(InProcessServer server) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = Eventually.Patience;

    private readonly StreamReader _output = new(server.FromServer, new UTF8Encoding(false));

    /// <summary>Sends one line.</summary>
    public async Task SendAsync(string line)
    {
        await server.ToServer.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));
        await server.ToServer.FlushAsync();
    }

    /// <summary>The next line of the output; null at its end.</summary>
    public Task<string?> ReadAsync() => _output.ReadLineAsync().WaitAsync(s_patience);

    /// <summary>Ends the server's input.</summary>
    public ValueTask EndAsync() => server.ToServer.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        _output.Dispose();
    }
}
