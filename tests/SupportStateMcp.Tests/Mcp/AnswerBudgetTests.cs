using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp;

/// <summary>No answer is longer than 60,000 characters, or than was asked for, and everything can still be read.</summary>
public partial class AnswerBudgetTests(ConnectedServer server) : IClassFixture<ConnectedServer>
{
    private const int Most = 60_000;

    [Fact]
    public async Task A_turn_returns_as_many_mails_as_fit_and_the_history_reads_on()
    {
        var id = await server.OpenAsync();
        for (var i = 1; i <= 60; i++)
            await AddAsync(id, $"{i}: {new string('x', 3_000)}");

        var begun = await BoundedAsync("begin_turn", $$"""{"conversation_id": "{{id}}", "content": "And now?", "max_messages": 500}""");

        var numbers = Numbers(begun);
        Assert.InRange(numbers.Count, 15, 20);
        Assert.Equal(60, numbers[^1]);
        Assert.Equal(numbers[0], (long)begun["before"]!);
        for (var before = (long?)begun["before"]; before is not null;)
        {
            var page = await BoundedAsync("get_history", $$"""{"conversation_id": "{{id}}", "limit": 500, "before": {{before}}}""");
            numbers.InsertRange(0, Numbers(page));
            before = (long?)page["before"];
        }

        Assert.Equal(Enumerable.Range(1, 60).Select(n => (long)n), numbers);
    }

    [Fact]
    public async Task A_long_message_is_shortened_and_says_how_to_read_on()
    {
        var id = await server.OpenAsync();
        // Longer as JSON than as text, and with pairs that must not be cut.
        var content = string.Concat(Enumerable.Repeat("a\"\\\n🙂é", 12_000));
        for (var i = 1; i <= 9; i++)
            await AddAsync(id, content);

        var page = await BoundedAsync("get_history", $$"""{"conversation_id": "{{id}}", "limit": 500}""");
        Assert.InRange(Numbers(page).Count, 3, 6);

        var shown = page["messages"]!.AsArray()[^1]!;
        var read = (string)shown["content"]!;
        Assert.InRange(read.Length, 3_000, 10_000);
        for (var rest = (string?)shown["rest"]; rest is not null;)
        {
            var call = Rest().Match(rest);
            Assert.Equal((read.Length, content.Length, 9), (Number(call, "offset"), Number(call, "all"), Number(call, "number")));
            var next = (await BoundedAsync("get_history", $$"""{"conversation_id": "{{id}}", "number": 9, "offset": {{read.Length}}}"""))["messages"]![0]!;
            read += (string)next["content"]!;
            rest = (string?)next["rest"];
        }

        Assert.Equal(content, read);
    }

    [Fact]
    public async Task One_message_can_be_read_alone_and_only_where_it_is()
    {
        var id = await server.OpenAsync();
        await AddAsync(id, "Hello");

        var page = await server.DoAsync("get_history", $$"""{"conversation_id": "{{id}}", "number": 1, "offset": 2}""");
        Assert.Equal("llo", (string?)page["messages"]![0]!["content"]);

        Assert.Contains("from 1 to 1", await server.RefusedAsync("get_history", $$"""{"conversation_id": "{{id}}", "number": 2}"""), StringComparison.Ordinal);
        Assert.Contains("from 0 to 5", await server.RefusedAsync("get_history", $$"""{"conversation_id": "{{id}}", "number": 1, "offset": 6}"""), StringComparison.Ordinal);
        Assert.Contains("\"argument\":\"number\"", await server.RefusedAsync("get_history", $$"""{"conversation_id": "{{id}}", "offset": 6}"""), StringComparison.Ordinal);
        // What selects messages does not hold for one that is named: an internal note would be shown as public.
        foreach (var filter in (string[])["\"visibility\": \"public\"", "\"roles\": [\"user\"]", "\"before\": 2"])
        {
            var refused = await server.RefusedAsync("get_history", $$"""{"conversation_id": "{{id}}", "number": 1, {{filter}}}""");
            Assert.Contains("it goes without before, roles and visibility", refused, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(2_000)]
    [InlineData(5_000)]
    [InlineData(20_000)]
    public async Task Less_can_be_asked_for(int most)
    {
        var id = await server.OpenAsync();
        for (var i = 1; i <= 30; i++)
            await AddAsync(id, new string('x', 900 * i));

        foreach (var (tool, arguments) in new[]
        {
            ("get_history", $$"""{"conversation_id": "{{id}}", "max_characters": {{most}}}"""),
            ("get_history", $$"""{"conversation_id": "{{id}}", "detail": "full", "roles": ["user"], "max_characters": {{most}}}"""),
            ("get_history", $$"""{"conversation_id": "{{id}}", "number": 30, "max_characters": {{most}}}"""),
            ("get_events", $$"""{"conversation_id": "{{id}}", "max_characters": {{most}}}"""),
            ("begin_turn", $$"""{"conversation_id": "{{id}}", "content": "x", "message_id": "turn", "max_characters": {{most}}}"""),
            ("list_conversations", $$"""{"max_characters": {{most}}}"""),
        })
        {
            var text = TextOf(await server.CallAsync(tool, arguments));
            Assert.True(text.Length <= most, $"{tool} {arguments}: {text.Length}");
        }
    }

    [Fact]
    public async Task A_conversation_whose_texts_are_long_as_json_still_fits()
    {
        var call = new JsonObject { ["user_id"] = "u", ["ticket_id"] = ConnectedServer.NewTicket(), ["description"] = new string('\u0001', 10_000) };
        call["metadata"] = new JsonObject { ["a"] = new string('x', 16_000) };
        var id = (string)(await BoundedAsync("initialize_conversation", call.ToJsonString()))["conversation_id"]!;
        var items = new JsonArray([.. Enumerable.Range(0, 20).Select(_ => (JsonNode)new string('\u0002', 500))]);
        var escalation = new JsonObject
        {
            ["conversation_id"] = id, ["reason"] = new string('\u0001', 1_000), ["summary"] = new string('\u0001', 4_000), ["promises"] = items, ["tried"] = items.DeepClone(),
        };
        await BoundedAsync("escalate_conversation", escalation.ToJsonString());

        var state = await BoundedAsync("get_state", $$"""{"conversation_id": "{{id}}"}""");

        // What people wrote is shortened; what is to be used as it is stays whole.
        Assert.Matches(@"… \[\d+ of 10000 characters shown\]$", (string)state["description"]!);
        Assert.Equal(16_000, ((string)state["metadata"]!["a"]!).Length);
        await BoundedAsync("list_queue", "{}");
        await BoundedAsync("get_events", $$"""{"conversation_id": "{{id}}"}""");
        foreach (var uri in new[] { "", "/history", "/events", "/handoff" })
        {
            var read = await server.Client.ReadResourceAsync($"support://conversations/{id}{uri}", cancellationToken: TestContext.Current.CancellationToken);
            Assert.InRange(Assert.IsType<TextResourceContents>(Assert.Single(read.Contents)).Text.Length, 1, Most);
        }
    }

    [Fact]
    public async Task Lists_are_cut_where_they_are_full_and_a_cursor_leads_through_all_of_them()
    {
        var user = $"user-{Guid.NewGuid()}-{new string('u', 150)}";
        var ids = new List<string>();
        for (var i = 0; i < 160; i++)
        {
            var opened = await server.DoAsync("initialize_conversation", $$"""{"user_id": "{{user}}", "ticket_id": "{{ConnectedServer.NewTicket()}}", "assigned_to": "{{new string('a', 100)}}"}""");
            ids.Add((string)opened["conversation_id"]!);
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), (await AllAsync("list_conversations", $"\"user_id\": \"{user}\"", "conversations", "conversation_id")).Order(StringComparer.Ordinal));

        var queue = $"q{Guid.NewGuid():N}";
        foreach (var id in ids.Take(80))
            await server.DoAsync("escalate_conversation", $$"""{"conversation_id": "{{id}}", "reason": "{{new string('r', 900)}}", "summary": "{{new string('s', 3_000)}}", "queue": "{{queue}}"}""");
        Assert.Equal(ids.Take(80), await AllAsync("list_queue", $"\"queue\": \"{queue}\"", "conversations", "conversation_id"));
    }

    [Fact]
    public async Task Approvals_with_long_arguments_come_page_by_page()
    {
        var id = await server.OpenAsync();
        var asked = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            var request = await BoundedAsync("request_approval",
                $$"""{"conversation_id": "{{id}}", "action": "refund", "arguments": {"order": {{i}}, "text": "{{new string('x', 14_000)}}"}, "reason": "r", "confidence": 0.01, "amount": 100000, "risk_priority": 900, "expires_in": {{1_000 + i}}}""");
            asked.Add((string)request["approval_id"]!);
        }

        Assert.Equal(asked, await AllAsync("list_pending_approvals", $"\"conversation_id\": \"{id}\"", "approvals", "approval_id"));
        await BoundedAsync("get_events", $$"""{"conversation_id": "{{id}}", "limit": 500}""");
    }

    [Fact]
    public async Task The_trail_is_read_page_by_page()
    {
        var id = await server.OpenAsync();
        for (var i = 0; i < 10; i++)
            await server.DoAsync("update_metadata", $$"""{"conversation_id": "{{id}}", "metadata": {"k": "{{new string((char)('a' + i), 16_000)}}"} }""");

        var versions = new List<long>();
        for (long? after = 0; after is not null;)
        {
            var page = await BoundedAsync("get_events", $$"""{"conversation_id": "{{id}}", "after": {{after}}, "limit": 500}""");
            versions.AddRange(page["events"]!.AsArray().Select(e => (long)e!["version"]!));
            after = (long?)page["after"];
        }

        Assert.Equal(Enumerable.Range(1, versions.Count).Select(v => (long)v), versions);
        Assert.True(versions.Count >= 12);
    }

    [Fact]
    public async Task Prompts_are_bounded_too()
    {
        var id = (string)(await server.DoAsync("initialize_conversation",
            $$"""{"user_id": "u", "ticket_id": "{{ConnectedServer.NewTicket()}}", "description": "{{string.Concat(Enumerable.Repeat("\\n", 9_999))}}"}"""))["conversation_id"]!;
        for (var i = 0; i < 20; i++)
            await AddAsync(id, i % 2 == 0 ? new string('x', 50_000) : "[" + string.Concat(Enumerable.Repeat("\n", 40_000)));

        foreach (var (name, more) in new (string, (string, object?)[])[] { ("support_agent", []), ("handoff_brief", [("max_tokens", "15000")]) })
        {
            var arguments = new Dictionary<string, object?> { ["conversation_id"] = id };
            foreach (var (argument, value) in more)
                arguments[argument] = value;
            var prompt = await server.Client.GetPromptAsync(name, arguments, cancellationToken: TestContext.Current.CancellationToken);
            var length = prompt.Messages.Sum(m => ((TextContentBlock)m.Content).Text.Length);
            Assert.InRange(length, 2_000, Most);
        }
    }

    [Fact]
    public async Task A_message_says_what_matters_and_all_there_is_where_that_is_asked_for()
    {
        var id = await server.OpenAsync();
        await server.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "user", "content": "Hello", "message_id": "m-1"}""");
        await server.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "system", "content": "A note"}""");

        var brief = (await server.DoAsync("get_history", $$"""{"conversation_id": "{{id}}"}"""))["messages"]!;
        Assert.Equal(["number", "role", "content", "at"], brief[0]!.AsObject().Select(p => p.Key));
        Assert.Equal(["number", "role", "content", "visibility"], brief[1]!.AsObject().Select(p => p.Key));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", (string)brief[0]!["at"]!);

        var full = (await server.DoAsync("get_history", $$"""{"conversation_id": "{{id}}", "detail": "full"}"""))["messages"]!;
        Assert.Equal(["number", "role", "content", "visibility", "at", "message_id", "recorded_by", "recorded_at", "version"], full[0]!.AsObject().Select(p => p.Key));
    }

    private async Task<JsonObject> BoundedAsync(string tool, string arguments)
    {
        var result = await server.CallAsync(tool, arguments);
        var text = TextOf(result);
        Assert.False(result.IsError is true, text);
        Assert.True(text.Length <= Most, $"{tool} answers {text.Length} characters.");
        var structured = ConnectedServer.Structured(result);
        // Whichever of the two a host passes on, nothing is missing.
        Assert.True(JsonNode.DeepEquals(structured, JsonNode.Parse(text)));
        return structured;
    }

    private async Task<List<string>> AllAsync(string tool, string filter, string list, string name)
    {
        var (all, pages) = (new List<string>(), 0);
        for (string? cursor = null; pages == 0 || cursor is not null; pages++)
        {
            var page = await BoundedAsync(tool, $$"""{{{filter}}, "limit": 500{{(cursor is null ? "" : $", \"cursor\": \"{cursor}\"")}}}""");
            all.AddRange(page[list]!.AsArray().Select(e => (string)e![name]!));
            cursor = (string?)page["next_cursor"];
        }

        Assert.True(pages > 1, $"{tool} has one page only.");
        return all;
    }

    private Task<JsonObject> AddAsync(string id, string content) => server.DoAsync(
        "add_message", new JsonObject { ["conversation_id"] = id, ["role"] = "user", ["content"] = content }.ToJsonString());

    private static List<long> Numbers(JsonObject page) => [.. (page["messages"] ?? page["history"])!.AsArray().Select(m => (long)m!["number"]!)];

    private static string TextOf(CallToolResult result) => Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\d+ of (?<all>\d+) characters shown; get_history\(conversation_id, number: (?<number>\d+), offset: (?<offset>\d+)\) returns what follows$")]
    private static partial Regex Rest();
}
