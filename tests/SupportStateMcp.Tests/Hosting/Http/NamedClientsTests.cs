using System.Net;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Hosting.Http;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>Clients of the initialize handshake at a server without sessions.</summary>
public class NamedClientsTests(ListeningServer server) : IClassFixture<ListeningServer>
{
    [Fact]
    public async Task Clients_of_the_handshake_are_each_somebody_and_do_not_count_as_one_owner()
    {
        await using var first = await ConnectAsync("first agent");
        await using var second = await ConnectAsync("second agent");
        await ConnectedServer.CallAsync(first, "initialize_conversation", """{"user_id":"u","ticket_id":"NAMES"}""");

        var begun = ConnectedServer.Structured(await ConnectedServer.CallAsync(
            first, "begin_turn", """{"conversation_id":"cs-NAMES","content":"Hello?","message_id":"m-1"}"""));
        await ConnectedServer.CallAsync(second, "begin_turn", """{"conversation_id":"cs-NAMES","content":"Hello??","message_id":"m-2"}""");
        var late = ConnectedServer.Structured(await ConnectedServer.CallAsync(
            first, "complete_turn", $$"""{"turn_token":"{{(string)begun["turn_token"]!}}","content":"Hi."}"""));

        Assert.Equal("not_owner", (string?)late["code"]);
        var trail = ConnectedServer.Structured(await ConnectedServer.CallAsync(first, "get_events", """{"conversation_id":"cs-NAMES"}"""));
        Assert.Equal(
            ["ai:first-agent", "ai:second-agent"],
            trail["events"]!.AsArray().Where(e => (string?)e!["type"] == "message_added").Select(e => (string)e!["actor"]!));
    }

    [Fact]
    public async Task The_id_is_good_at_any_instance()
    {
        await using var other = await ServerProcess.HttpAsync();
        var id = await InitializeAsync("roaming");

        using var request = ListeningServer.Post(other.Endpoint, Call("initialize_conversation", """{"user_id":"u","ticket_id":"ROAM"}"""));
        request.Headers.Add("Mcp-Session-Id", id);
        using var opened = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        using var asking = ListeningServer.Post(other.Endpoint, Call("get_events", """{"conversation_id":"cs-ROAM"}"""));
        using var events = await server.Http.SendAsync(asking, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
        var result = HttpReply.ResultOf(await events.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("ai:roaming", (string?)result["structuredContent"]!["events"]![0]!["actor"]);
    }

    [Fact]
    public async Task No_id_is_given_twice() => Assert.NotEqual(await InitializeAsync("same"), await InitializeAsync("same"));

    [Theory]
    [InlineData("abc")]
    [InlineData("name.")]
    [InlineData("name.YQ")]
    [InlineData("name.!.x")]
    [InlineData("name.YQ.x.y")]
    [InlineData("name.IA.x")]
    [InlineData("name..x")]
    public async Task An_id_that_is_none_of_ours_is_refused(string id)
    {
        Assert.Null(NamedClients.NameIn(id));
        using var request = server.Post("""{"jsonrpc":"2.0","id":1,"method":"ping"}""");
        request.Headers.TryAddWithoutValidation("Mcp-Session-Id", id);

        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("Claude Desktop", "Claude-Desktop")]
    [InlineData("human:alice", "human:alice")]
    [InlineData("支持", "支持")]
    [InlineData("a\u202eb\r\nX: y", "a-b--X:-y")]
    public void A_name_is_read_back_as_an_id_of_an_actor(string name, string read) => Assert.Equal(read, NamedClients.NameIn(NamedClients.IdOf(name)));

    [Fact]
    public void A_long_name_is_cut_and_read_back() => Assert.Equal(new string('支', 100), NamedClients.NameIn(NamedClients.IdOf(new string('支', 500))));

    private static string Call(string tool, string arguments) =>
        $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{{{arguments}}} } }""";

    private async Task<string> InitializeAsync(string name)
    {
        using var response = await server.Http.SendAsync(
            server.Post(new JsonObject
            {
                ["jsonrpc"] = "2.0",
                ["id"] = 1,
                ["method"] = "initialize",
                ["params"] = new JsonObject
                {
                    ["protocolVersion"] = "2025-11-25",
                    ["capabilities"] = new JsonObject(),
                    ["clientInfo"] = new JsonObject { ["name"] = name, ["version"] = "1" },
                },
            }.ToJsonString()),
            TestContext.Current.CancellationToken);
        return Assert.Single(response.Headers.GetValues("Mcp-Session-Id"));
    }

    private Task<McpClient> ConnectAsync(string name) => McpClient.CreateAsync(
        new HttpClientTransport(new HttpClientTransportOptions { Endpoint = server.Endpoint, TransportMode = HttpTransportMode.StreamableHttp }),
        new McpClientOptions { ProtocolVersion = "2025-11-25", ClientInfo = new Implementation { Name = name, Version = "1" } },
        cancellationToken: TestContext.Current.CancellationToken);
}
