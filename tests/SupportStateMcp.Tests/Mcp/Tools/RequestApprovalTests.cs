using System.Globalization;
using System.Text.Json.Nodes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

public class RequestApprovalTests(GuardedServer server) : IClassFixture<GuardedServer>
{
    private readonly ApprovalDriver _driver = new(server);

    [Fact]
    public async Task A_request_that_a_person_must_decide_is_pending_and_says_all_there_is_to_decide()
    {
        var id = await _driver.OpenAsync();

        var asked = await _driver.RequestAsync(id, ",\"amount\":600,\"risk_priority\":3,\"confidence\":0.95,\"approver_role\":\"supervisor\",\"quorum\":2,\"expires_in\":600");

        Assert.Matches("^ap-[0-9a-f]{8}-" + id[3..] + "$", (string?)asked["approval_id"]);
        var requested = DateTimeOffset.Parse((string)asked["requested_at"]!, CultureInfo.InvariantCulture);
        Assert.Equal(requested.AddSeconds(600), DateTimeOffset.Parse((string)asked["deadline"]!, CultureInfo.InvariantCulture));
        Assert.StartsWith("sha256:", (string?)asked["digest"], StringComparison.Ordinal);
        foreach (var told in new[] { "approval_id", "requested_at", "deadline", "digest", "version" })
            asked.AsObject().Remove(told);
        Assert.Equal(
            $$"""
            {"created":true,"replayed":false,"conversation_id":"{{id}}","action":"refund","arguments":{"order":"A-17","amount":612.40},"status":"pending","reason":"It broke.","amount":612.40,"risk_priority":3,"confidence":0.95,"policy":"amount 612.4 is above 500","approver_role":"supervisor","quorum":2,"yes":0,"requested_by":"ai:bot","usable_by":"ai:bot","votes":[],"guidance":"Do nothing yet: call await_approval to wait for the decision, or get_approval later."}
            """,
            OneConversation.Json(asked.AsObject()));
    }

    [Theory]
    [InlineData("\"risk_priority\":8,\"confidence\":0.95", "granted", "confidence 0.95 is above 0.9 and nothing else asks for a person")]
    [InlineData("\"risk_priority\":9,\"confidence\":0.95", "pending", "risk priority 9 is above 8")]
    [InlineData("\"amount\":500,\"confidence\":0.95", "granted", "confidence 0.95 is above 0.9 and nothing else asks for a person")]
    [InlineData("\"amount\":500.01,\"confidence\":0.95", "pending", "amount 500.01 is above 500")]
    [InlineData("\"confidence\":0.9", "pending", "no confidence above 0.9 was given")]
    [InlineData("\"confidence\":0.91", "granted", "confidence 0.91 is above 0.9 and nothing else asks for a person")]
    [InlineData("\"amount\":1", "pending", "no confidence above 0.9 was given")]
    [InlineData("\"risk_priority\":9,\"amount\":500.01,\"confidence\":1", "pending", "amount 500.01 is above 500 and risk priority 9 is above 8")]
    public async Task The_policy_decides_at_its_very_bounds(string told, string status, string why)
    {
        var asked = await _driver.RequestAsync(await _driver.OpenAsync(), "," + told, """{"order":"A-17"}""");

        Assert.Equal((status, why), ((string?)asked["status"], (string?)asked["policy"]));
        Assert.Equal(status == "granted" ? "system:approval-policy via policy" : "",
            string.Concat(asked["votes"]!.AsArray().Select(v => $"{v!["by"]} via {v["via"]}")));
    }

    [Theory]
    [InlineData("""{"amount":500.01}""", ",\"amount\":1,\"confidence\":1", "pending", "500.01")]
    [InlineData("""{"amount":1}""", ",\"amount\":500.01,\"confidence\":1", "pending", "500.01")]
    [InlineData("""{"amount":500}""", ",\"confidence\":1", "granted", "500")]
    public async Task An_amount_among_the_arguments_counts(string arguments, string told, string status, string amount)
    {
        var asked = await _driver.RequestAsync(await _driver.OpenAsync(), told, arguments);

        Assert.Equal((status, amount), ((string?)asked["status"], asked["amount"]!.ToJsonString()));
    }

    [Theory]
    [InlineData("""{"amount":"1.200,00"}""")]
    [InlineData("""{"refund":{"Amount":"$900"}}""")]
    [InlineData("""{"amount":500.00000000000000000000000000000001}""")]
    public async Task An_amount_that_cannot_be_read_goes_to_a_person(string arguments)
    {
        var asked = await _driver.RequestAsync(await _driver.OpenAsync(), ",\"confidence\":1", arguments);

        Assert.Equal("pending", (string?)asked["status"]);
        Assert.EndsWith("is not a plain number, so the amount cannot be read without doubt", (string?)asked["policy"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_open_approval_for_exactly_the_same_is_returned()
    {
        var id = await _driver.OpenAsync();
        var first = await _driver.RequestAsync(id);

        var again = await _driver.RequestAsync(id, ",\"quorum\":3", """{"amount":612.4,"order":"A-17"}""");
        var other = await _driver.RequestAsync(id, arguments: """{"order":"A-17","amount":612.41}""");

        Assert.Equal(((string?)first["approval_id"], false, 1), ((string?)again["approval_id"], (bool)again["created"]!, (int)again["quorum"]!));
        Assert.Equal((long)first["version"]!, (long)again["version"]!);
        Assert.True((bool)other["created"]!);
        Assert.NotEqual((string?)first["approval_id"], (string?)other["approval_id"]);
    }

    [Fact]
    public async Task A_repeat_under_its_key_shows_the_approval_as_it_stands_now_and_asks_for_nothing_new()
    {
        var id = await _driver.OpenAsync();
        var first = await _driver.RequestAsync(id, ",\"idempotency_key\":\"k\"");
        await _driver.DecideAsync(server.Alice, (string)first["approval_id"]!, approved: false);

        var repeat = await _driver.RequestAsync(id, ",\"idempotency_key\":\"k\"");
        var again = await _driver.RequestAsync(id);

        Assert.Equal(
            ((string?)first["approval_id"], true, true, "refused"),
            ((string?)repeat["approval_id"], (bool)repeat["created"]!, (bool)repeat["replayed"]!, (string?)repeat["status"]));
        Assert.NotEqual((string?)first["approval_id"], (string?)again["approval_id"]);
        await _driver.RefusedAsync("idempotency_mismatch", id, () => _driver.RequestAsync(id, ",\"idempotency_key\":\"k\",\"quorum\":2"));
    }

    [Theory]
    [InlineData(",\"amount\":-0.01", "amount", "it must be a number from 0 to 1000000000000")]
    [InlineData(",\"amount\":1000000000000.01", "amount", "it must be a number from 0 to 1000000000000")]
    [InlineData(",\"amount\":\"1.200\"", "amount", "it must be a number from 0 to 1000000000000")]
    [InlineData(",\"amount\":1e400", "amount", "it must be a number from 0 to 1000000000000, of at most 28 digits")]
    [InlineData(",\"amount\":500.00000000000000000000000000000001", "amount", "it must be a number from 0 to 1000000000000, of at most 28 digits")]
    [InlineData(",\"amount\":\"500.00000000000000000000000000000001\"", "amount", "it must be a number from 0 to 1000000000000, of at most 28 digits")]
    [InlineData(",\"quorum\":1.00000000000000000000000000000001", "quorum", "it must be a whole number from 1 to 10")]
    [InlineData(",\"risk_priority\":8.00000000000000000000000000000001", "risk_priority", "it must be a number from 0 to 1000, of at most 28 digits")]
    [InlineData(",\"risk_priority\":1000.5", "risk_priority", "it must be a number from 0 to 1000")]
    [InlineData(",\"confidence\":1.01", "confidence", "it must be a number from 0 to 1")]
    [InlineData(",\"confidence\":1e400", "confidence", "it must be a number from 0 to 1")]
    [InlineData(",\"quorum\":0", "quorum", "it must be a whole number from 1 to 10")]
    [InlineData(",\"quorum\":11", "quorum", "it must be a whole number from 1 to 10")]
    [InlineData(",\"expires_in\":0", "expires_in", "it must be a whole number from 1 to 2592000")]
    [InlineData(",\"expires_in\":2592001", "expires_in", "it must be a whole number from 1 to 2592000")]
    [InlineData(",\"approver_role\":\"agent\"", "approver_role", "it must be one of: approver, supervisor")]
    [InlineData(",\"ask\":2", "ask", "it must be true or false")]
    [InlineData(",\"requested_by\":\"human:alice\"", "requested_by", "there is no such argument")]
    public async Task An_argument_out_of_its_bounds_is_refused(string told, string argument, string rule)
    {
        var id = await _driver.OpenAsync();

        var refusal = await _driver.RefusedAsync("invalid_argument", id, () => _driver.RequestAsync(id, told));

        Assert.Equal(argument, (string?)refusal["argument"]);
        Assert.StartsWith(rule, (string?)refusal["rule"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_are_an_object_within_the_bounds_of_custom_facts()
    {
        var id = await _driver.OpenAsync();

        await _driver.RefusedAsync("invalid_argument", id, () => _driver.RequestAsync(id, arguments: "[1]"));
        await _driver.RefusedAsync("invalid_argument", id, () => _driver.RequestAsync(id, arguments: $$"""{"a":"{{new string('x', 16_384)}}"}"""));
        Assert.Equal("pending", (string?)(await _driver.RequestAsync(id, arguments: "{}"))["status"]);
    }

    [Fact]
    public async Task A_conversation_has_twenty_pending_approvals_at_most()
    {
        var id = await _driver.OpenAsync();
        for (var i = 0; i < 20; i++)
            await _driver.RequestAsync(id, arguments: $$"""{"n":{{i}}}""");

        var refusal = await _driver.RefusedAsync("limit_reached", id, () => _driver.RequestAsync(id));

        Assert.Equal(20, (int)refusal["limit"]!);
    }

    [Fact]
    public async Task The_conversation_outlives_the_deadline()
    {
        var id = await _driver.OpenAsync();
        var asked = await _driver.RequestAsync(id, ",\"expires_in\":2592000");

        var state = await server.CallAsync(server.Bot, "get_state", $$"""{"conversation_id":"{{id}}"}""");

        Assert.True(
            DateTimeOffset.Parse((string)state["expires_at"]!, CultureInfo.InvariantCulture)
            > DateTimeOffset.Parse((string)asked["deadline"]!, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_conversation_that_is_not_there_is_refused() => Assert.Equal("not_found", (string?)(await _driver.RequestAsync("cs-NOWHERE"))["code"]);

    [Fact]
    public async Task Who_is_no_agent_asks_for_nothing()
    {
        var id = await _driver.OpenAsync();
        foreach (var token in new[] { server.Auditor, server.Bob })
        {
            var refusal = await _driver.RefusedAsync("not_authorized", id, () => server.CallAsync(
                token, "request_approval", $$"""{"conversation_id":"{{id}}","action":"refund","arguments":{},"reason":"r"}"""));
            Assert.Equal("""["role:agent"]""", refusal["needs"]!.ToJsonString());
        }
    }
}
