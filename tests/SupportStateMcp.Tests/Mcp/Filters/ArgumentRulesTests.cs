using System.Text.Json.Nodes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Filters;

/// <summary>Every rule of an input schema, as a caller meets it.</summary>
public class ArgumentRulesTests(ConnectedServer server) : IClassFixture<ConnectedServer>
{
    [Theory]
    // What must be there.
    [InlineData("get_state", "{}", "conversation_id", "it is required")]
    [InlineData("get_state", """{"conversation_id": null}""", "conversation_id", "it is required")]
    [InlineData("add_message", """{"conversation_id": "cs-1", "role": "user"}""", "content", "it is required")]
    // What may not be there.
    [InlineData("get_state", """{"conversation_id": "cs-1", "actor": "human:boss"}""", "actor", "there is no such argument; there are: conversation_id")]
    [InlineData("get_state", """{"conversation_id": "cs-1", "Conversation_Id": "cs-1"}""", "Conversation_Id", "there is no such argument; there are: conversation_id")]
    [InlineData("get_state", """{"conversation_id": "cs-1", "cancellationToken": null}""", "cancellationToken", "there is no such argument; there are: conversation_id")]
    // pattern
    [InlineData("get_state", """{"conversation_id": "TKT-001"}""", "conversation_id", "it matches ^cs-[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    [InlineData("get_state", """{"conversation_id": "cs-1\n"}""", "conversation_id", "it matches ^cs-[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    [InlineData("get_state", """{"conversation_id": "cs-../../etc/passwd"}""", "conversation_id", "it matches ^cs-[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    [InlineData("initialize_conversation", """{"user_id": "u", "ticket_id": "a b"}""", "ticket_id", "it matches ^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    // minLength
    [InlineData("initialize_conversation", """{"user_id": "", "ticket_id": "T"}""", "user_id", "it has 1 to 200 characters, this one has 0")]
    [InlineData("add_message", """{"conversation_id": "cs-1", "role": "user", "content": "hi", "message_id": ""}""", "message_id", "it has 1 to 200 characters, this one has 0")]
    // enum
    [InlineData("add_message", """{"conversation_id": "cs-1", "role": "admin", "content": "x"}""", "role", "it is one of: user, assistant, system, tool")]
    [InlineData("add_message", """{"conversation_id": "cs-1", "role": "User", "content": "x"}""", "role", "it is one of: user, assistant, system, tool")]
    [InlineData("update_metadata", """{"conversation_id": "cs-1", "ticket_status": "resolved"}""", "ticket_status", "it is one of: open, pending, solved, closed")]
    // type
    [InlineData("get_state", """{"conversation_id": 1}""", "conversation_id", "it is a string")]
    [InlineData("get_state", """{"conversation_id": ["cs-1"]}""", "conversation_id", "it is a string")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "roles": "user"}""", "roles", "it is an array")]
    [InlineData("update_metadata", """{"conversation_id": "cs-1", "metadata": [1]}""", "metadata", "it is an object")]
    [InlineData("update_metadata", """{"conversation_id": "cs-1", "metadata": "{}"}""", "metadata", "it is an object")]
    // minimum, maximum, and whole numbers
    [InlineData("get_history", """{"conversation_id": "cs-1", "limit": "1"}""", "limit", "it is a whole number from 1 to 500")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "limit": 0}""", "limit", "it is a whole number from 1 to 500")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "limit": 501}""", "limit", "it is a whole number from 1 to 500")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "limit": 1.5}""", "limit", "it is a whole number from 1 to 500")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "limit": true}""", "limit", "it is a whole number from 1 to 500")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "limit": 1e400}""", "limit", "it is a whole number from 1 to 500")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "before": 0}""", "before", "it is a whole number from 1 to 9007199254740991")]
    [InlineData("get_events", """{"conversation_id": "cs-1", "after": -1}""", "after", "it is a whole number from 0 to 9007199254740991")]
    [InlineData("get_events", """{"conversation_id": "cs-1", "after": 9007199254740992}""", "after", "it is a whole number from 0 to 9007199254740991")]
    [InlineData("get_events", """{"conversation_id": "cs-1", "after": 99999999999999999999999999}""", "after", "it is a whole number from 0 to 9007199254740991")]
    // minItems, maxItems, items
    [InlineData("get_history", """{"conversation_id": "cs-1", "roles": []}""", "roles", "it has 1 to 4 items, this one has 0")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "roles": ["user", "user", "user", "user", "user"]}""", "roles", "it has 1 to 4 items, this one has 5")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "roles": ["user", "boss"]}""", "roles", "of each item: it is one of: user, assistant, system, tool")]
    [InlineData("get_history", """{"conversation_id": "cs-1", "roles": [null]}""", "roles", "of each item: it is a string")]
    // SnakeCaseEnum and keys are shown in one line.
    [InlineData("initialize_conversation", """{"user_id": "a\u0007b", "ticket_id": "T"}""", "user_id", "it has no control characters")]
    [InlineData("add_message", """{"conversation_id": "cs-1", "role": "user", "content": "x", "message_id": "a\nb"}""", "message_id", "it has no control characters")]
    // Custom facts
    [InlineData("update_metadata", """{"conversation_id": "cs-1", "metadata": {"": 1}}""", "metadata", "a key has 1 to 64 characters, none of them a control character")]
    [InlineData("update_metadata", """{"conversation_id": "cs-1", "metadata": {"a\u0000": 1}}""", "metadata", "a key has 1 to 64 characters, none of them a control character")]
    public async Task A_breach_is_refused_with_the_rule(string tool, string arguments, string argument, string rule) => Assert.Equal(
        OneConversation.Json(new JsonObject
        {
            ["code"] = "invalid_argument",
            ["message"] = $"Invalid argument {argument}: {rule}.",
            ["argument"] = argument,
            ["rule"] = rule,
        }),
        await server.RefusedAsync(tool, arguments));

    [Theory]
    [InlineData("user_id", 200)]
    [InlineData("assigned_to", 100)]
    [InlineData("description", 10_000)]
    public async Task A_text_is_as_long_as_its_limit_and_no_longer(string argument, int most)
    {
        var call = new JsonObject { ["user_id"] = "u", ["ticket_id"] = ConnectedServer.NewTicket(), [argument] = new string('ü', most) };
        await server.DoAsync("initialize_conversation", call.ToJsonString());

        call[argument] = new string('ü', most + 1);
        Assert.Contains($"to {most} characters, this one has {most + 1}", await server.RefusedAsync("initialize_conversation", call.ToJsonString()), StringComparison.Ordinal);
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
