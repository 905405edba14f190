using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

/// <summary>request_approval with ask: true, over both transports and both ways of asking.</summary>
public class AskingThePersonTests(AskingServers servers) : IClassFixture<AskingServers>
{
    private const string Refund = """{"order":"A-17","amount":612.40}""";

    [Theory]
    [InlineData("stdio", null)]
    [InlineData("stdio", "2026-07-28")]
    [InlineData("stdio", "2025-11-25")]
    [InlineData("stdio", "2025-06-18")]
    [InlineData("http", null)]
    [InlineData("http", "2026-07-28")]
    [InlineData("http with sessions", "2026-07-28")]
    [InlineData("http with sessions", "2025-11-25")]
    [InlineData("http with sessions", "2025-06-18")]
    public async Task The_person_in_front_of_the_host_is_asked_and_put_down_as_who_decided(string transport, string? revision)
    {
        var person = new HumanClient { Answers = () => HumanClient.Say(true, "Seen the photo.") };
        await using var connection = await servers.ConnectAsync(person, transport, revision);
        var id = await OpenAsync(connection.Client);

        var asked = await RequestAsync(connection.Client, id);

        Assert.Equal(("granted", "answered", true), ((string?)asked["status"], (string?)asked["asked"], (bool)asked["created"]!));
        var vote = asked["votes"]!.AsArray().Single()!;
        Assert.Equal(("human:user-of-desk", "elicitation", "Seen the photo."), ((string?)vote["by"], (string?)vote["via"], (string?)vote["notes"]));
        var form = Assert.Single(person.Shown);
        Assert.Equal(
            "ai:desk asks for your approval of the action \"refund\" with exactly these arguments:\n{\n  \"order\": \"A-17\",\n  \"amount\": 612.40\n}\nAmount: 612.40\nPolicy: amount 612.4 is above 500\nReason given: It broke.",
            form.Message);
        Assert.Equal(["approved", "notes"], form.RequestedSchema!.Properties.Keys);
        Assert.Equal(["approved"], form.RequestedSchema.Required);
        Assert.Equal("ai:desk", (string?)asked["requested_by"]);
    }

    [Theory]
    [InlineData("stdio", "2025-11-25")]
    [InlineData("http", "2026-07-28")]
    public async Task A_person_who_says_no_refuses_it(string transport, string revision)
    {
        var person = new HumanClient { Answers = () => HumanClient.Say(false, "Too much.") };
        await using var connection = await servers.ConnectAsync(person, transport, revision);
        var id = await OpenAsync(connection.Client);

        var asked = await RequestAsync(connection.Client, id);

        Assert.Equal(("refused", "answered", "human:user-of-desk said no."), ((string?)asked["status"], (string?)asked["asked"], (string?)asked["asked_detail"]));
    }

    [Theory]
    [InlineData("stdio", "2025-11-25", "decline", "declined")]
    [InlineData("stdio", "2026-07-28", "cancel", "cancelled")]
    [InlineData("http", "2026-07-28", "decline", "declined")]
    [InlineData("http", "2026-07-28", "cancel", "cancelled")]
    public async Task A_person_who_does_not_decide_leaves_it_pending(string transport, string revision, string action, string outcome)
    {
        var person = new HumanClient { Answers = () => new ElicitResult { Action = action } };
        await using var connection = await servers.ConnectAsync(person, transport, revision);
        var id = await OpenAsync(connection.Client);

        var asked = await RequestAsync(connection.Client, id);

        Assert.Equal(("pending", outcome), ((string?)asked["status"], (string?)asked["asked"]));
        Assert.Empty(asked["votes"]!.AsArray());
        // Anyone who asks once more may be answered otherwise.
        person.Answers = () => HumanClient.Say(true);
        var again = await RequestAsync(connection.Client, id);
        Assert.Equal(("granted", false, (string?)asked["approval_id"]), ((string?)again["status"], (bool)again["created"]!, (string?)again["approval_id"]));
    }

    [Theory]
    [InlineData("stdio", null)]
    [InlineData("stdio", "2025-11-25")]
    [InlineData("http", null)]
    [InlineData("http", "2025-11-25")]
    [InlineData("http with sessions", "2025-11-25")]
    public async Task A_client_that_cannot_ask_says_so(string transport, string? revision)
    {
        await using var connection = await servers.ConnectAsync(null, transport, revision);
        var asked = await RequestAsync(connection.Client, await OpenAsync(connection.Client));

        Assert.Equal(("pending", "unsupported"), ((string?)asked["status"], (string?)asked["asked"]));
        Assert.StartsWith("This client cannot ask", (string?)asked["asked_detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_client_without_a_session_cannot_be_asked()
    {
        await using var connection = await servers.ConnectAsync(new HumanClient(), "http", "2025-11-25");
        var asked = await RequestAsync(connection.Client, await OpenAsync(connection.Client));

        Assert.Equal(("pending", "unsupported"), ((string?)asked["status"], (string?)asked["asked"]));
    }

    [Theory]
    [InlineData("ai:bot", "agent", "")]
    [InlineData("ai:bot", "agent,approver", ",\"approver_role\":\"supervisor\"")]
    [InlineData("human:carol", "agent,approver", "")]
    [InlineData("system:job", "agent,approver", "")]
    public async Task Whose_connection_may_not_decide_nobody_is_asked(string actor, string roles, string more)
    {
        var person = new HumanClient();
        await using var connection = await servers.ConnectAsync(person, "stdio", null, "--actor", actor, "--roles", roles);

        var asked = await RequestAsync(connection.Client, await OpenAsync(connection.Client), more);

        Assert.Equal(("pending", "not_authorized"), ((string?)asked["status"], (string?)asked["asked"]));
        Assert.StartsWith("Nobody was asked:", (string?)asked["asked_detail"], StringComparison.Ordinal);
        Assert.Empty(person.Shown);
    }

    [Fact]
    public async Task A_supervisors_host_may_ask_for_what_takes_a_supervisor()
    {
        var person = new HumanClient();
        await using var connection = await servers.ConnectAsync(person, "stdio", null, "--actor", "ai:bot", "--roles", "supervisor");

        var asked = await RequestAsync(connection.Client, await OpenAsync(connection.Client), ",\"approver_role\":\"supervisor\"");

        Assert.Equal("granted", (string?)asked["status"]);
    }

    [Fact]
    public async Task What_the_policy_grants_nobody_is_asked_for()
    {
        var person = new HumanClient();
        await using var connection = await servers.ConnectAsync(person, "stdio", null);

        var asked = await RequestAsync(connection.Client, await OpenAsync(connection.Client), ",\"confidence\":1", """{"amount":1}""");

        Assert.Equal(("granted", null), ((string?)asked["status"], (string?)asked["asked"]));
        Assert.Empty(person.Shown);
    }

    [Fact]
    public async Task Of_a_quorum_the_person_is_one()
    {
        var person = new HumanClient();
        await using var connection = await servers.ConnectAsync(person, "stdio", null);
        var id = await OpenAsync(connection.Client);

        var asked = await RequestAsync(connection.Client, id, ",\"quorum\":2");
        var again = await RequestAsync(connection.Client, id, ",\"quorum\":2");

        Assert.Equal(("pending", 1, "human:user-of-desk said yes; 1 of 2 have."), ((string?)asked["status"], (int)asked["yes"]!, (string?)asked["asked_detail"]));
        Assert.Equal(("pending", 1, "answered"), ((string?)again["status"], (int)again["yes"]!, (string?)again["asked"]));
        Assert.Single(person.Shown);
    }

    [Fact]
    public async Task The_person_of_the_configuration_answers_under_their_own_name()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("support.json", """{"mcp": {"person": "Maria Lopez"}}""");
        await using var connection = await servers.ConnectAsync(new HumanClient(), "stdio", null, "--config", file);
        var id = await OpenAsync(connection.Client);

        var asked = await RequestAsync(connection.Client, id);

        Assert.Equal("granted", (string?)asked["status"]);
        var trail = ConnectedServer.Structured(await ConnectedServer.CallAsync(connection.Client, "get_events", $$"""{"conversation_id":"{{id}}"}"""));
        Assert.Equal("human:Maria-Lopez", (string?)trail["events"]!.AsArray().Single(e => (string?)e!["type"] == "approval_decided")!["actor"]);
    }

    [Fact]
    public async Task An_answer_is_put_down_in_the_trail()
    {
        await using var connection = await servers.ConnectAsync(new HumanClient(), "stdio", null);
        var id = await OpenAsync(connection.Client);
        await RequestAsync(connection.Client, id);

        var trail = ConnectedServer.Structured(await ConnectedServer.CallAsync(connection.Client, "get_events", $$"""{"conversation_id":"{{id}}"}"""));

        var decided = trail["events"]!.AsArray().Single(e => (string?)e!["type"] == "approval_decided")!;
        Assert.Equal(("human:user-of-desk", "elicitation"), ((string?)decided["actor"], (string?)decided["details"]!["via"]));
    }

    private static async Task<string> OpenAsync(McpClient client) => (string)ConnectedServer.Structured(await ConnectedServer.CallAsync(
        client, "initialize_conversation", $$"""{"user_id":"u","ticket_id":"{{ConnectedServer.NewTicket()}}"}"""))["conversation_id"]!;

    private static async Task<JsonObject> RequestAsync(McpClient client, string id, string more = "", string arguments = Refund) =>
        ConnectedServer.Structured(await ConnectedServer.CallAsync(
            client, "request_approval", $$"""{"conversation_id":"{{id}}","action":"refund","arguments":{{arguments}},"reason":"It broke.","ask":true{{more}}}"""));
}

/// <summary>Two servers over HTTP, one of them with sessions for older clients, and as many over stdio as somebody asks for.</summary>
public sealed class AskingServers : IAsyncLifetime
{
    private ServerProcess _http = null!;
    private ServerProcess _withSessions = null!;

    public async ValueTask InitializeAsync()
    {
        _http = await ServerProcess.HttpAsync();
        _withSessions = await ServerProcess.HttpAsync(new Dictionary<string, string> { ["SUPPORTSTATE__HTTP__SESSIONS"] = "handshake" });
    }

    public async ValueTask DisposeAsync()
    {
        await _http.DisposeAsync();
        await _withSessions.DisposeAsync();
    }

    internal async Task<AskingConnection> ConnectAsync(HumanClient? person, string transport, string? revision, params string[] arguments)
    {
        if (transport != "stdio")
        {
            var endpoint = (transport == "http" ? _http : _withSessions).Endpoint;
            return new AskingConnection(person is not null
                ? await person.ConnectAsync(endpoint, revision)
                : await ListeningServer.ConnectAsync(endpoint, revision), null);
        }

        var server = InProcessServer.Start(arguments);
        return new AskingConnection(person is not null
            ? await person.ConnectAsync(server, revision)
            : await ConnectedServer.ConnectAsync(server, "tests", revision), server);
    }
}

/// <summary>A client and the server it has to itself, if it has.</summary>
internal sealed record AskingConnection(McpClient Client, InProcessServer? Server) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        if (Server is not null)
            await Server.DisposeAsync();
    }
}
