using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp;

/// <summary>
/// A model that makes the typical mistakes, and knows nothing but the refusal it gets: each call is taken with its one
/// meaning, or its second try succeeds, made of the first by what the refusal says.
/// </summary>
public partial class TypicalMistakesTests(ConnectedServer server) : IClassFixture<ConnectedServer>
{
    // CONV, TICKET and TOKEN stand for a conversation, its ticket, and a turn that has begun in it.
    public static TheoryData<string, string, string, bool> Mistakes => new()
    {
        // What was done, the tool, the arguments, whether it is taken at once.
        { "a number for a ticket's id", "initialize_conversation", """{"user_id": "u", "ticket_id": 4711}""", true },
        { "a number for a user's id", "initialize_conversation", """{"user_id": 12, "ticket_id": "NEW0"}""", true },
        { "the conversation's id for the ticket's", "initialize_conversation", """{"user_id": "u", "ticket_id": "cs-NEW10"}""", false },
        { "a blank in an id", "initialize_conversation", """{"user_id": "u", "ticket_id": "NEW 1"}""", false },
        { "a number sign before an id", "initialize_conversation", """{"user_id": "u", "ticket_id": "#NEW2"}""", false },
        { "wrong case of a value", "initialize_conversation", """{"user_id": "u", "ticket_id": "NEW3", "priority": "High"}""", true },
        { "a near word for a value", "initialize_conversation", """{"user_id": "u", "ticket_id": "NEW4", "priority": "critical"}""", false },
        { "empty optional arguments", "initialize_conversation", """{"user_id": "u", "ticket_id": "NEW5", "priority": "", "assigned_to": "", "description": "", "metadata": {}}""", true },
        { "nulls for optional arguments", "initialize_conversation", """{"user_id": "u", "ticket_id": "NEW6", "priority": null, "metadata": null}""", true },
        { "JSON text for an object", "initialize_conversation", """{"user_id": "u", "ticket_id": "NEW7", "metadata": "{\"tier\": \"gold\"}"}""", true },
        { "camel case", "initialize_conversation", """{"userId": "u", "ticketId": "NEW8"}""", true },
        { "the customer's id by another name", "initialize_conversation", """{"customer_id": "u", "ticket_id": "NEW9"}""", false },
        { "the ticket's id for the conversation's", "get_state", """{"conversation_id": "TICKET"}""", false },
        { "the ticket's id by its own name", "get_state", """{"ticket_id": "TICKET"}""", false },
        { "an id in capital letters", "get_state", """{"conversation_id": "CS-TICKET"}""", false },
        { "an underscore in the prefix", "get_state", """{"conversation_id": "cs_TICKET"}""", false },
        { "a URI for an id", "get_state", """{"conversation_id": "support://conversations/CONV"}""", false },
        { "an id in quotes", "get_state", """{"conversation_id": "\"CONV\""}""", false },
        { "blanks around an id", "get_state", """{"conversation_id": " CONV\n"}""", true },
        { "a list of one id", "get_state", """{"conversation_id": ["CONV"]}""", true },
        { "id", "get_state", """{"id": "CONV"}""", false },
        { "an argument of another tool", "get_state", """{"conversation_id": "CONV", "include_history": true}""", false },
        { "text for a number", "get_history", """{"conversation_id": "CONV", "limit": "5"}""", true },
        { "10.0 for a whole number", "get_history", """{"conversation_id": "CONV", "limit": 10.0}""", true },
        { "a number out of range", "get_history", """{"conversation_id": "CONV", "limit": 1000}""", false },
        { "nought for a number", "get_history", """{"conversation_id": "CONV", "limit": 0}""", false },
        { "a number in words", "get_history", """{"conversation_id": "CONV", "limit": "ten"}""", false },
        { "one value for a list", "get_history", """{"conversation_id": "CONV", "roles": "user"}""", true },
        { "a list as JSON text, in another case", "get_history", """{"conversation_id": "CONV", "roles": "[\"User\", \"ASSISTANT\"]"}""", true },
        { "an empty list", "get_history", """{"conversation_id": "CONV", "roles": []}""", true },
        { "another name for limit", "get_history", """{"conversation_id": "CONV", "max_results": 5}""", false },
        { "customer for user", "add_message", """{"conversation_id": "CONV", "role": "customer", "content": "Hi"}""", true },
        { "an unknown role", "add_message", """{"conversation_id": "CONV", "role": "human", "content": "Hi"}""", false },
        { "a missing argument", "add_message", """{"conversation_id": "CONV", "content": "Hi"}""", false },
        { "message for content", "add_message", """{"conversation_id": "CONV", "role": "user", "message": "Hi"}""", false },
        { "a block of content for a text", "add_message", """{"conversation_id": "CONV", "role": "user", "content": [{"type": "text", "text": "Hi"}]}""", true },
        { "text for true or false", "add_message", """{"conversation_id": "CONV", "role": "user", "content": "Hi", "automated": "true"}""", true },
        { "private for internal", "add_message", """{"conversation_id": "CONV", "role": "assistant", "content": "Hi", "visibility": "private"}""", false },
        { "a state in another case", "transition_state", """{"conversation_id": "CONV", "new_state": "Processing"}""", true },
        { "a state misspelt", "transition_state", """{"conversation_id": "CONV", "new_state": "proccessing"}""", false },
        { "a state that may not follow", "transition_state", """{"conversation_id": "CONV", "new_state": "resolved"}""", false },
        { "status for new_state", "transition_state", """{"conversation_id": "CONV", "status": "processing"}""", false },
        { "resolved for solved", "update_metadata", """{"conversation_id": "CONV", "ticket_status": "resolved"}""", false },
        { "a queue in capital letters", "list_queue", """{"queue": "Support"}""", true },
        { "a queue with a blank", "list_queue", """{"queue": "tier 2"}""", false },
        { "a cursor made up", "list_conversations", """{"cursor": "2"}""", false },
        { "token for turn_token", "complete_turn", """{"token": "TOKEN", "content": "Hello"}""", false },
        { "an amount with a currency", "request_approval", """{"conversation_id": "CONV", "action": "refund", "arguments": {"order": 1}, "reason": "r", "amount": "900 EUR"}""", false },
        { "an amount as text", "request_approval", """{"conversation_id": "CONV", "action": "refund", "arguments": {"order": 2}, "reason": "r", "amount": "9.50"}""", true },
        { "four mistakes at once", "get_history", """{"conversation_id": "TICKET", "limit": "ten", "rolls": ["user"], "visibility": "private"}""", false },
    };

    [Fact]
    public void There_are_at_least_forty() => Assert.True(Mistakes.Count >= 40);

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_taken_with_its_one_meaning_or_mended_by_what_the_refusal_says(string what, string tool, string arguments, bool isTaken)
    {
        var call = JsonNode.Parse(await FilledAsync(arguments))!.AsObject();

        var first = await server.CallAsync(tool, call.ToJsonString());
        Assert.True(isTaken == first.IsError is not true, $"{what}: {TextOf(first)}");
        if (isTaken)
            return;

        var message = TextOf(first);
        Mend(call, ConnectedServer.Structured(first), message);
        var second = await server.CallAsync(tool, call.ToJsonString());
        Assert.False(second.IsError is true, $"{what}: {message} Then {call.ToJsonString()}: {TextOf(second)}");
    }

    /// <summary>Does what the refusal says, and nothing that it does not say.</summary>
    private static void Mend(JsonObject call, JsonObject refusal, string message)
    {
        if ((string?)refusal["code"] == "invalid_transition")
        {
            call["new_state"] = refusal["allowed"]![0]!.DeepClone();
            return;
        }

        foreach (var fault in refusal["faults"]?.AsArray() ?? [refusal.DeepClone()])
        {
            var (argument, rule) = ((string)fault!["argument"]!, (string)fault["rule"]!);
            // What the facts say, the sentence says as well.
            Assert.Contains($"{argument}: {rule}", message, StringComparison.Ordinal);
            var sent = call[argument]?.DeepClone();
            if ((string?)fault["suggested_argument"] is { } name)
            {
                Assert.Contains($"Did you mean {name}", message, StringComparison.Ordinal);
                call.Remove(argument);
                call[name] = (string?)fault["suggestion"] ?? sent;
            }
            else if ((string?)fault["suggestion"] is { } value)
            {
                Assert.Contains($"Did you mean \"{value}\"?", message, StringComparison.Ordinal);
                call[argument] = value;
            }
            else if (rule.Contains("leave it out", StringComparison.Ordinal) || rule.StartsWith("there is no such argument", StringComparison.Ordinal))
            {
                call.Remove(argument);
            }
            else if (OneOf().Match(rule) is { Success: true } values)
            {
                call[argument] = values.Groups[1].Value;
            }
            else if (rule.Contains("without a unit", StringComparison.Ordinal))
            {
                call[argument] = decimal.Parse(NotDigits().Replace((string)sent!, ""), CultureInfo.InvariantCulture);
            }
            else
            {
                Assert.True(Range().Match(rule) is { Success: true }, message);
                call[argument] = long.Parse(Range().Match(rule).Groups[1].Value, CultureInfo.InvariantCulture);
            }
        }
    }

    private async Task<string> FilledAsync(string arguments)
    {
        var ticket = ConnectedServer.NewTicket();
        await server.DoAsync("initialize_conversation", $$"""{"user_id": "u", "ticket_id": "{{ticket}}"}""");
        var turn = arguments.Contains("TOKEN", StringComparison.Ordinal)
            ? (string?)(await server.DoAsync("begin_turn", $$"""{"conversation_id": "cs-{{ticket}}", "content": "Hi"}"""))["turn_token"]
            : null;
        return arguments.Replace("CONV", "cs-" + ticket, StringComparison.Ordinal).Replace("TICKET", ticket, StringComparison.Ordinal).Replace("TOKEN", turn, StringComparison.Ordinal);
    }

    private static string TextOf(CallToolResult result) => Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;

    [GeneratedRegex("one of: ([^,]+)")]
    private static partial Regex OneOf();

    [GeneratedRegex("from ([0-9]+) to")]
    private static partial Regex Range();

    [GeneratedRegex("[^0-9.]")]
    private static partial Regex NotDigits();
}
