namespace SupportStateMcp.Mcp.Tools;

/// <summary>Tells calls that wait for something that the server is about to stop, so that they answer while they still can.</summary>
public sealed class ServerStopping : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public ServerStopping() => Token = _source.Token;

    /// <summary>Cancelled when the server stops.</summary>
    public CancellationToken Token { get; }

    /// <summary>Ends the waits.</summary>
    public void Tell() => _source.Cancel();

    public void Dispose() => _source.Dispose();
}
