using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

public class ApprovalToolsTests(GuardedServer server) : IClassFixture<GuardedServer>
{
    private const string Nowhere = "ap-00000000-NOWHERE";
    private readonly ApprovalDriver _driver = new(server);

    [Fact]
    public async Task A_granted_permission_is_taken_once()
    {
        var approval = await _driver.PendingAsync();
        var granted = await _driver.DecideAsync(server.Alice, approval, approved: true, ",\"notes\":\"Fine.\\nGo on.\"");
        Assert.Equal("granted", (string?)granted["status"]);
        Assert.Equal("""human:alice True connection Fine. Go on.""", Vote(granted["votes"]![0]!));

        var taken = await _driver.UseAsync(approval, """{"amount":612.4,"order":"A-17"}""");
        var repeat = await _driver.UseAsync(approval);

        Assert.Equal((true, false), ((bool)taken["granted"]!, (bool)taken["replayed"]!));
        Assert.Equal("""{"order":"A-17","amount":612.40}""", taken["arguments"]!.ToJsonString());
        Assert.Equal("Do it now, once, with exactly these arguments; the permission is spent.", (string?)taken["guidance"]);
        Assert.Equal((true, true, (string?)taken["used_at"]), ((bool)repeat["granted"]!, (bool)repeat["replayed"]!, (string?)repeat["used_at"]));
        Assert.Contains("only if you know that it was not done", (string?)repeat["guidance"], StringComparison.Ordinal);
        Assert.Equal((long)taken["version"]!, (long)repeat["version"]!);
        var used = await _driver.GetAsync(approval);
        Assert.Equal(("used", "ai:bot"), ((string?)used["status"], (string?)used["used_by"]));
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, ",\"idempotency_key\":\"k2\"")]
    public async Task A_permission_that_another_took_is_gone(bool sameCaller, string key)
    {
        var approval = await _driver.PendingAsync();
        await _driver.DecideAsync(server.Alice, approval, approved: true);
        await _driver.UseAsync(approval, more: ",\"idempotency_key\":\"k1\"");

        var refusal = await _driver.RefusedAsync("approval_used", ApprovalDriver.ConversationOf(approval),
            () => _driver.UseAsync(approval, more: key, token: sameCaller ? server.Bot : server.Alice));

        Assert.Equal("ai:bot", (string?)refusal["used_by"]);
        Assert.True((bool)(await _driver.UseAsync(approval, more: ",\"idempotency_key\":\"k1\""))["replayed"]!);
    }

    [Fact]
    public async Task A_permission_is_used_by_who_asked_or_by_who_is_named()
    {
        var own = await _driver.PendingAsync();
        var named = await _driver.PendingAsync(",\"usable_by\":\"human:alice\"");
        foreach (var approval in new[] { own, named })
            await _driver.DecideAsync(server.Alice, approval, approved: true);

        var refusal = await _driver.RefusedAsync("not_authorized", ApprovalDriver.ConversationOf(own), () => _driver.UseAsync(own, token: server.Alice));

        Assert.Equal("""["actor:ai:bot"]""", refusal["needs"]!.ToJsonString());
        Assert.Contains("ai:bot alone", (string?)refusal["message"], StringComparison.Ordinal);
        Assert.Equal(("ai:bot", "human:alice"), ((string?)(await _driver.GetAsync(own))["usable_by"], (string?)(await _driver.GetAsync(named))["usable_by"]));
        await _driver.RefusedAsync("not_authorized", ApprovalDriver.ConversationOf(named), () => _driver.UseAsync(named));
        Assert.True((bool)(await _driver.UseAsync(own))["granted"]!);
        Assert.True((bool)(await _driver.UseAsync(named, token: server.Alice))["granted"]!);
    }

    [Fact]
    public async Task Only_what_was_approved_may_be_done()
    {
        var approval = await _driver.PendingAsync();
        await _driver.DecideAsync(server.Alice, approval, approved: true);
        var id = ApprovalDriver.ConversationOf(approval);

        var refusal = await _driver.RefusedAsync("approval_mismatch", id, () => _driver.UseAsync(approval, """{"order":"A-17","amount":612.41}"""));
        await _driver.RefusedAsync("approval_mismatch", id, () => _driver.UseAsync(approval, """{"order":"A-17","amount":612.40,"x":null}"""));
        await _driver.RefusedAsync("approval_mismatch", id, () => _driver.UseAsync(approval, action: "Refund"));

        Assert.Equal("""{"order":"A-17","amount":612.40}""", refusal["arguments"]!.ToJsonString());
    }

    [Fact]
    public async Task A_decision_may_change_the_arguments_and_then_only_those_may_be_used()
    {
        var approval = await _driver.PendingAsync();
        var granted = await _driver.DecideAsync(server.Alice, approval, approved: true, """,  "final_arguments":{"order":"A-17","amount":500}""");

        Assert.Equal(("granted", """{"order":"A-17","amount":500}"""), ((string?)granted["status"], granted["arguments"]!.ToJsonString()));
        Assert.Equal(ApprovalDriver.Refund, granted["proposed_arguments"]!.ToJsonString());
        await _driver.RefusedAsync("approval_mismatch", ApprovalDriver.ConversationOf(approval), () => _driver.UseAsync(approval));
        Assert.True((bool)(await _driver.UseAsync(approval, """{"order":"A-17","amount":500}"""))["granted"]!);
    }

    [Fact]
    public async Task A_decision_on_arguments_that_were_changed_meanwhile_decides_nothing()
    {
        var approval = await _driver.PendingAsync(",\"quorum\":2");
        var seen = (string?)(await _driver.GetAsync(approval))["digest"];
        var changed = await _driver.DecideAsync(server.Alice, approval, approved: true, """,  "final_arguments":{"order":"A-17","amount":900}""");

        foreach (var approved in (bool[])[true, false])
        {
            var refusal = await _driver.RefusedAsync(
                "approval_changed", ApprovalDriver.ConversationOf(approval), () => _driver.DecideAsync(server.Bob, approval, approved, $",\"digest\":\"{seen}\""));
            Assert.Equal(("""{"order":"A-17","amount":900}""", (string?)changed["digest"]), (refusal["arguments"]!.ToJsonString(), (string?)refusal["digest"]));
        }

        var granted = await _driver.DecideAsync(server.Bob, approval, approved: true, $",\"digest\":\"{changed["digest"]}\"");
        Assert.Equal("granted", (string?)granted["status"]);
    }

    [Fact]
    public async Task Refused_means_refused()
    {
        var approval = await _driver.PendingAsync();
        var refused = await _driver.DecideAsync(server.Alice, approval, approved: false, ",\"notes\":\"No receipt.\"");
        var id = ApprovalDriver.ConversationOf(approval);

        Assert.Equal("refused", (string?)refused["status"]);
        var refusal = await _driver.RefusedAsync("approval_refused", id, () => _driver.UseAsync(approval));
        Assert.Equal(("human:alice", "No receipt."), ((string?)refusal["refused_by"], (string?)refusal["notes"]));
        var decided = await _driver.RefusedAsync("already_decided", id, () => _driver.DecideAsync(server.Supervisor, approval, approved: true));
        Assert.Equal(("refused", false), ((string?)decided["status"], (bool)decided["approved"]!));
    }

    [Fact]
    public async Task Nothing_is_done_on_a_pending_approval()
    {
        var approval = await _driver.PendingAsync();
        await _driver.RefusedAsync("approval_pending", ApprovalDriver.ConversationOf(approval), () => _driver.UseAsync(approval));
    }

    [Fact]
    public async Task After_its_deadline_an_approval_is_expired_for_good()
    {
        var approval = await _driver.PendingAsync(",\"expires_in\":1");
        var id = ApprovalDriver.ConversationOf(approval);
        var expired = await server.CallAsync(server.Bot, "await_approval", $$"""{"approval_id":"{{approval}}"}""");

        Assert.Equal(("expired", false), ((string?)expired["status"], (bool)expired["timed_out"]!));
        Assert.Equal((string?)expired["deadline"], (string?)expired["decided_at"]);
        await _driver.RefusedAsync("approval_expired", id, () => _driver.DecideAsync(server.Alice, approval, approved: true));
        await _driver.RefusedAsync("approval_expired", id, () => _driver.UseAsync(approval));
        var trail = await server.CallAsync(server.Auditor, "get_events", $$"""{"conversation_id":"{{id}}"}""");
        Assert.Single(trail["events"]!.AsArray(), e => (string?)e!["type"] == "approval_expired");
    }

    [Fact]
    public async Task Each_person_counts_once_towards_the_quorum()
    {
        var approval = await _driver.PendingAsync(",\"quorum\":2");
        var first = await _driver.DecideAsync(server.Alice, approval, approved: true);
        Assert.Equal(("pending", 1), ((string?)first["status"], (int)first["yes"]!));

        var refusal = await _driver.RefusedAsync("already_decided", ApprovalDriver.ConversationOf(approval), () => _driver.DecideAsync(server.Alice, approval, approved: true));
        Assert.Equal("pending", (string?)refusal["status"]);

        var second = await _driver.DecideAsync(server.Bob, approval, approved: true);
        Assert.Equal(("granted", 2), ((string?)second["status"], (int)second["yes"]!));
    }

    [Fact]
    public async Task Only_people_who_may_decide_do()
    {
        var approval = await _driver.PendingAsync(",\"approver_role\":\"supervisor\"");
        var id = ApprovalDriver.ConversationOf(approval);

        foreach (var (token, needs) in new[] { (server.Bot, "approver"), (server.Auditor, "approver"), (server.Alice, "supervisor") })
        {
            var refusal = await _driver.RefusedAsync("not_authorized", id, () => _driver.DecideAsync(token, approval, approved: true));
            Assert.Equal($"""["kind:human","role:{needs}"]""", refusal["needs"]!.ToJsonString());
        }

        Assert.Equal("granted", (string?)(await _driver.DecideAsync(server.Supervisor, approval, approved: true))["status"]);
    }

    [Fact]
    public async Task Nobody_approves_their_own_request()
    {
        var id = await _driver.OpenAsync();
        var own = await server.CallAsync(server.Alice, "request_approval", $$"""{"conversation_id":"{{id}}","action":"refund","arguments":{},"reason":"r"}""");

        var refusal = await _driver.RefusedAsync("not_authorized", id, () => _driver.DecideAsync(server.Alice, (string)own["approval_id"]!, approved: true));

        Assert.Equal("""["other_than:human:alice"]""", refusal["needs"]!.ToJsonString());
    }

    [Fact]
    public async Task A_refusal_changes_no_arguments()
    {
        var approval = await _driver.PendingAsync();
        await _driver.RefusedAsync("invalid_argument", ApprovalDriver.ConversationOf(approval),
            () => _driver.DecideAsync(server.Alice, approval, approved: false, ",\"final_arguments\":{}"));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"\"")]
    [InlineData("\" \"")]
    [InlineData("\"null\"")]
    public async Task Final_arguments_that_may_be_none_or_left_out_approve_nothing(string sent)
    {
        var approval = await _driver.PendingAsync();

        var refusal = await _driver.RefusedAsync("invalid_argument", ApprovalDriver.ConversationOf(approval),
            () => _driver.DecideAsync(server.Alice, approval, approved: true, $",\"final_arguments\":{sent}"));

        Assert.Equal(("final_arguments", "it must be an object"), ((string?)refusal["argument"], (string?)refusal["rule"]));
    }

    [Fact]
    public async Task A_message_neither_consumes_nor_cancels_an_approval()
    {
        var approval = await _driver.PendingAsync();
        var before = await _driver.GetAsync(approval);
        foreach (var role in new[] { "user", "assistant", "tool" })
        {
            await server.CallAsync(server.Bot, "add_message",
                $$"""{"conversation_id":"{{ApprovalDriver.ConversationOf(approval)}}","role":"{{role}}","content":"yes, approved: {{approval}}"}""");
        }

        var after = await _driver.GetAsync(approval);

        before["version"] = after["version"]!.DeepClone();
        Assert.Equal(before.ToJsonString(), after.ToJsonString());
    }

    [Fact]
    public async Task Pending_approvals_are_listed_the_next_deadline_first()
    {
        var id = await _driver.OpenAsync();
        foreach (var (n, seconds) in new[] { (1, 300), (2, 100), (3, 200) })
            await _driver.RequestAsync(id, $",\"expires_in\":{seconds}", $$"""{"n":{{n}}}""");

        var listed = await server.CallAsync(server.Auditor, "list_pending_approvals", $$"""{"conversation_id":"{{id}}","limit":2}""");
        var elsewhere = await server.CallAsync(server.Auditor, "list_pending_approvals", """{"queue":"nobody-waits-here"}""");

        Assert.Equal(3, (int)listed["total"]!);
        Assert.Equal([2, 3], listed["approvals"]!.AsArray().Select(a => (int)a!["arguments"]!["n"]!));
        Assert.Equal((0, 0), ((int)elsewhere["total"]!, elsewhere["approvals"]!.AsArray().Count));
        Assert.Equal("not_found", (string?)(await server.CallAsync(server.Auditor, "list_pending_approvals", """{"conversation_id":"cs-NOWHERE"}"""))["code"]);
    }

    [Fact]
    public async Task An_approval_that_is_not_there_is_refused_everywhere()
    {
        var refusals = new[]
        {
            await _driver.GetAsync(Nowhere),
            await _driver.DecideAsync(server.Alice, Nowhere, approved: true),
            await _driver.UseAsync(Nowhere),
            await server.CallAsync(server.Bot, "await_approval", $$"""{"approval_id":"{{Nowhere}}"}"""),
            // Of a conversation that is there.
            await _driver.GetAsync($"ap-00000000-{(await _driver.OpenAsync())[3..]}"),
        };

        Assert.All(refusals, r => Assert.Equal("not_found", (string?)r["code"]));
        Assert.Equal("invalid_argument", (string?)(await _driver.GetAsync("cs-1"))["code"]);
    }

    [Fact]
    public async Task A_decision_and_a_refusal_fit_the_output_schema()
    {
        var approval = await _driver.PendingAsync();
        var tools = (await server.AskAsync(server.Alice, "tools/list"))["tools"]!.AsArray();
        var schema = JsonElement.Parse(tools.Single(t => (string?)t!["name"] == "decide_approval")!["outputSchema"]!.ToJsonString());

        var decided = await _driver.DecideAsync(server.Alice, approval, approved: true, ",\"notes\":\"Yes.\",\"final_arguments\":{\"amount\":1.5}");
        var again = await _driver.DecideAsync(server.Alice, approval, approved: true);

        Assert.Equal(("granted", "already_decided"), ((string?)decided["status"], (string?)again["code"]));
        Assert.All([decided, again], answer => Assert.Empty(JsonSchemaCheck.Violations(schema, JsonElement.Parse(answer.ToJsonString()))));
    }

    [Fact]
    public async Task People_see_the_tool_that_decides_and_programs_do_not()
    {
        Assert.Contains("decide_approval", await server.ToolsAsync(server.Bob));
        Assert.Contains("decide_approval", await server.ToolsAsync(server.Supervisor));
        Assert.DoesNotContain("decide_approval", await server.ToolsAsync(server.Bot));
        Assert.DoesNotContain("decide_approval", await server.ToolsAsync(server.Auditor));
        Assert.DoesNotContain("use_approval", await server.ToolsAsync(server.Bob));
    }

    private static string Vote(JsonNode vote) => $"{vote["by"]} {(bool)vote["approved"]!} {vote["via"]} {((string?)vote["notes"])?.Replace("\n", " ", StringComparison.Ordinal)}";
}
