using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace SupportStateMcp.Tests.Support;

/// <summary>The server over stdio, in this process, and a real client on it. Tests that share one keep to conversations of their own.</summary>
public class ConnectedServer : IAsyncLifetime
{
    private static int s_tickets;

    private InProcessServer _server = null!;

    public McpClient Client { get; private set; } = null!;

    public string Errors => _server.Errors;

    /// <summary>What the server is started with.</summary>
    protected virtual string[] Arguments => [];

    /// <summary>Where its store is; null for one of its own.</summary>
    protected virtual string? Directory => null;

    /// <summary>What the server goes by.</summary>
    protected virtual TimeProvider Time => TimeProvider.System;

    /// <summary>A ticket that no other test has.</summary>
    public static string NewTicket() => $"T-{Interlocked.Increment(ref s_tickets)}";

    public virtual async ValueTask InitializeAsync()
    {
        _server = Directory is { } directory ? InProcessServer.On(directory, Arguments) : InProcessServer.StartAt(Time, Arguments);
        Client = await ConnectAsync(_server, "tests");
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A client of that name. It gives a server that is slow to start its time, instead of trying an older handshake.</summary>
    internal static Task<McpClient> ConnectAsync(IClientStreams server, string name, string? revision = null) => McpClient.CreateAsync(
        new StreamClientTransport(server.ToServer, server.FromServer),
        new McpClientOptions
        {
            ProtocolVersion = revision,
            ClientInfo = new Implementation { Name = name, Version = "1" },
            DiscoverProbeTimeout = TimeSpan.FromSeconds(30),
        });

    /// <summary>Calls a tool with arguments as JSON.</summary>
    public Task<CallToolResult> CallAsync(string tool, string arguments) => CallAsync(Client, tool, arguments);

    public static async Task<CallToolResult> CallAsync(McpClient client, string tool, string arguments) => await client.CallToolAsync(
        new CallToolRequestParams
        {
            Name = tool,
            Arguments = JsonElement.Parse(arguments).EnumerateObject().ToDictionary(p => p.Name, p => p.Value),
        }, TestContext.Current.CancellationToken);

    /// <summary>Calls a tool that does what it is asked.</summary>
    public async Task<JsonObject> DoAsync(string tool, string arguments)
    {
        var result = await CallAsync(tool, arguments);
        Assert.False(result.IsError is true, result.Content.OfType<TextContentBlock>().FirstOrDefault()?.Text);
        return Structured(result);
    }

    /// <summary>Calls a tool that refuses; the structured refusal, as one line of JSON.</summary>
    public async Task<string> RefusedAsync(string tool, string arguments)
    {
        var result = await CallAsync(tool, arguments);
        Assert.True(result.IsError, "It was not refused.");
        var refusal = Structured(result);
        Assert.Equal((string?)refusal["message"], Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text);
        return OneConversation.Json(refusal);
    }

    /// <summary>Opens a conversation and returns its id.</summary>
    public async Task<string> OpenAsync(string user = "user-1") =>
        (string)(await DoAsync("initialize_conversation", $$"""{"user_id": "{{user}}", "ticket_id": "{{NewTicket()}}"}"""))["conversation_id"]!;

    public static JsonObject Structured(CallToolResult result) => JsonObject.Create(result.StructuredContent!.Value)!;

    public static string Pretty<T>(T value) => JsonSerializer.Serialize(
        JsonSerializer.SerializeToNode(value, McpJsonUtilities.DefaultOptions), s_pretty);

    private static readonly JsonSerializerOptions s_pretty = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
