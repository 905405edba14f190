using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

public class ConversationToolsTests(ConnectedServer server) : IClassFixture<ConnectedServer>
{
    [Fact]
    public async Task A_conversation_is_opened_with_its_defaults()
    {
        var ticket = ConnectedServer.NewTicket();

        var opened = await server.DoAsync("initialize_conversation", $$"""{"user_id": "user-1", "ticket_id": "{{ticket}}"}""");

        foreach (var time in new[] { "created_at", "updated_at", "state_since", "expires_at" })
            Assert.True(DateTimeOffset.TryParse((string?)opened[time], out _), time);
        Assert.Equal(
            $$$"""
            {"created":true,"conversation_id":"cs-{{{ticket}}}","ticket_id":"{{{ticket}}}","user_id":"user-1","state":"gathering_info","previous_state":"initialized","ticket_status":"open","priority":"medium","assigned_to":"ai-agent-1","owner":"ai:tests","epoch":1,"metadata":{},"message_count":0,"version":2,"allowed_transitions":["processing","escalated"],"guidance":"Ask for what is missing to understand the problem; move to processing once you know it, or to escalated if a person is needed."}
            """,
            Without(opened, "created_at", "updated_at", "state_since", "expires_at"));
    }

    [Fact]
    public async Task A_conversation_that_is_there_is_returned_unchanged()
    {
        var ticket = ConnectedServer.NewTicket();
        await server.DoAsync("initialize_conversation", $$$"""{"user_id": "u", "ticket_id": "{{{ticket}}}", "priority": "high", "metadata": {"a": 1}}""");

        var again = await server.DoAsync("initialize_conversation", $$"""{"user_id": "u", "ticket_id": "{{ticket}}", "priority": "low"}""");

        Assert.False((bool)again["created"]!);
        Assert.Equal("high", (string?)again["priority"]);
        Assert.Equal(2, (long)again["version"]!);
    }

    [Fact]
    public async Task A_ticket_of_another_user_is_refused()
    {
        var id = await server.OpenAsync();

        Assert.Contains("\"code\":\"ticket_conflict\"", await server.RefusedAsync(
            "initialize_conversation", $$"""{"user_id": "user-2", "ticket_id": "{{id[3..]}}"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_state_of_a_conversation_tells_when_it_expires()
    {
        var id = await server.OpenAsync();

        var state = await server.DoAsync("get_state", $$"""{"conversation_id": "{{id}}"}""");

        var lives = DateTimeOffset.Parse((string)state["expires_at"]!, null) - DateTimeOffset.Parse((string)state["updated_at"]!, null);
        Assert.Equal(TimeSpan.FromDays(1), TimeSpan.FromSeconds(Math.Round(lives.TotalSeconds)));
    }

    [Fact]
    public async Task A_conversation_that_is_not_there_is_refused_everywhere_but_at_the_opening()
    {
        var calls = new Dictionary<string, string>
        {
            ["get_state"] = "{}",
            ["transition_state"] = """{"new_state": "processing"}""",
            ["update_metadata"] = """{"priority": "low"}""",
            ["delete_conversation"] = "{}",
            ["add_message"] = """{"role": "user", "content": "x"}""",
            ["get_history"] = "{}",
            ["get_events"] = "{}",
            ["begin_turn"] = """{"content": "x"}""",
            ["escalate_conversation"] = """{"reason": "x", "summary": "x"}""",
            ["reopen_conversation"] = "{}",
        };
        foreach (var (tool, arguments) in calls)
        {
            var call = JsonNode.Parse(arguments)!.AsObject();
            call["conversation_id"] = "cs-NOWHERE";
            Assert.Equal(
                """{"code":"not_found","message":"Conversation cs-NOWHERE does not exist or has expired. initialize_conversation opens the conversation of a ticket.","conversation_id":"cs-NOWHERE"}""",
                await server.RefusedAsync(tool, call.ToJsonString()));
        }
    }

    [Fact]
    public async Task A_conversation_moves_and_tells_where_it_can_go_next()
    {
        var id = await server.OpenAsync();

        var moved = await server.DoAsync("transition_state", $$"""{"conversation_id": "{{id}}", "new_state": "escalated", "reason": "Angry."}""");

        Assert.Equal(
            $$"""{"conversation_id":"{{id}}","previous_state":"gathering_info","ticket_status":"open","guidance":"The conversation waits in the queue support for a person, who takes it with claim_conversation. An AI answers nothing meanwhile: it stores what the customer writes, and may leave internal notes.","state":"escalated","owner":"queue:support","epoch":2,"version":4,"allowed_transitions":["resolved"],"replayed":false}""",
            OneConversation.Json(moved));
    }

    [Fact]
    public async Task A_move_that_the_workflow_does_not_know_is_refused_with_those_it_knows()
    {
        var id = await server.OpenAsync();

        Assert.Equal(
            """{"code":"invalid_transition","message":"Invalid transition: gathering_info → resolved. Allowed from gathering_info: processing, escalated.","from":"gathering_info","to":"resolved","allowed":["processing","escalated"]}""",
            await server.RefusedAsync("transition_state", $$"""{"conversation_id": "{{id}}", "new_state": "resolved"}"""));
        Assert.Contains(
            "Invalid argument new_state: it must be one of the workflow's states: initialized, gathering_info,",
            await server.RefusedAsync("transition_state", $$"""{"conversation_id": "{{id}}", "new_state": "settled"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_move_for_another_version_is_refused()
    {
        var id = await server.OpenAsync();

        Assert.Contains("\"expected\":9,\"actual\":2", await server.RefusedAsync(
            "transition_state", $$"""{"conversation_id": "{{id}}", "new_state": "processing", "expected_version": 9}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeated_move_is_answered_with_its_first_outcome()
    {
        var call = $$"""{"conversation_id": "{{await server.OpenAsync()}}", "new_state": "processing", "idempotency_key": "k"}""";
        var first = await server.DoAsync("transition_state", call);

        var repeat = await server.DoAsync("transition_state", call);

        Assert.True((bool)repeat["replayed"]!);
        Assert.Equal(Without(first, "replayed"), Without(repeat, "replayed"));
    }

    [Fact]
    public async Task Facts_are_merged_and_a_null_takes_one_away()
    {
        var id = await server.OpenAsync();
        await server.DoAsync("update_metadata", $$$"""{"conversation_id": "{{{id}}}", "metadata": {"a": 1, "b": {"c": ["ü", null] } } }""");

        var updated = await server.DoAsync("update_metadata",
            $$$"""{"conversation_id": "{{{id}}}", "metadata": {"a": null, "d": 1.50}, "ticket_status": "pending", "priority": "urgent", "assigned_to": "bob"}""");

        Assert.Equal(
            $$"""{"conversation_id":"{{id}}","ticket_status":"pending","priority":"urgent","assigned_to":"bob","state":"gathering_info","owner":"ai:tests","epoch":1,"version":4,"allowed_transitions":["processing","escalated"],"replayed":false}""",
            OneConversation.Json(updated));
        var state = await server.DoAsync("get_state", $$"""{"conversation_id": "{{id}}"}""");
        Assert.Equal("""{"b":{"c":["ü",null]},"d":1.50}""", OneConversation.Json(state["metadata"]!.AsObject()));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"metadata": {}}""")]
    [InlineData("""{"metadata": null, "priority": null}""")]
    public async Task An_update_of_nothing_is_refused(string arguments)
    {
        var call = JsonNode.Parse(arguments)!.AsObject();
        call["conversation_id"] = await server.OpenAsync();

        Assert.Contains("pass at least one of ticket_status, priority, assigned_to, metadata",
            await server.RefusedAsync("update_metadata", call.ToJsonString()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_erased_conversation_is_gone_but_for_its_trail()
    {
        var id = await server.OpenAsync("secret-user");
        await server.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "user", "content": "secret-content"}""");

        var erased = await server.DoAsync("delete_conversation", $$"""{"conversation_id": "{{id}}", "reason": "As asked."}""");

        Assert.Equal(
            $$$"""{"conversation_id":"{{{id}}}","erased":{"messages":1,"snapshot":true,"events_kept":4},"version":4}""", Without(erased, "erased_at"));
        Assert.Contains("was erased at", await server.RefusedAsync("get_state", $$"""{"conversation_id": "{{id}}"}"""), StringComparison.Ordinal);
        Assert.Contains("was erased at", await server.RefusedAsync("delete_conversation", $$"""{"conversation_id": "{{id}}"}"""), StringComparison.Ordinal);
        var trail = OneConversation.Json(await server.DoAsync("get_events", $$"""{"conversation_id": "{{id}}"}"""));
        Assert.Contains("\"reason\":\"As asked.\"", trail, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", trail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversation_that_cannot_be_opened_again_goes_on_in_a_follow_up()
    {
        var id = await server.OpenAsync();
        foreach (var state in new[] { "escalated", "resolved" })
            await server.DoAsync("transition_state", $$"""{"conversation_id": "{{id}}", "new_state": "{{state}}"}""");

        var call = $$"""{"conversation_id": "{{id}}"}""";
        var reopened = await server.DoAsync("reopen_conversation", call);
        var again = await server.DoAsync("reopen_conversation", call);

        Assert.Equal(("follow_up", $"{id}-f1", id, true), ((string?)reopened["outcome"], (string?)reopened["conversation_id"], (string?)reopened["follows_up"], (bool)reopened["created"]!));
        Assert.Equal(("follow_up", $"{id}-f1", false), ((string?)again["outcome"], (string?)again["conversation_id"], (bool)again["created"]!));
        var closed = await server.DoAsync("get_state", call);
        Assert.Equal(($"{id}-f1", $"The conversation is closed; it goes on in {id}-f1."), ((string?)closed["follow_up"], (string?)closed["guidance"]));
    }

    private static string Without(JsonObject json, params string[] names)
    {
        var copy = json.DeepClone().AsObject();
        foreach (var name in names)
            Assert.True(copy.Remove(name), name);
        return OneConversation.Json(copy);
    }
}
