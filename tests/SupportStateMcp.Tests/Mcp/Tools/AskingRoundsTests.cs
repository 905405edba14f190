using System.Text.Json.Nodes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

/// <summary>The two rounds of request_approval with ask: true, on the wire of revision 2026-07-28.</summary>
public class AskingRoundsTests(ListeningServer server) : IClassFixture<ListeningServer>
{
    private const string Refund = """{"order":"A-17","amount":612.40}""";
    private const string Yes = """{"action":"accept","content":{"approved":true}}""";

    [Fact]
    public async Task The_first_round_ends_with_a_form_and_the_approval_it_is_about()
    {
        var id = await OpenAsync();

        var round = await RoundAsync(id);

        Assert.Equal("input_required", (string?)round["resultType"]);
        Assert.Equal("elicitation/create", (string?)round["inputRequests"]!["decision"]!["method"]);
        Assert.Equal($"{await PendingAsync(id)}+", (string?)round["requestState"]);
    }

    [Fact]
    public async Task The_form_spells_out_what_people_would_not_see()
    {
        var round = await RoundAsync(await OpenAsync(), arguments: """{"to":"Zoë & Co\u202eOC\u200b","note":"a\nAmount: 1"}""");

        var message = (string?)round["inputRequests"]!["decision"]!["params"]!["message"];
        Assert.Contains("""
            "to": "Zoë & Co<U+202E>OC<U+200B>",
              "note": "a\nAmount: 1"
            """, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_second_round_decides_what_the_first_asked_for()
    {
        var id = await OpenAsync();
        var state = (string?)(await RoundAsync(id))["requestState"];

        var answered = (await RoundAsync(id, state, Yes))["structuredContent"]!;

        Assert.Equal(("granted", true, "human:user-of-raw"), ((string?)answered["status"], (bool)answered["created"]!, (string?)answered["votes"]![0]!["by"]));
    }

    [Fact]
    public async Task An_answer_to_other_arguments_does_not_count()
    {
        var id = await OpenAsync();
        var state = (string?)(await RoundAsync(id))["requestState"];
        var before = await TrailAsync(id);

        var refused = await RoundAsync(id, state, Yes, """{"order":"A-17","amount":9999}""");

        Assert.Equal(("invalid_argument", "requestState"), ((string?)refused["structuredContent"]!["code"], (string?)refused["structuredContent"]!["argument"]));
        Assert.Equal(before, await TrailAsync(id));
    }

    [Theory]
    [InlineData("ap-00000000-NOWHERE")]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("../../etc/passwd")]
    public async Task A_state_of_ones_own_does_not_count(string state)
    {
        var id = await OpenAsync();
        await RoundAsync(id);
        var before = await TrailAsync(id);

        Assert.Equal("invalid_argument", (string?)(await RoundAsync(id, state, Yes))["structuredContent"]!["code"]);
        Assert.Equal(before, await TrailAsync(id));
    }

    [Fact]
    public async Task The_state_of_another_conversation_does_not_count()
    {
        var (id, other) = (await OpenAsync(), await OpenAsync());
        var state = (string?)(await RoundAsync(other))["requestState"];
        var before = await TrailAsync(other);

        Assert.Equal("invalid_argument", (string?)(await RoundAsync(id, state, Yes))["structuredContent"]!["code"]);
        Assert.Equal(before, await TrailAsync(other));
    }

    [Theory]
    [InlineData(null, Yes)]
    [InlineData("state", null)]
    [InlineData("state", "null")]
    [InlineData("state", "5")]
    [InlineData("state", """{"action":"accept"}""")]
    [InlineData("state", """{"action":"accept","content":{"approved":"yes"}}""")]
    [InlineData("state", """{"action":"accept","content":{"notes":"yes"}}""")]
    [InlineData("state", """{"action":"hm","content":{"approved":true}}""")]
    public async Task What_is_no_answer_to_the_question_is_asked_again(string? state, string? answer)
    {
        var id = await OpenAsync();
        var first = (string?)(await RoundAsync(id))["requestState"];

        var again = await RoundAsync(id, state is null ? null : first, answer);

        Assert.Equal("input_required", (string?)again["resultType"]);
        Assert.Equal(first!.TrimEnd('+'), ((string?)again["requestState"])!.TrimEnd('+'));
        Assert.NotNull(await PendingAsync(id));
    }

    [Fact]
    public async Task An_answer_that_comes_after_the_deadline_says_so_and_opens_nothing_new()
    {
        var id = await OpenAsync();
        var state = (string?)(await RoundAsync(id, more: ",\"expires_in\":1"))["requestState"];
        await Task.Delay(1_200, TestContext.Current.CancellationToken);

        var late = (await RoundAsync(id, state, Yes, more: ",\"expires_in\":1"))["structuredContent"]!;

        Assert.Equal(("expired", "answered", "The answer came too late and does not count: the approval is expired already."),
            ((string?)late["status"], (string?)late["asked"], (string?)late["asked_detail"]));
        Assert.Null(await PendingAsync(id));
    }

    [Fact]
    public async Task Without_ask_what_a_client_brings_along_is_not_looked_at()
    {
        var id = await OpenAsync();
        var asked = await CallAsync("request_approval",
            $$"""{"conversation_id":"{{id}}","action":"refund","arguments":{{Refund}},"reason":"r"}""", $$"""
            ,"requestState":"x","inputResponses":{"decision":{{Yes}}}
            """);

        Assert.Equal("pending", (string?)asked["structuredContent"]!["status"]);
        Assert.Null(asked["structuredContent"]!["asked"]);
    }

    private async Task<string> OpenAsync() => (string)(await CallAsync(
        "initialize_conversation", $$"""{"user_id":"u","ticket_id":"{{ConnectedServer.NewTicket()}}"}"""))["structuredContent"]!["conversation_id"]!;

    private async Task<string> TrailAsync(string id) =>
        (await CallAsync("get_events", $$"""{"conversation_id":"{{id}}"}"""))["structuredContent"]!.ToJsonString();

    private async Task<string?> PendingAsync(string id)
    {
        var pending = (await CallAsync("list_pending_approvals", $$"""{"conversation_id":"{{id}}"}"""))["structuredContent"]!["approvals"]!.AsArray();
        return (string?)pending.SingleOrDefault()?["approval_id"];
    }

    private Task<JsonNode> RoundAsync(string id, string? state = null, string? answer = null, string arguments = Refund, string more = "")
    {
        var brought = (state is null ? "" : $",\"requestState\":\"{state}\"") + (answer is null ? "" : $",\"inputResponses\":{{\"decision\":{answer}}}");
        return CallAsync(
            "request_approval",
            $$"""{"conversation_id":"{{id}}","action":"refund","arguments":{{arguments}},"reason":"It broke.","ask":true{{more}}}""",
            brought);
    }

    private async Task<JsonNode> CallAsync(string tool, string arguments, string brought = "")
    {
        using var request = ListeningServer.Modern(
            server.Endpoint, "tools/call", $"\"name\":\"{tool}\",\"arguments\":{arguments}{brought}", tool, """{"elicitation":{"form":{}}}""");
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return HttpReply.ResultOf(body);
    }
}
