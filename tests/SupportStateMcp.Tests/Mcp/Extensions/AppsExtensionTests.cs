using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Extensions;

/// <summary>The extension <c>io.modelcontextprotocol/ui</c> on the wire: who is told of views, and what is read.</summary>
public sealed class AppsExtensionTests(ConsoleServer server) : IClassFixture<ConsoleServer>
{
    private const string Approval = "ui://support/approval.html";
    private const string Conversation = "ui://support/conversation.html";
    private const string MimeType = "text/html;profile=mcp-app";
    private const string Shows = """{"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["text/html;profile=mcp-app"]}}}""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clients_that_show_views_are_told_which_one_belongs_to_a_tool()
    {
        var shown = (await AskAsync("tools/list", Shows))["result"]!["tools"]!.AsArray();

        Assert.Equal(
            [("get_approval", Approval), ("get_state", Conversation), ("list_pending_approvals", Approval), ("request_approval", Approval)],
            shown.Where(t => t!["_meta"]?["ui"] is not null).Select(t => ((string)t!["name"]!, (string)t["_meta"]!["ui"]!["resourceUri"]!)).Order());
        // That is all that differs.
        foreach (var tool in shown)
            tool!.AsObject().Remove("_meta");
        Assert.Equal((await AskAsync("tools/list", "{}"))["result"]!["tools"]!.ToJsonString(), shown.ToJsonString());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"extensions":{"io.modelcontextprotocol/ui":{}}}""")]
    [InlineData("""{"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":"text/html;profile=mcp-app"}}}""")]
    [InlineData("""{"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["text/html",7]}}}""")]
    [InlineData("""{"extensions":{"io.modelcontextprotocol/tasks":{}}}""")]
    public async Task Others_see_the_lists_as_if_there_were_none(string capabilities)
    {
        var tools = await AskAsync("tools/list", capabilities);
        var resources = await AskAsync("resources/list", capabilities);

        Assert.All(tools["result"]!["tools"]!.AsArray(), t => Assert.False(t!.AsObject().ContainsKey("_meta")));
        Assert.All(resources["result"]!["resources"]!.AsArray(), r => Assert.StartsWith("support://", (string)r!["uri"]!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_server_says_that_it_has_the_extension() => Assert.NotNull(
        (await AskAsync("server/discover", "{}"))["result"]!["capabilities"]!["extensions"]!["io.modelcontextprotocol/ui"]);

    [Theory]
    [InlineData(Approval)]
    [InlineData(Conversation)]
    public async Task A_view_is_listed_and_read_with_a_frame_that_asks_no_address(string uri)
    {
        const string Frame = """{"csp":{"connectDomains":[],"resourceDomains":[],"frameDomains":[],"baseUriDomains":[]},"prefersBorder":true}""";
        var listed = (await AskAsync("resources/list", Shows))["result"]!["resources"]!.AsArray().Single(r => (string?)r!["uri"] == uri)!;
        var answer = (await AskAsync("resources/read", Shows, $"\"uri\":\"{uri}\"", uri))["result"]!;
        var read = Assert.Single(answer["contents"]!.AsArray())!;

        Assert.Equal((MimeType, Frame), ((string?)listed["mimeType"], listed["_meta"]!["ui"]!.ToJsonString()));
        Assert.Equal((uri, MimeType, Frame), ((string?)read["uri"], (string?)read["mimeType"], read["_meta"]!["ui"]!.ToJsonString()));
        Assert.Equal("private", (string?)answer["cacheScope"]);
        Assert.InRange(Encoding.UTF8.GetByteCount((string)read["text"]!), 10_000, 100_000);
    }

    [Fact]
    public async Task Views_belong_to_the_conversations()
    {
        var listed = await AskAsync("resources/list", Shows, set: "knowledge");
        var refused = await AskAsync("resources/read", Shows, $"\"uri\":\"{Approval}\"", Approval, "knowledge");

        Assert.Empty(listed["result"]!["resources"]!.AsArray());
        Assert.Contains($"{Approval} is in the toolset conversations", (string)refused["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_view_is_told_where_the_console_is_and_whether_its_connection_may_decide()
    {
        Assert.Equal((server.Address.AbsoluteUri, "false"), Told(await ReadAsync(server.Bot)));
        Assert.Equal((server.Address.AbsoluteUri, "true"), Told(await ReadAsync(server.Alice)));

        // Nobody is a person in this server's console.
        await using var open = await ConsoleServer.StartAsync(o => o with { Tokens = [] });
        Assert.Equal(("", "false"), Told(await ReadAsync(null, open)));
        await using var demo = await ConsoleServer.StartAsync(o => o with { Tokens = [], Demo = true });
        Assert.Equal((demo.Address.AbsoluteUri, "false"), Told(await ReadAsync(null, demo)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2025-11-25")]
    public async Task Over_stdio_there_is_no_console_and_the_handshake_declares_for_the_session(string? revision)
    {
        await using var process = InProcessServer.Start();
        await using var client = await McpClient.CreateAsync(
            new StreamClientTransport(process.ToServer, process.FromServer),
            new McpClientOptions
            {
                ProtocolVersion = revision,
                ClientInfo = new Implementation { Name = "tests", Version = "1" },
                Capabilities = JsonSerializer.Deserialize<ClientCapabilities>(Shows, ModelContextProtocol.McpJsonUtilities.DefaultOptions),
                DiscoverProbeTimeout = TimeSpan.FromSeconds(30),
            },
            cancellationToken: Stop);

        var tool = (await client.ListToolsAsync(cancellationToken: Stop)).Single(t => t.Name == "get_approval");
        var read = await client.ReadResourceAsync(Approval, cancellationToken: Stop);

        Assert.Equal(Approval, (string?)tool.ProtocolTool.Meta!["ui"]!["resourceUri"]);
        Assert.Equal(("", "false"), Told(Assert.IsType<TextResourceContents>(Assert.Single(read.Contents)).Text));
    }

    private static (string Console, string Decides) Told(string document) =>
        (Regex.Match(document, "name=\"support-console\" content=\"([^\"]*)\"").Groups[1].Value, Regex.Match(document, "name=\"support-decides\" content=\"([^\"]*)\"").Groups[1].Value);

    private async Task<string> ReadAsync(string? token, ConsoleServer? from = null)
    {
        var reply = await AskOfAsync(from ?? server, token, "resources/read", Shows, $"\"uri\":\"{Approval}\"", Approval);
        return (string)reply["result"]!["contents"]![0]!["text"]!;
    }

    private Task<JsonNode> AskAsync(string method, string capabilities, string parameters = "", string? name = null, string set = "conversations") =>
        AskOfAsync(server, server.Bot, method, capabilities, parameters, name, set);

    private static async Task<JsonNode> AskOfAsync(ConsoleServer of, string? token, string method, string capabilities, string parameters, string? name, string set = "conversations")
    {
        using var request = ListeningServer.Modern(new Uri(of.Address, $"/mcp/{set}"), method, parameters, name, capabilities);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var response = await http.SendAsync(request, Stop);
        return HttpReply.Of(await response.Content.ReadAsStringAsync(Stop));
    }
}
