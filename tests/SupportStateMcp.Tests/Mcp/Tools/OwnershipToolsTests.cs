using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

public class OwnershipToolsTests(SharedCommandHandlers desk)
{
    [Fact]
    public async Task A_person_claims_a_conversation_answers_it_and_hands_it_back()
    {
        var id = await desk.OpenAsync();
        await desk.BeginAsync(id, "I cannot log in.", "m-1");
        await desk.EscalateAsync(id, "access");

        var claimed = await desk.Alice.DoAsync("claim_conversation", $$"""{"conversation_id": "{{id}}", "lease_seconds": 60}""");
        Assert.Equal(("human:alice", "escalated"), ((string?)claimed["owner"], (string?)claimed["state"]));
        Assert.Equal("Reset twice.", (string?)claimed["handoff"]!["summary"]);
        Assert.InRange(Time(claimed["lease_until"]), DateTimeOffset.UtcNow.AddSeconds(40), DateTimeOffset.UtcNow.AddSeconds(61));
        var state = await desk.Bot.DoAsync("get_state", Case(id));
        Assert.StartsWith("human:alice has the conversation", (string?)state["guidance"], StringComparison.Ordinal);
        Assert.Equal((string?)claimed["waiting_since"], (string?)state["waiting_since"]);

        var replied = await desk.Alice.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "assistant", "content": "Unlocked."}""");
        Assert.Equal("human:alice", (string?)replied["owner"]);
        Assert.False((await desk.Bot.DoAsync("get_state", Case(id))).ContainsKey("lease_until"));

        var back = await desk.Alice.DoAsync("hand_back", $$"""{"conversation_id": "{{id}}", "note": "Ask whether it works.\nThen close."}""");
        Assert.Equal(("ai:bot", "gathering_info"), ((string?)back["owner"], (string?)back["state"]));
        state = await desk.Bot.DoAsync("get_state", Case(id));
        Assert.Equal((2, 3), ((int)state["human_takeover"]!["from_number"]!, (int)state["human_takeover"]!["to_number"]!));
        Assert.StartsWith("human:alice had the conversation before (messages 2 to 3): read what they said, and keep to it.", (string?)state["guidance"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversation_is_given_to_a_named_person_then_to_a_team()
    {
        var id = await desk.OpenAsync();
        await desk.BeginAsync(id, "My invoice is wrong.", "m-1");

        var given = await desk.Bot.DoAsync("assign_conversation", $$"""{"conversation_id": "{{id}}", "to": "human:bob", "note": "Order 4711.", "lease_seconds": 60}""");
        Assert.Equal("human:bob", (string?)given["owner"]);
        Assert.InRange(Time(given["lease_until"]), DateTimeOffset.UtcNow.AddSeconds(40), DateTimeOffset.UtcNow.AddSeconds(61));
        Assert.Equal("human:bob", (string?)(await desk.Bot.DoAsync("get_state", Case(id)))["assigned_to"]);
        Assert.Equal("human:bob", (string?)(await desk.RefusedAsync(desk.Alice, id, "not_owner", "assign_conversation", To(id, "human:alice")))["owner"]);
        Assert.Equal("human:bob", (string?)(await desk.RefusedAsync(desk.Bot, id, "not_owner", "assign_conversation", To(id, "human:alice")))["owner"]);

        Assert.Equal("queue:billing", (string?)(await desk.Bob.DoAsync("assign_conversation", To(id, "queue:billing")))["owner"]);
        await desk.RefusedAsync(desk.Bot, id, "not_owner", "assign_conversation", To(id, "human:alice"));
        var note = (await desk.Sue.DoAsync("get_history", Case(id)))["messages"]!.AsArray().Last()!;
        Assert.Equal(("Order 4711.", "internal"), ((string?)note["content"], (string?)note["visibility"]));
    }

    [Theory]
    [InlineData("billing", "queue:billing for a queue")]
    [InlineData("Billing team", "human:ID for a person, queue:NAME for a queue")]
    public async Task A_name_without_its_kind_is_refused_with_the_way_to_write_it(string to, string told)
    {
        var id = await desk.OpenAsync();

        var refusal = await desk.RefusedAsync(desk.Alice, id, "invalid_argument", "assign_conversation", To(id, to));

        Assert.Equal("to", (string?)refusal["argument"]);
        Assert.Contains(told, (string?)refusal["rule"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_released_conversation_waits_in_its_queue_as_long_as_before()
    {
        var id = await desk.OpenAsync();
        await desk.EscalateAsync(id, "access");
        var waiting = (string?)(await desk.Bot.DoAsync("get_state", Case(id)))["waiting_since"];
        await desk.Alice.DoAsync("claim_conversation", Case(id));

        var released = await desk.Alice.DoAsync("release_conversation", $$"""{"conversation_id": "{{id}}", "reason": "Not mine."}""");

        Assert.Equal(("queue:access", waiting), ((string?)released["owner"], (string?)released["waiting_since"]));
        Assert.Contains("\"reason\":\"Not mine.\"", await desk.WholeAsync(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeated_claim_lengthens_the_lease()
    {
        var id = await desk.OpenAsync();
        var first = await desk.Alice.DoAsync("claim_conversation", $$"""{"conversation_id": "{{id}}", "lease_seconds": 60}""");
        var second = await desk.Alice.DoAsync("claim_conversation", $$"""{"conversation_id": "{{id}}", "lease_seconds": 600}""");

        Assert.True(Time(second["lease_until"]) > Time(first["lease_until"]));
        Assert.Equal((long)first["epoch"]!, (long)second["epoch"]!);
    }

    [Fact]
    public async Task What_one_person_has_another_does_not_take_but_a_supervisor_does()
    {
        var id = await desk.OpenAsync();
        await desk.Alice.DoAsync("claim_conversation", Case(id));

        foreach (var (tool, arguments) in new[] { ("claim_conversation", Case(id)), ("release_conversation", Case(id)), ("hand_back", Note(id)) })
            Assert.Equal("human:alice", (string?)(await desk.RefusedAsync(desk.Bob, id, "not_owner", tool, arguments))["owner"]);
        Assert.Equal("human:sue", (string?)(await desk.Sue.DoAsync("claim_conversation", Case(id)))["owner"]);
    }

    [Theory]
    [InlineData("claim_conversation", "")]
    [InlineData("release_conversation", "")]
    [InlineData("hand_back", """, "note": "n" """)]
    public async Task An_ai_neither_takes_a_conversation_from_a_person_nor_gives_it_to_itself(string tool, string more)
    {
        var id = await desk.OpenAsync();
        await desk.Alice.DoAsync("claim_conversation", Case(id));

        var refusal = await desk.RefusedAsync(desk.Bot, id, "not_authorized", tool, $$"""{"conversation_id": "{{id}}"{{more}} }""");

        Assert.Equal("""["kind:human","role:agent"]""", refusal["needs"]!.ToJsonString());
    }

    [Fact]
    public async Task A_conversation_that_no_person_has_is_neither_released_nor_handed_back()
    {
        var id = await desk.OpenAsync();

        foreach (var (tool, arguments) in new[] { ("release_conversation", Case(id)), ("hand_back", Note(id)) })
        {
            var refusal = await desk.RefusedAsync(desk.Alice, id, "not_owner", tool, arguments);
            Assert.Equal("ai:bot has the conversation, not you. Nothing was changed; claim_conversation takes it, where you are a person.", (string?)refusal["message"]);
        }
    }

    [Theory]
    [InlineData("claim_conversation", "")]
    [InlineData("release_conversation", "")]
    [InlineData("hand_back", """, "note": "n" """)]
    public async Task A_conversation_that_is_not_there_is_nobodys(string tool, string more) => Assert.Equal(
        "not_found", (string?)ConnectedServer.Structured(await desk.Alice.CallAsync(tool, $$"""{"conversation_id": "cs-NOWHERE"{{more}} }"""))["code"]);

    [Fact]
    public async Task A_closed_conversation_is_nobodys()
    {
        var id = await desk.OpenAsync();
        foreach (var state in new[] { "escalated", "resolved" })
            await desk.Alice.DoAsync("transition_state", $$"""{"conversation_id": "{{id}}", "new_state": "{{state}}"}""");

        foreach (var (tool, arguments) in new[] { ("claim_conversation", Case(id)), ("release_conversation", Case(id)), ("hand_back", Note(id)) })
            await desk.RefusedAsync(desk.Alice, id, "terminal_state", tool, arguments);
    }

    [Theory]
    [InlineData("claim_conversation", """, "lease_seconds": 29""", "it must be a whole number from 30 to 86400")]
    [InlineData("claim_conversation", """, "lease_seconds": 86401""", "it must be a whole number from 30 to 86400")]
    [InlineData("hand_back", "", "it is required; it must be a text of 1 to 4000 characters")]
    [InlineData("hand_back", """, "note": "" """, "it must be a text of 1 to 4000 characters")]
    public async Task A_breach_of_the_schema_is_refused(string tool, string more, string rule)
    {
        var id = await desk.OpenAsync();

        var refusal = await desk.RefusedAsync(desk.Alice, id, "invalid_argument", tool, $$"""{"conversation_id": "{{id}}"{{more}} }""");

        Assert.Equal(rule, (string?)refusal["rule"]);
    }

    [Fact]
    public async Task Versions_and_keys_count_as_everywhere()
    {
        var id = await desk.OpenAsync();
        var key = $$"""{"conversation_id": "{{id}}", "idempotency_key": "k"}""";
        var first = await desk.Alice.DoAsync("claim_conversation", key);
        await desk.Alice.DoAsync("release_conversation", Case(id));

        var repeat = await desk.Alice.DoAsync("claim_conversation", key);
        Assert.True((bool)repeat["replayed"]!);
        Assert.Equal(((long)first["version"]!, "human:alice"), ((long)repeat["version"]!, (string)repeat["owner"]!));
        Assert.False(repeat.ContainsKey("lease_until"));
        await desk.RefusedAsync(desk.Alice, id, "idempotency_mismatch", "claim_conversation", $$"""{"conversation_id": "{{id}}", "idempotency_key": "k", "lease_seconds": 60}""");
        foreach (var (tool, more) in new[] { ("claim_conversation", ""), ("release_conversation", ""), ("hand_back", """, "note": "n" """), ("assign_conversation", """, "to": "human:bob" """), ("escalate_conversation", """, "reason": "r", "summary": "s" """) })
            await desk.RefusedAsync(desk.Alice, id, "version_conflict", tool, $$"""{"conversation_id": "{{id}}", "expected_version": 1{{more}} }""");
    }

    private static string To(string id, string to) => $$"""{"conversation_id": "{{id}}", "to": "{{to}}"}""";

    private static string Case(string id) => $$"""{"conversation_id": "{{id}}"}""";

    private static string Note(string id) => $$"""{"conversation_id": "{{id}}", "note": "n"}""";

    private static DateTimeOffset Time(System.Text.Json.Nodes.JsonNode? node) => DateTimeOffset.Parse((string)node!, null);
}
