using ModelContextProtocol.Client;

namespace SupportAgent;

/// <summary>The server of a run, and how to connect to it: as often as one likes, for the state is not in the connection.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly Func<string?, IClientTransport> _connect;
    private readonly string? _data;
    private readonly IAsyncDisposable[] _ends;

    private Server(string title, string? data, Func<string?, IClientTransport> connect, params IAsyncDisposable[] ends) => (Title, _data, _connect, _ends) = (title, data, connect, ends);

    /// <summary>What it is, in a few words.</summary>
    public string Title { get; }

    /// <summary>A new connection; over stdio also a new server process, on the same data.</summary>
    /// <param name="actor">Who is behind it, as <c>kind:id</c>, where the server is started for one connection; null for the agent.</param>
    public IClientTransport Connect(string? actor = null) => _connect(actor);

    /// <summary>Loads the customers and the articles that come with the server. Harmless where they are there.</summary>
    /// <exception cref="UnexpectedException">The data is not ours, or was not loaded.</exception>
    public Task LoadSampleDataAsync(CancellationToken cancellationToken) =>
        ServerProcess.RunAsync(["sample-data", "load", "--roles", "supervisor", "--data", _data ?? throw new UnexpectedException("This server has its data elsewhere.")], cancellationToken);

    /// <summary>A server process for each connection, as desktop hosts do it.</summary>
    /// <param name="data">Where the conversations are kept; null for a directory that is removed at the end.</param>
    /// <param name="profile">The profile of the workflow; null for the default.</param>
    public static Task<Server> OverStdioAsync(string? data, string? profile = null)
    {
        var directory = new DataDirectory(data);
        return Task.FromResult(new Server($"stdio, {directory}", directory.Path, actor => ServerProcess.Stdio(directory.Path, actor, profile), directory));
    }

    /// <summary>A server that runs at <paramref name="url"/>, or one that is started on a free port.</summary>
    public static async Task<Server> OverHttpAsync(Uri? url, string? data, CancellationToken cancellationToken)
    {
        if (url is not null)
            return new Server($"HTTP, {url}", null, _ => Http(url));

        var directory = new DataDirectory(data);
        var process = await ServerProcess.StartHttpAsync(directory.Path, cancellationToken);
        return new Server($"HTTP, {process.Url}, {directory}", directory.Path, _ => Http(process.Url), process, directory);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var end in _ends)
            await end.DisposeAsync();
    }

    private static HttpClientTransport Http(Uri url) =>
        new(new HttpClientTransportOptions { Endpoint = url, TransportMode = HttpTransportMode.StreamableHttp });
}
