using System.Text;
using System.Text.Json.Nodes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

public class QueueToolsTests(SharedCommandHandlers desk)
{
    [Fact]
    public async Task An_escalation_is_one_act_with_all_that_a_person_needs()
    {
        var id = await desk.OpenAsync();
        await desk.BeginAsync(id, "I cannot log in.", "m-1");

        var escalated = await desk.EscalateAsync(id, "access", """
            , "priority": "high", "customer_message": "A colleague takes over.", "open_question": "When?", "promises": ["today"], "tried": ["a reset", "another"]
            """);

        Assert.Equal(
            (true, "queue:access", "escalated", "pending", "high"),
            ((bool)escalated["escalated"]!, (string)escalated["owner"]!, (string)escalated["state"]!, (string)escalated["ticket_status"]!, (string)escalated["priority"]!));
        Assert.StartsWith("The conversation waits in the queue access for a person", (string?)escalated["guidance"], StringComparison.Ordinal);
        var state = await desk.Bot.DoAsync("get_state", Case(id));
        var packet = state["handoff"]!.AsObject();
        Assert.True(packet.Remove("at"));
        Assert.Equal(
            """{"queue":"access","reason":"Locked.","summary":"Reset twice.","open_question":"When?","promises":["today"],"tried":["a reset","another"],"pending_approvals":[],"by":"ai:bot"}""",
            packet.ToJsonString());
        Assert.Equal("access", (string?)state["queue"]);
        Assert.Contains("A colleague takes over.", await desk.WholeAsync(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversation_that_waits_in_the_queue_already_stays_as_it_is()
    {
        var id = await desk.OpenAsync();
        await desk.EscalateAsync(id);
        var before = await desk.WholeAsync(id);

        var again = await desk.EscalateAsync(id, more: """, "customer_message": "Again." """);

        Assert.False((bool)again["escalated"]!);
        Assert.Equal(before, await desk.WholeAsync(id));
    }

    [Theory]
    [InlineData(""" "summary": "s" """, "reason", "it is required; it must be a text of 1 to 1000 characters")]
    [InlineData(""" "reason": "r" """, "summary", "it is required; it must be a text of 1 to 4000 characters")]
    [InlineData(""" "reason": "", "summary": "s" """, "reason", "it must be a text of 1 to 1000 characters")]
    [InlineData(""" "reason": "r", "summary": "s", "queue": "Support Desk" """, "queue", "it must be the name of a queue: 1 to 50 lower-case letters, digits, dots, underscores and hyphens, the first a letter or a digit, for example support")]
    [InlineData(""" "reason": "r", "summary": "s", "tried": [""] """, "tried", "of each item: it must be a text of 1 to 500 characters")]
    [InlineData(""" "reason": "r", "summary": "s", "promises": {"a": 1} """, "promises", "it must be an array of 0 to 20 items, each a text of 1 to 500 characters")]
    [InlineData(""" "reason": "r", "summary": "s", "priority": "critical" """, "priority", "it must be one of: low, medium, high, urgent")]
    public async Task A_packet_that_tells_nothing_is_refused(string arguments, string argument, string rule)
    {
        var id = await desk.OpenAsync();

        var refusal = await desk.RefusedAsync(desk.Bot, id, "invalid_argument", "escalate_conversation", $$"""{"conversation_id": "{{id}}", {{arguments}} }""");

        Assert.Equal((argument, rule), ((string?)refusal["argument"], (string?)refusal["rule"]));
    }

    [Fact]
    public async Task A_closed_conversation_is_not_escalated()
    {
        var id = await ResolvedAsync();

        await desk.RefusedAsync(desk.Bot, id, "terminal_state", "escalate_conversation", $$"""{"conversation_id": "{{id}}", "reason": "r", "summary": "s"}""");
    }

    [Fact]
    public async Task A_queue_is_listed_by_priority_then_by_how_long_they_wait()
    {
        var queue = $"q-{Guid.NewGuid():N}";
        var (first, second, high, urgent) = (await desk.OpenAsync(), await desk.OpenAsync(), await desk.OpenAsync(), await desk.OpenAsync());
        await desk.BeginAsync(first, "I was here first.", "m-1");
        await desk.BeginAsync(second, "Me next.", "m-1");
        await desk.EscalateAsync(urgent, queue, """, "priority": "urgent" """);
        await desk.EscalateAsync(second, queue);
        await desk.EscalateAsync(high, queue, """, "priority": "high" """);
        await desk.EscalateAsync(first, queue);

        Assert.Equal([urgent, high, first, second], (await ListAsync(queue)).Ids);
        var entry = (await ListAsync(queue)).Page["conversations"]![2]!;
        Assert.Equal((queue, "medium", "escalated", "pending", "Locked.", "Reset twice."), (
            (string)entry["queue"]!, (string)entry["priority"]!, (string)entry["state"]!, (string)entry["ticket_status"]!, (string)entry["reason"]!, (string)entry["summary"]!));
        Assert.Equal((string?)(await desk.Bot.DoAsync("get_state", Case(first)))["waiting_since"], (string?)entry["waiting_since"]);
        Assert.InRange((long)entry["waiting_seconds"]!, 0, 60);

        var page = await ListAsync(queue, """, "limit": 3""");
        Assert.Equal([urgent, high, first], page.Ids);
        Assert.Equal(4, (int)page.Page["total"]!);
        var rest = await ListAsync(queue, $$""", "limit": 3, "cursor": "{{page.Page["next_cursor"]}}" """);
        Assert.Equal([second], rest.Ids);
        Assert.False(rest.Page.ContainsKey("next_cursor"));

        await desk.Alice.DoAsync("claim_conversation", Case(urgent));
        Assert.Equal([high, first, second], (await ListAsync(queue)).Ids);
        Assert.Contains(first, (await desk.Alice.DoAsync("list_queue", "{}")).ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("!")]
    [InlineData("YR")]
    [InlineData(null, "medium|12")]
    [InlineData(null, "1|12|cs-T-1")]
    [InlineData(null, "medium|-12|cs-T-1")]
    [InlineData(null, "medium|9223372036854775807|cs-T-1")]
    [InlineData(null, "medium|12|T-1")]
    public async Task A_cursor_that_is_none_is_refused(string? cursor, string? decoded = null)
    {
        var text = cursor ?? Convert.ToBase64String(Encoding.UTF8.GetBytes(decoded!)).TrimEnd('=');
        var result = await desk.Bot.CallAsync("list_queue", $$"""{"cursor": "{{text}}"}""");

        Assert.Equal("cursor", (string?)ConnectedServer.Structured(result)["argument"]);
    }

    [Fact]
    public async Task A_closed_conversation_is_opened_again_while_it_can_be()
    {
        var id = await ResolvedAsync();
        Assert.True((await desk.Bot.DoAsync("get_state", Case(id))).ContainsKey("reopenable_until"));

        var reopened = await desk.Bot.DoAsync("reopen_conversation", $$"""{"conversation_id": "{{id}}", "reason": "It came back."}""");
        var again = await desk.Bot.DoAsync("reopen_conversation", Case(id));

        Assert.Equal(("reopened", id, "gathering_info", false), ((string?)reopened["outcome"], (string?)reopened["conversation_id"], (string?)reopened["state"], (bool)reopened["created"]!));
        Assert.Equal(("already_open", id), ((string?)again["outcome"], (string?)again["conversation_id"]));
    }

    private async Task<string> ResolvedAsync()
    {
        var id = await desk.OpenAsync();
        foreach (var state in new[] { "processing", "awaiting_confirmation", "resolved" })
            await desk.Bot.DoAsync("transition_state", $$"""{"conversation_id": "{{id}}", "new_state": "{{state}}"}""");
        return id;
    }

    private async Task<(JsonObject Page, IEnumerable<string> Ids)> ListAsync(string queue, string more = "")
    {
        var page = await desk.Bob.DoAsync("list_queue", $$"""{"queue": "{{queue}}"{{more}} }""");
        return (page, page["conversations"]!.AsArray().Select(c => (string)c!["conversation_id"]!).ToList());
    }

    private static string Case(string id) => $$"""{"conversation_id": "{{id}}"}""";
}
