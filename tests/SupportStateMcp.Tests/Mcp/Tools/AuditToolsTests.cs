using System.Buffers.Text;
using System.Text;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

public class AuditToolsTests(ConnectedServer server) : IClassFixture<ConnectedServer>
{
    [Fact]
    public async Task Conversations_are_listed_page_by_page_newest_change_first()
    {
        var opened = new List<string>();
        for (var i = 0; i < 5; i++)
            opened.Insert(0, await server.OpenAsync("lister"));

        var listed = new List<string>();
        string? cursor = null;
        do
        {
            var page = await server.DoAsync("list_conversations",
                $$"""{"user_id": "lister", "limit": 2{{(cursor is null ? "" : $", \"cursor\": \"{cursor}\"")}}}""");
            listed.AddRange(page["conversations"]!.AsArray().Select(c => (string)c!["conversation_id"]!));
            cursor = (string?)page["next_cursor"];
        }
        while (cursor is not null);

        Assert.Equal(opened.Order(), listed.Order());
    }

    [Fact]
    public async Task Conversations_are_found_by_state_and_by_who_works_on_them()
    {
        var id = await server.OpenAsync("finder");
        await server.OpenAsync("finder");
        await server.DoAsync("transition_state", $$"""{"conversation_id": "{{id}}", "new_state": "escalated"}""");
        await server.DoAsync("update_metadata", $$"""{"conversation_id": "{{id}}", "assigned_to": "carol"}""");

        foreach (var filter in new[] { """{"user_id": "finder", "state": "escalated"}""", """{"assigned_to": "carol"}""" })
        {
            var page = await server.DoAsync("list_conversations", filter);
            Assert.Equal(id, (string?)Assert.Single(page["conversations"]!.AsArray())!["conversation_id"]);
        }
    }

    [Fact]
    public async Task Conversations_are_found_by_owner_priority_status_text_and_time()
    {
        var (text, since) = ($"Lamp {Guid.NewGuid():N} is broken", DateTimeOffset.UtcNow);
        var ticket = ConnectedServer.NewTicket();
        await server.DoAsync("initialize_conversation", $$"""{"user_id": "seeker", "ticket_id": "{{ticket}}", "priority": "urgent", "description": "{{text}}"}""");
        var owner = (string?)(await server.DoAsync("get_state", $$"""{"conversation_id": "cs-{{ticket}}"}"""))["owner"];

        foreach (var filter in (string[])
        [
            $$"""{"text": "{{text.ToUpperInvariant()}}"}""",
            $$"""{"user_id": "seeker", "owner": "me", "priority": "urgent", "ticket_status": "open"}""",
            $$"""{"user_id": "seeker", "owner": "{{owner}}", "updated_since": "{{since:yyyy-MM-ddTHH:mm:ssZ}}"}""",
        ])
            Assert.Equal($"cs-{ticket}", (string?)Assert.Single((await server.DoAsync("list_conversations", filter))["conversations"]!.AsArray())!["conversation_id"]);
        foreach (var filter in (string[])["priority\": \"low", "ticket_status\": \"solved", "owner\": \"human:nobody", "updated_since\": \"2999-01-01T00:00:00Z", "text\": \"lamps"])
            Assert.Empty((await server.DoAsync("list_conversations", $$"""{"user_id": "seeker", "{{filter}}"}"""))["conversations"]!.AsArray());
    }

    [Theory]
    [InlineData("owner", "alice", "human:alice for a person")]
    [InlineData("owner", "team:billing", "queue:NAME")]
    [InlineData("updated_since", "yesterday", "2026-11-25T09:00:00Z")]
    [InlineData("updated_since", "2026-11-25T09:00:00", "with its zone")]
    [InlineData("priority", "asap", "urgent")]
    public async Task A_filter_that_cannot_be_read_is_refused_with_the_way_to_write_it(string argument, string value, string told)
    {
        var refused = await server.RefusedAsync("list_conversations", $$"""{"{{argument}}": "{{value}}"}""");

        Assert.Contains($"\"argument\":\"{argument}\"", refused, StringComparison.Ordinal);
        Assert.Contains(told, refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_description_is_shortened_in_a_listing()
    {
        var ticket = ConnectedServer.NewTicket();
        await server.DoAsync("initialize_conversation", $$"""{"user_id": "verbose", "ticket_id": "{{ticket}}", "description": "{{new string('x', 119)}}🙂 and more"}""");

        var listed = Assert.Single((await server.DoAsync("list_conversations", """{"user_id": "verbose"}"""))["conversations"]!.AsArray())!;

        Assert.Equal(new string('x', 119) + "…", (string?)listed["description"]);
    }

    [Fact]
    public async Task A_state_that_is_none_is_refused_with_those_that_are() => Assert.Contains(
        "Invalid argument state: it must be one of the workflow's states: initialized, gathering_info, processing, awaiting_confirmation, escalated, resolved; you sent ",
        await server.RefusedAsync("list_conversations", """{"state": "open"}"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("x")]
    [InlineData("%%%")]
    [InlineData("🙂")]
    [InlineData("====")]
    public async Task A_cursor_of_ones_own_is_refused(string cursor) => Assert.Contains(
        "\"argument\":\"cursor\"", await server.RefusedAsync("list_conversations", $$"""{"cursor": "{{cursor}}"}"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("1")]
    [InlineData("1|")]
    [InlineData("1|cs-")]
    [InlineData("1|TKT")]
    [InlineData("-1|cs-1")]
    [InlineData("+1|cs-1")]
    [InlineData("1e3|cs-1")]
    [InlineData("253402300800000|cs-1")]
    [InlineData("99999999999999999999|cs-1")]
    [InlineData("1|cs-1|x")]
    [InlineData("1|cs-*")]
    public async Task A_cursor_that_was_tampered_with_is_refused(string inside) => Assert.Contains(
        "Invalid argument cursor: it must be the next_cursor of an earlier answer, unchanged; leave it out for the first page; you sent ",
        await server.RefusedAsync("list_conversations",
            $$"""{"cursor": "{{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(inside))}}"}"""), StringComparison.Ordinal);

    [Fact]
    public async Task The_trail_of_a_conversation_is_read_page_by_page()
    {
        var id = await server.OpenAsync();
        await server.DoAsync("transition_state", $$"""{"conversation_id": "{{id}}", "new_state": "processing", "reason": "Known."}""");

        var first = await server.DoAsync("get_events", $$"""{"conversation_id": "{{id}}", "limit": 2}""");
        var second = await server.DoAsync("get_events", $$"""{"conversation_id": "{{id}}", "limit": 2, "after": {{first["after"]}}}""");

        Assert.Equal(["conversation_initialized", "state_transitioned"], first["events"]!.AsArray().Select(e => (string)e!["type"]!));
        var last = Assert.Single(second["events"]!.AsArray())!;
        Assert.Equal("Known.", (string?)last["reason"]);
        Assert.Equal("""{"from":"gathering_info","to":"processing"}""", last["details"]!.ToJsonString());
        Assert.False(second.ContainsKey("after"));
    }

    [Fact]
    public async Task A_trail_beyond_its_end_is_empty()
    {
        var id = await server.OpenAsync();

        Assert.Empty((await server.DoAsync("get_events", $$"""{"conversation_id": "{{id}}", "after": 9007199254740991}"""))["events"]!.AsArray());
    }
}
