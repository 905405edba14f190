using System.Text.Json.Nodes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

public class MessageToolsTests(ConnectedServer server) : IClassFixture<ConnectedServer>
{
    [Fact]
    public async Task A_message_is_numbered_and_gets_an_id_where_it_has_none()
    {
        var id = await server.OpenAsync();

        var first = await SayAsync(id, "user", "Hello");
        var second = await SayAsync(id, "assistant", "Hi");

        Assert.Equal(1, (long)first["number"]!);
        Assert.Equal(2, (long)second["number"]!);
        Assert.Matches("^msg-[0-9a-f]{32}$", (string)first["message_id"]!);
        Assert.NotEqual((string?)first["message_id"], (string?)second["message_id"]);
        Assert.Equal("""["processing","escalated"]""", first["allowed_transitions"]!.ToJsonString());
    }

    [Fact]
    public async Task Only_a_tool_may_have_said_nothing()
    {
        var id = await server.OpenAsync();

        Assert.Equal(1, (long)(await SayAsync(id, "tool", ""))["number"]!);
        foreach (var role in new[] { "user", "assistant", "system" })
        {
            Assert.Contains(
                "Invalid argument content: it has at least one character, except from a tool.",
                await server.RefusedAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "{{role}}", "content": ""}"""),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_message_comes_back_as_it_was_said()
    {
        const string Said = "Ünïcode 🙂, \"quotes\", <tags> & \\ back\nnew line\ttab \u0001 \u2028 end";
        var id = await server.OpenAsync();
        var call = new JsonObject
        {
            ["conversation_id"] = id,
            ["role"] = "user",
            ["content"] = Said,
            ["message_id"] = "m-1",
            ["metadata"] = new JsonObject { ["channel"] = "mail" },
        };

        await server.DoAsync("add_message", call.ToJsonString());

        var message = Assert.Single((await HistoryAsync(id, """, "detail": "full" """)).Messages);
        Assert.Equal(Said, (string?)message["content"]);
        Assert.Equal("m-1", (string?)message["message_id"]);
        Assert.Equal("user", (string?)message["role"]);
        Assert.Equal("ai:tests", (string?)message["recorded_by"]);
        Assert.Equal("mail", (string?)message["metadata"]!["channel"]);
    }

    [Fact]
    public async Task A_repeated_message_is_stored_once_and_a_changed_one_refused()
    {
        var id = await server.OpenAsync();
        var call = $$"""{"conversation_id": "{{id}}", "role": "user", "content": "Hello", "message_id": "m-1"}""";
        await server.DoAsync("add_message", call);

        Assert.True((bool)(await server.DoAsync("add_message", call))["replayed"]!);
        Assert.Contains("idempotency_mismatch", await server.RefusedAsync(
            "add_message", call.Replace("Hello", "Bye", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Single((await HistoryAsync(id)).Messages);
    }

    [Fact]
    public async Task A_finished_conversation_takes_no_more_answers_and_keeps_what_the_customer_writes()
    {
        var id = await server.OpenAsync();
        foreach (var state in new[] { "escalated", "resolved" })
            await server.DoAsync("transition_state", $$"""{"conversation_id": "{{id}}", "new_state": "{{state}}"}""");

        foreach (var message in new[] { """ "role": "assistant" """, """ "role": "system" """, """ "role": "assistant", "visibility": "internal" """, """ "role": "assistant", "automated": true """ })
        {
            var refusal = await server.RefusedAsync("add_message", $$"""{"conversation_id": "{{id}}", {{message}}, "content": "x"}""");
            Assert.Contains("terminal_state", refusal, StringComparison.Ordinal);
            Assert.Contains("reopen_conversation opens a linked follow-up conversation", refusal, StringComparison.Ordinal);
        }

        var kept = await server.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "user", "content": "It is broken again."}""");
        Assert.Contains("reopen_conversation opens a linked follow-up conversation with it", (string?)kept["guidance"], StringComparison.Ordinal);
        Assert.Equal("It is broken again.", (string?)Assert.Single((await HistoryAsync(id)).Messages)["content"]);
    }

    [Fact]
    public async Task The_way_that_a_finished_conversation_names_leads_to_an_answer()
    {
        var id = await server.OpenAsync();
        foreach (var state in new[] { "escalated", "resolved" })
            await server.DoAsync("transition_state", $$"""{"conversation_id": "{{id}}", "new_state": "{{state}}"}""");

        var late = await server.DoAsync("begin_turn", $$"""{"conversation_id": "{{id}}", "content": "It is broken again.", "message_id": "wa-9"}""");
        var reopened = await server.DoAsync("reopen_conversation", $$"""{"conversation_id": "{{id}}"}""");
        var next = (string)reopened["conversation_id"]!;
        var begun = await server.DoAsync("begin_turn", $$"""{"conversation_id": "{{next}}", "content": "It is broken again.", "message_id": "wa-9"}""");

        Assert.False((bool)late["may_answer"]!);
        Assert.Contains("reopen_conversation", (string?)late["guidance"], StringComparison.Ordinal);
        Assert.Equal(("follow_up", id), ((string?)reopened["outcome"], (string?)reopened["follows_up"]));
        Assert.StartsWith("What the customer wrote waits here for an answer", (string?)reopened["guidance"], StringComparison.Ordinal);
        Assert.Equal((true, true), ((bool)begun["replayed"]!, (bool)begun["may_answer"]!));
        Assert.Equal("It is broken again.", (string?)Assert.Single((await HistoryAsync(next)).Messages)["content"]);
        await server.DoAsync("complete_turn", $$"""{"turn_token": "{{begun["turn_token"]}}", "content": "I look into it."}""");
        // Written to the closed one again: the way on is named.
        var again = await server.DoAsync("begin_turn", $$"""{"conversation_id": "{{id}}", "content": "Hello?", "message_id": "wa-10"}""");
        Assert.Contains($"goes on in {next}", (string?)again["guidance"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_history_is_read_back_page_by_page()
    {
        var id = await server.OpenAsync();
        for (var i = 1; i <= 7; i++)
            await SayAsync(id, "user", $"{i}");

        var pages = new List<string>();
        long? before = null;
        do
        {
            var (messages, older) = await HistoryAsync(id, $", \"limit\": 3{(before is null ? "" : $", \"before\": {before}")}");
            pages.Add(string.Join(' ', messages.Select(m => (string?)m["content"])));
            before = older;
        }
        while (before is not null);

        Assert.Equal(["5 6 7", "2 3 4", "1"], pages);
    }

    [Fact]
    public async Task A_history_can_be_narrowed_to_roles()
    {
        var id = await server.OpenAsync();
        for (var i = 1; i <= 6; i++)
            await SayAsync(id, i % 3 == 0 ? "tool" : i % 2 == 0 ? "assistant" : "user", $"{i}");

        var (newest, before) = await HistoryAsync(id, """, "roles": ["user", "tool"], "limit": 2""");
        Assert.Equal("5 6", string.Join(' ', newest.Select(m => (string?)m["content"])));
        var (older, end) = await HistoryAsync(id, $$""", "roles": ["user", "tool"], "limit": 4, "before": {{before}}""");
        Assert.Equal("1 3", string.Join(' ', older.Select(m => (string?)m["content"])));
        Assert.Null(end);
    }

    [Fact]
    public async Task The_trail_names_a_message_and_never_tells_it()
    {
        var id = await server.OpenAsync();
        await SayAsync(id, "user", "secret");

        var trail = await server.DoAsync("get_events", $$"""{"conversation_id": "{{id}}", "after": 2}""");

        var said = Assert.Single(trail["events"]!.AsArray())!;
        Assert.Equal("message_added", (string?)said["type"]);
        Assert.Equal("ai:tests", (string?)said["actor"]);
        Assert.StartsWith("sha256:", (string?)said["details"]!["content_digest"], StringComparison.Ordinal);
        Assert.DoesNotContain("secret", trail.ToJsonString(), StringComparison.Ordinal);
    }

    private Task<JsonObject> SayAsync(string id, string role, string content) =>
        server.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "{{role}}", "content": "{{content}}"}""");

    private async Task<(IReadOnlyList<JsonNode> Messages, long? Before)> HistoryAsync(string id, string more = "")
    {
        var page = await server.DoAsync("get_history", $$"""{"conversation_id": "{{id}}"{{more}}}""");
        return ([.. page["messages"]!.AsArray().Select(m => m!)], (long?)page["before"]);
    }
}
