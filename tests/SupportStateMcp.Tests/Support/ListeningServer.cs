using System.Net.Http.Headers;
using System.Text;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace SupportStateMcp.Tests.Support;

/// <summary>A real server over HTTP, and ways to talk to it.</summary>
public sealed class ListeningServer : IAsyncLifetime
{
    private ServerProcess _process = null!;

    public Uri Endpoint => _process.Endpoint;

    public string Errors => _process.Errors;

    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false });

    public async ValueTask InitializeAsync() => _process = await ServerProcess.HttpAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
    }

    /// <summary>A client of a revision; null leaves the choice to the client.</summary>
    public Task<McpClient> ConnectAsync(string? revision = null) => ConnectAsync(Endpoint, revision);

    public static Task<McpClient> ConnectAsync(Uri endpoint, string? revision = null, string? token = null) => McpClient.CreateAsync(
        new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = endpoint,
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = token is null ? null : new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" },
        }),
        new McpClientOptions
        {
            ProtocolVersion = revision,
            ClientInfo = new Implementation { Name = "tests", Version = "1" },
            DiscoverProbeTimeout = TimeSpan.FromSeconds(30),
        },
        cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>A POST as a client makes it, for a test to spoil.</summary>
    public HttpRequestMessage Post(string body) => Post(Endpoint, body);

    public static HttpRequestMessage Post(Uri endpoint, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        return request;
    }

    /// <summary>A POST of revision 2026-07-28, with the headers and the _meta that it asks for.</summary>
    public static HttpRequestMessage Modern(Uri endpoint, string method, string parameters = "", string? name = null, string capabilities = "{}")
    {
        var meta = $$$"""
            "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"raw","version":"1"},"io.modelcontextprotocol/clientCapabilities":{{{capabilities}}}}
            """;
        var comma = parameters.Length > 0 ? "," : "";
        var request = Post(endpoint, $$$"""{"jsonrpc":"2.0","id":"q","method":"{{{method}}}","params":{{{{meta}}}{{{comma}}}{{{parameters}}}}}""");
        request.Headers.Add("MCP-Protocol-Version", "2026-07-28");
        request.Headers.Add("Mcp-Method", method);
        if (name is not null)
            request.Headers.Add("Mcp-Name", name);
        return request;
    }
}
