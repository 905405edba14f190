using System.Text.Json.Nodes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Filters;

/// <summary>Every rule of an input schema, as a caller meets it.</summary>
public class ArgumentRulesTests(ConnectedServer server) : IClassFixture<ConnectedServer>
{
    private const string ConversationIds = "it must be the id of a conversation: cs- and the ticket's id, for example cs-TKT-001";
    private const string Tickets = "it must be the ticket's id: 1 to 100 letters, digits, dots, underscores and hyphens, the first a letter or a digit, for example TKT-001";
    private const string Roles = "it must be one of: user, assistant, system, tool";

    [Theory]
    // What must be there.
    [InlineData("get_state", "{}", "conversation_id", "it is required; " + ConversationIds)]
    [InlineData("get_state", """{"conversation_id": null}""", "conversation_id", "it is required; " + ConversationIds)]
    [InlineData("add_message", """{"conversation_id": "cs-1", "role": "user"}""", "content", "it is required; it must be a text of 0 to 100000 characters")]
    // What may not be there.
    [InlineData("get_state", """{"conversation_id": "cs-1", "actor": "human:boss"}""", "actor", "there is no such argument; there are: conversation_id, at_version, at_time, checkpoint")]
    [InlineData("get_state", """{"conversation_id": "cs-1", "Conversation_Id": "cs-1"}""", "Conversation_Id", "there is no such argument; there are: conversation_id, at_version, at_time, checkpoint")]
    [InlineData("get_state", """{"conversation_id": "cs-1", "cancellationToken": null}""", "cancellationToken", "there is no such argument; there are: conversation_id, at_version, at_time, checkpoint")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "max_results": 5}""", "max_results", "there is no such argument", null, null, "limit")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "limt": 5}""", "limt", "there is no such argument", null, null, "limit")]
    [InlineData("get_state", """{"ticket_id": "TKT-001"}""", "ticket_id", "there is no such argument", null, "cs-TKT-001", "conversation_id")]
    [InlineData("get_state", """{"ticket_id": 4711}""", "ticket_id", "there is no such argument", null, "cs-4711", "conversation_id")]
    [InlineData("get_state", """{"id": "cs-1"}""", "id", "there is no such argument", null, "cs-1", "conversation_id")]
    // Ids
    [InlineData("get_state", """{"conversation_id": "TKT-001"}""", "conversation_id", ConversationIds, "\"TKT-001\"", "cs-TKT-001")]
    [InlineData("get_state", """{"conversation_id": "CS-TKT-001"}""", "conversation_id", ConversationIds, "\"CS-TKT-001\"", "cs-TKT-001")]
    [InlineData("get_state", """{"conversation_id": "cs_TKT-001"}""", "conversation_id", ConversationIds, "\"cs_TKT-001\"", "cs-TKT-001")]
    [InlineData("get_state", """{"conversation_id": "support://conversations/cs-1/history"}""", "conversation_id", ConversationIds, "\"support://conversations/cs-1/history\"", "cs-1")]
    [InlineData("get_state", """{"conversation_id": "ap-0f3a9c21-TKT-001"}""", "conversation_id", ConversationIds, "\"ap-0f3a9c21-TKT-001\"", "cs-TKT-001")]
    [InlineData("get_state", """{"conversation_id": 4711}""", "conversation_id", ConversationIds, "the number 4711", "cs-4711")]
    [InlineData("get_state", """{"conversation_id": "cs-../../etc/passwd"}""", "conversation_id", ConversationIds, "\"cs-../../etc/passwd\"")]
    [InlineData("get_approval", """{"approval_id": "AP-0F3A9C21-TKT-001"}""", "approval_id", "it must be the id of an approval, as request_approval returned it, for example ap-0f3a9c21-TKT-001", "\"AP-0F3A9C21-TKT-001\"", "ap-0f3a9c21-TKT-001")]
    [InlineData("initialize_conversation", """{"user_id": "u", "ticket_id": "a b"}""", "ticket_id", Tickets, "\"a b\"", "a-b")]
    [InlineData("initialize_conversation", """{"user_id": "u", "ticket_id": "cs-TKT-001"}""", "ticket_id", "it must be the ticket's id, which does not begin with cs-: the conversation's id does", "\"cs-TKT-001\"", "TKT-001")]
    [InlineData("list_queue", """{"queue": "Tier 2"}""", "queue", "it must be the name of a queue: 1 to 50 lower-case letters, digits, dots, underscores and hyphens, the first a letter or a digit, for example support", "\"Tier 2\"", "tier-2")]
    // Lengths
    [InlineData("initialize_conversation", """{"user_id": "", "ticket_id": "T"}""", "user_id", "it must be a text of 1 to 200 characters", "an empty text")]
    [InlineData("initialize_conversation", """{"user_id": "  ", "ticket_id": "T"}""", "user_id", "it must be a text of 1 to 200 characters", "an empty text")]
    // One of a few
    [InlineData("add_message", """{"conversation_id": "cs-1", "role": "admin", "content": "x"}""", "role", Roles, "\"admin\"")]
    [InlineData("add_message", """{"conversation_id": "cs-1", "role": "human", "content": "x"}""", "role", Roles, "\"human\"", "user")]
    [InlineData("add_message", """{"conversation_id": "cs-1", "role": "asistant", "content": "x"}""", "role", Roles, "\"asistant\"", "assistant")]
    [InlineData("add_message", """{"conversation_id": "cs-1", "role": 1, "content": "x"}""", "role", Roles, "the number 1")]
    [InlineData("update_metadata", """{"conversation_id": "cs-1", "ticket_status": "resolved"}""", "ticket_status", "it must be one of: open, pending, solved, closed", "\"resolved\"", "solved")]
    [InlineData("initialize_conversation", """{"user_id": "u", "ticket_id": "T", "priority": "critical"}""", "priority", "it must be one of: low, medium, high, urgent", "\"critical\"", "urgent")]
    [InlineData("transition_state", """{"conversation_id": "cs-1", "new_state": "procesing"}""", "new_state", "it must be one of the workflow's states: initialized, gathering_info, processing, awaiting_confirmation, escalated, resolved", "\"procesing\"", "processing")]
    // Types
    [InlineData("get_state", """{"conversation_id": ["cs-1", "cs-2"]}""", "conversation_id", ConversationIds, "an array of 2 items")]
    [InlineData("get_state", """{"conversation_id": true}""", "conversation_id", ConversationIds, "true")]
    [InlineData("initialize_conversation", """{"user_id": 12345678901234567890, "ticket_id": "T"}""", "user_id", "it must be a text of 1 to 200 characters, and a number this large may have been rounded on its way: send it as text", "the number 12345678901234567890")]
    [InlineData("initialize_conversation", """{"user_id": 1e3, "ticket_id": "T"}""", "user_id", "it must be a text of 1 to 200 characters", "the number 1e3")]
    [InlineData("initialize_conversation", """{"user_id": 7.10, "ticket_id": "T"}""", "user_id", "it must be a text of 1 to 200 characters", "the number 7.10")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "roles": {"a": 1}}""", "roles", "it must be an array of 1 to 4 items, each one of: user, assistant, system, tool", "an object")]
    [InlineData("update_metadata", """{"conversation_id": "cs-1", "metadata": [1]}""", "metadata", "it must be an object", "an array of 1 items")]
    [InlineData("update_metadata", """{"conversation_id": "cs-1", "metadata": "tier: gold"}""", "metadata", "it must be an object", "\"tier: gold\"")]
    [InlineData("update_metadata", """{"conversation_id": "cs-1", "metadata": "{\"a\": 1, \"a\": 2}"}""", "metadata", "it must be an object", "\"{\\\"a\\\": 1, \\\"a\\\": 2}\"")]
    [InlineData("update_metadata", """{"conversation_id": "cs-1", "metadata": "{\"\\ud83d\": 1}"}""", "metadata", "a name holds half of a surrogate pair (an escape such as \\ud83d without its other half), which is no character: send the whole character, or leave it out")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "roles": "[\"\\ud83d\"]"}""", "roles", "a text holds half of a surrogate pair (an escape such as \\ud83d without its other half), which is no character: send the whole character, or leave it out")]
    [InlineData("add_message", """{"conversation_id": "cs-1", "role": "user", "content": "x", "automated": "maybe"}""", "automated", "it must be true or false", "\"maybe\"")]
    // Numbers
    [InlineData("get_history", """{"conversation_id": "cs-1", "limit": "ten"}""", "limit", "it must be a whole number from 1 to 500", "\"ten\"")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "limit": "1.000"}""", "limit", "it must be a whole number from 1 to 500", "\"1.000\"")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "limit": "1,000"}""", "limit", "it must be a whole number from 1 to 500", "\"1,000\"")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "limit": 0}""", "limit", "it must be a whole number from 1 to 500", "the number 0")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "limit": 501}""", "limit", "it must be a whole number from 1 to 500", "the number 501")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "limit": 1.5}""", "limit", "it must be a whole number from 1 to 500", "the number 1.5")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "limit": true}""", "limit", "it must be a whole number from 1 to 500", "true")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "limit": 1e400}""", "limit", "it must be a whole number from 1 to 500", "the number 1e400")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "before": 0}""", "before", "it must be a whole number from 1 to 9007199254740991", "the number 0")]
    [InlineData("get_events", """{"conversation_id": "cs-1", "after": 9007199254740992}""", "after", "it must be a whole number from 0 to 9007199254740991", "the number 9007199254740992")]
    [InlineData("get_events", """{"conversation_id": "cs-1", "after": 99999999999999999999999999999999}""", "after", "it must be a whole number from 0 to 9007199254740991", "the number 99999999999999999999999999999999")]
    [InlineData("request_approval", """{"conversation_id": "cs-1", "action": "refund", "arguments": {"a": 1}, "reason": "r", "amount": "900 EUR"}""", "amount", "it must be a number from 0 to 1000000000000, of at most 28 digits, without a unit or a currency", "\"900 EUR\"")]
    [InlineData("request_approval", """{"conversation_id": "cs-1", "action": "refund", "arguments": {"a": 1}, "reason": "r", "amount": "1.200"}""", "amount", "it must be a number from 0 to 1000000000000, of at most 28 digits, without a unit or a currency", "\"1.200\"")]
    // Items
    [InlineData("get_history", """{"conversation_id": "cs-1", "roles": ["user", "user", "user", "user", "user"]}""", "roles", "it must be an array of 1 to 4 items, each one of: user, assistant, system, tool", "5 items")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "roles": ["user", "boss"]}""", "roles", "of each item: " + Roles, "\"boss\"")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "roles": [null]}""", "roles", "it must be an array of 1 to 4 items, each one of: user, assistant, system, tool", "null as one of them")]
    // Names and keys are shown in one line.
    [InlineData("initialize_conversation", """{"user_id": "a\u0007b", "ticket_id": "T"}""", "user_id", "it must be a text of 1 to 200 characters, without control characters", "\"a\\u0007b\"")]
    [InlineData("add_message", """{"conversation_id": "cs-1", "role": "user", "content": "x", "message_id": "a\nb"}""", "message_id", "it must be a text of 1 to 200 characters, without control characters", "\"a\\nb\"")]
    // Custom facts
    [InlineData("update_metadata", """{"conversation_id": "cs-1", "metadata": {"": 1}}""", "metadata", "a key has 1 to 64 characters, none of them a control character")]
    [InlineData("update_metadata", """{"conversation_id": "cs-1", "metadata": {"a\u0000": 1}}""", "metadata", "a key has 1 to 64 characters, none of them a control character")]
    public async Task A_breach_is_refused_with_the_rule_what_was_sent_and_what_was_meant(
        string tool, string arguments, string argument, string rule, string? sent = null, string? suggestion = null, string? name = null)
    {
        var meant = (name, suggestion) switch
        {
            (null, null) => "",
            (null, _) => $" Did you mean \"{suggestion}\"?",
            (_, null) => $" Did you mean {name}?",
            _ => $" Did you mean {name}: \"{suggestion}\"?",
        };
        var refusal = new JsonObject
        {
            ["code"] = "invalid_argument",
            ["message"] = $"Invalid argument {argument}: {rule}{(sent is null ? "" : "; you sent " + sent)}.{meant}",
            ["argument"] = argument,
            ["rule"] = rule,
        };
        foreach (var (fact, value) in new[] { ("sent", sent), ("suggested_argument", name), ("suggestion", suggestion) })
        {
            if (value is not null)
                refusal[fact] = value;
        }

        Assert.Equal(OneConversation.Json(refusal), await server.RefusedAsync(tool, arguments));
    }

    [Fact]
    public async Task All_faults_are_told_at_once()
    {
        var refusal = JsonNode.Parse(await server.RefusedAsync(
            "get_history", """{"conversation_id": "TKT-001", "limit": "ten", "rolls": "user", "visibility": "private"}"""))!;

        Assert.Equal(
            "4 arguments are invalid. "
            + $"conversation_id: {ConversationIds}; you sent \"TKT-001\". Did you mean \"cs-TKT-001\"? "
            + "limit: it must be a whole number from 1 to 500; you sent \"ten\". "
            + "rolls: there is no such argument. Did you mean roles? "
            + "visibility: it must be one of: public, internal; you sent \"private\". Did you mean \"internal\"?",
            (string?)refusal["message"]);
        Assert.Equal("conversation_id", (string?)refusal["argument"]);
        Assert.Equal(
            ["conversation_id", "limit", "rolls", "visibility"], refusal["faults"]!.AsArray().Select(f => (string?)f!["argument"]));
    }

    [Fact]
    public async Task No_more_than_ten_faults_are_told()
    {
        var call = new JsonObject(Enumerable.Range(0, 100).Select(i => KeyValuePair.Create($"x{new string('y', 60)}{i}", (JsonNode?)i)));

        var refusal = await server.RefusedAsync("get_state", call.ToJsonString());

        Assert.True(refusal.Length < 4_000, refusal);
    }

    [Fact]
    public async Task A_call_with_more_names_than_any_tool_takes_is_refused_at_once()
    {
        // All of them the same argument, in other spellings.
        var call = new JsonObject(Enumerable.Range(0, 4_096).Select(i => KeyValuePair.Create(
            string.Concat("conversationid".Select((c, at) => at < 12 && (i >> at & 1) == 1 ? char.ToUpperInvariant(c) : c)), (JsonNode?)"cs-1")));

        var refusal = JsonNode.Parse(await server.RefusedAsync("get_state", call.ToJsonString()))!;

        Assert.Equal("a call has at most 100 arguments", (string?)refusal["rule"]);
        Assert.EndsWith("you sent 4096.", (string?)refusal["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_refusal_shows_a_regular_expression()
    {
        foreach (var tool in await server.Client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            Assert.DoesNotContain("pattern", tool.JsonSchema.GetRawText(), StringComparison.Ordinal);
            foreach (var argument in tool.JsonSchema.GetProperty("properties").EnumerateObject())
            {
                // The first is missing what is required as well.
                foreach (var odd in new[] { "\"!\"", "[[1]]", "\"\\u0001\"", "-1e99" })
                {
                    var refusal = await server.CallAsync(tool.Name, $$"""{"{{argument.Name}}": {{odd}}}""");
                    Assert.DoesNotMatch(@"\^|\$|\[A-Z|\{0,", ((ModelContextProtocol.Protocol.TextContentBlock)refusal.Content[0]).Text);
                }
            }
        }
    }

    [Fact]
    public async Task What_has_one_reading_is_taken()
    {
        var opened = await server.DoAsync("initialize_conversation",
            """{"userId": 815, "ticket-id": 4711, "priority": " HIGH ", "assigned_to": "", "description": "  ", "metadata": "{\"tier\": \"gold\"}"}""");
        Assert.Equal(("cs-4711", "815", "high", "ai-agent-1", "gold"), (
            (string?)opened["conversation_id"], (string?)opened["user_id"], (string?)opened["priority"], (string?)opened["assigned_to"], (string?)opened["metadata"]!["tier"]));
        Assert.False(opened.ContainsKey("description"));

        await server.DoAsync("add_message", """{"conversation_id": " cs-4711\n", "role": "Customer", "content": 12.5, "message_id": "", "visibility": "null", "automated": "False", "metadata": {}}""");
        await server.DoAsync("add_message", """{"conversation_id": "cs-4711", "role": "bot", "content": [{"type": "text", "text": "Hello"}], "automated": 0}""");
        await server.DoAsync("add_message", """{"conversation_id": ["cs-4711"], "role": "TOOL", "content": {"type": "text", "text": "42"}}""");
        var history = await server.DoAsync("get_history", """{"conversation_id": "cs-4711", "limit": "10.0", "before": "null", "roles": "user, Assistant"}""");
        Assert.Equal([("user", "12.5"), ("assistant", "Hello")], history["messages"]!.AsArray().Select(m => ((string?)m!["role"], (string?)m["content"])));

        Assert.Single((await server.DoAsync("get_history", """{"conversation_id": "cs-4711", "limit": 1e0, "roles": "[\"tool\"]"}"""))["messages"]!.AsArray());
        Assert.Equal(2, (await server.DoAsync("get_history", """{"conversation_id": "cs-4711", "limit": 2.0, "roles": []}"""))["messages"]!.AsArray().Count);

        var moved = await server.DoAsync("transition_state", """{"conversation_id": "cs-4711", "new_state": "Processing", "reason": "", "expected_version": "5"}""");
        Assert.Equal("processing", (string?)moved["state"]);
        var escalated = await server.DoAsync("escalate_conversation",
            """{"conversation_id": "cs-4711", "reason": "r", "summary": "s", "queue": "Support", "promises": "A call back, today", "tried": ""}""");
        Assert.Equal("queue:support", (string?)escalated["owner"]);
        var state = await server.DoAsync("get_state", """{"conversation_id": "cs-4711"}""");
        Assert.Equal("A call back, today", (string?)Assert.Single(state["handoff"]!["promises"]!.AsArray()));
    }

    [Fact]
    public async Task The_id_of_a_conversation_in_the_place_of_the_tickets_opens_nothing()
    {
        await server.RefusedAsync("initialize_conversation", """{"user_id": "u", "ticket_id": "cs-DOUBLE"}""");

        Assert.Contains("not_found", await server.RefusedAsync("get_state", """{"conversation_id": "cs-cs-DOUBLE"}"""), StringComparison.Ordinal);
        // Many desks number their tickets like this.
        Assert.Equal("cs-CS-17", (string?)(await server.DoAsync("initialize_conversation", """{"user_id": "u", "ticket_id": "CS-17"}"""))["conversation_id"]);
    }

    [Theory]
    [InlineData("user_id", 200)]
    [InlineData("assigned_to", 100)]
    [InlineData("description", 10_000)]
    public async Task A_text_is_as_long_as_its_limit_and_no_longer(string argument, int most)
    {
        var call = new JsonObject { ["user_id"] = "u", ["ticket_id"] = ConnectedServer.NewTicket(), [argument] = new string('ü', most) };
        await server.DoAsync("initialize_conversation", call.ToJsonString());

        call[argument] = new string('ü', most + 1);
        Assert.Contains($"to {most} characters; you sent {most + 1} characters", await server.RefusedAsync("initialize_conversation", call.ToJsonString()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_is_as_long_as_its_limit_and_no_longer()
    {
        var call = new JsonObject { ["conversation_id"] = await server.OpenAsync(), ["role"] = "user", ["content"] = new string('x', 100_000) };
        await server.DoAsync("add_message", call.ToJsonString());

        call["content"] = new string('x', 100_001);
        Assert.Contains("0 to 100000 characters", await server.RefusedAsync("add_message", call.ToJsonString()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_explicit_null_is_an_argument_left_out()
    {
        var opened = await server.DoAsync("initialize_conversation",
            $$"""{"user_id": "u", "ticket_id": "{{ConnectedServer.NewTicket()}}", "priority": null, "assigned_to": null, "description": null, "metadata": null}""");

        Assert.Equal("medium", (string?)opened["priority"]);
        Assert.Equal("ai-agent-1", (string?)opened["assigned_to"]);
        Assert.False(opened.ContainsKey("description"));
    }

    [Fact]
    public async Task A_name_that_is_long_is_not_repeated_in_full()
    {
        var refusal = await server.RefusedAsync("get_state", $$"""{"conversation_id": "cs-1", "{{new string('x', 5_000)}}": 1}""");

        Assert.True(refusal.Length < 600, refusal);
    }

    [Fact]
    public async Task Custom_facts_have_at_most_50_keys_and_16384_characters()
    {
        var many = new JsonObject(Enumerable.Range(0, 51).Select(i => KeyValuePair.Create($"k{i}", (JsonNode?)i)));
        Assert.Contains("at most 50 keys, these are 51", await RefusedFactsAsync(many), StringComparison.Ordinal);

        var large = new JsonObject { ["a"] = new string('x', 16_384) };
        Assert.Contains("at most 16384 characters as JSON", await RefusedFactsAsync(large), StringComparison.Ordinal);

        var longKey = new JsonObject { [new string('k', 65)] = 1 };
        Assert.Contains("a key has 1 to 64 characters", await RefusedFactsAsync(longKey), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Custom_facts_are_nested_at_most_32_deep_and_read_back_whole_from_everywhere()
    {
        var id = await server.OpenAsync();
        var deep = Nested(32);
        await server.DoAsync("update_metadata", Facts(id, deep));
        await server.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "tool", "content": "x", "metadata": {"deep": {{deep}} } }""");

        var state = await server.DoAsync("get_state", $$"""{"conversation_id": "{{id}}"}""");
        var history = await server.DoAsync("get_history", $$"""{"conversation_id": "{{id}}"}""");
        var events = await server.DoAsync("get_events", $$"""{"conversation_id": "{{id}}"}""");
        Assert.Equal(deep, state["metadata"]!["deep"]!.ToJsonString());
        Assert.Equal(deep, history["messages"]![0]!["metadata"]!["deep"]!.ToJsonString());
        Assert.Equal(deep, events["events"]![2]!["details"]!["metadata"]!["deep"]!.ToJsonString());

        Assert.Contains("values are nested at most 32 deep", await server.RefusedAsync("update_metadata", Facts(id, Nested(33))), StringComparison.Ordinal);
        Assert.Contains("values are nested at most 32 deep", await server.RefusedAsync("update_metadata", Facts(id, Nested(55))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_huge_number_among_custom_facts_comes_back_as_it_was()
    {
        var id = await server.OpenAsync();
        await server.DoAsync("update_metadata", Facts(id, "[1e400, 123456789012345678901234567890, 0.10, -0]"));

        var state = await server.CallAsync("get_state", $$"""{"conversation_id": "{{id}}"}""");

        Assert.Equal("[1e400,123456789012345678901234567890,0.10,-0]",
            state.StructuredContent!.Value.GetProperty("metadata").GetProperty("deep").GetRawText());
    }

    [Fact]
    public async Task A_tool_that_is_none_is_an_error_of_the_protocol()
    {
        var error = await Assert.ThrowsAsync<ModelContextProtocol.McpProtocolException>(() => server.CallAsync("drop_everything", "{}"));

        Assert.Equal(ModelContextProtocol.McpErrorCode.InvalidParams, error.ErrorCode);
    }

    private static string Nested(int depth) => string.Concat(Enumerable.Repeat("[", depth)) + string.Concat(Enumerable.Repeat("]", depth));

    private static string Facts(string id, string deep) => $$"""{"conversation_id": "{{id}}", "metadata": {"deep": {{deep}} } }""";

    private Task<string> RefusedFactsAsync(JsonObject facts) => server.RefusedAsync(
        "update_metadata", new JsonObject { ["conversation_id"] = "cs-1", ["metadata"] = facts }.ToJsonString());
}
