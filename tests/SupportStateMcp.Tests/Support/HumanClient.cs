using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace SupportStateMcp.Tests.Support;

/// <summary>A host with a person in front of it, who answers forms as the test says; it keeps what they were shown.</summary>
internal sealed class HumanClient
{
    private readonly List<ElicitRequestParams> _shown = [];

    /// <summary>What the person was shown, in order.</summary>
    public IReadOnlyList<ElicitRequestParams> Shown => _shown;

    /// <summary>What they do with a form.</summary>
    public Func<ElicitResult> Answers { get; set; } = () => Say(true);

    public static ElicitResult Say(bool approved, string? notes = null)
    {
        var content = new Dictionary<string, JsonElement> { ["approved"] = JsonSerializer.SerializeToElement(approved) };
        if (notes is not null)
            content["notes"] = JsonSerializer.SerializeToElement(notes);
        return new ElicitResult { Action = "accept", Content = content };
    }

    /// <summary>The options of its client.</summary>
    public McpClientOptions Options(string? revision, string name = "desk") => new()
    {
        ProtocolVersion = revision,
        ClientInfo = new Implementation { Name = name, Version = "1" },
        DiscoverProbeTimeout = TimeSpan.FromSeconds(30),
        Handlers = new McpClientHandlers
        {
            ElicitationHandler = (form, _) =>
            {
                _shown.Add(form!);
                return ValueTask.FromResult(Answers());
            },
        },
    };

    /// <summary>A client on a server's input and output.</summary>
    public Task<McpClient> ConnectAsync(IClientStreams server, string? revision) => McpClient.CreateAsync(
        new StreamClientTransport(server.ToServer, server.FromServer), Options(revision),
        cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>A client over HTTP.</summary>
    public Task<McpClient> ConnectAsync(Uri endpoint, string? revision, string? token = null) => McpClient.CreateAsync(
        new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = endpoint,
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = token is null ? null : new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" },
        }),
        Options(revision), cancellationToken: TestContext.Current.CancellationToken);
}
