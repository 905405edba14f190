using System.Text.Json;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

/// <summary>Answers and refusals of every tool, against what the tool has announced.</summary>
public class AnswersTests(SupervisedServer server) : IClassFixture<SupervisedServer>
{
    [Fact]
    public async Task Every_answer_fits_the_output_schema_and_tells_the_moves_allowed_next()
    {
        var id = await server.OpenAsync();
        var ticket = ConnectedServer.NewTicket();
        var approval = (string)(await server.DoAsync(
            "request_approval", $$$"""{"conversation_id": "{{{id}}}", "action": "refund", "arguments": {"amount": 1}, "reason": "r", "confidence": 1}"""))["approval_id"]!;
        var token = (string)(await server.DoAsync("begin_turn", $$"""{"conversation_id": "{{id}}", "content": "c"}"""))["turn_token"]!;
        (string Tool, string Arguments)[] calls =
        [
            ("initialize_conversation", $$"""{"user_id": "u", "ticket_id": "{{ticket}}", "description": "d"}"""),
            ("initialize_conversation", "{}"),
            ("get_state", $$"""{"conversation_id": "{{id}}"}"""),
            ("get_state", "{}"),
            ("add_message", $$$"""{"conversation_id": "{{{id}}}", "role": "tool", "content": "c", "metadata": {"a": [1]}}"""),
            ("add_message", "{}"),
            ("get_history", $$"""{"conversation_id": "{{id}}"}"""),
            ("get_history", "{}"),
            ("transition_state", $$"""{"conversation_id": "{{id}}", "new_state": "processing"}"""),
            ("transition_state", $$"""{"conversation_id": "{{id}}", "new_state": "resolved"}"""),
            ("update_metadata", $$"""{"conversation_id": "{{id}}", "priority": "low"}"""),
            ("update_metadata", $$"""{"conversation_id": "{{id}}", "priority": "low", "expected_version": 1}"""),
            ("begin_turn", $$"""{"conversation_id": "{{id}}", "content": "c", "message_id": "m"}"""),
            ("begin_turn", "{}"),
            ("complete_turn", $$"""{"turn_token": "{{token}}", "content": "c"}"""),
            ("complete_turn", """{"turn_token": "x", "content": "c"}"""),
            ("claim_conversation", $$"""{"conversation_id": "{{id}}"}"""),
            ("claim_conversation", "{}"),
            ("release_conversation", $$"""{"conversation_id": "{{id}}", "reason": "r"}"""),
            ("release_conversation", "{}"),
            ("hand_back", $$"""{"conversation_id": "{{id}}", "note": "n"}"""),
            ("hand_back", $$"""{"conversation_id": "{{id}}", "note": "n"}"""),
            ("assign_conversation", $$"""{"conversation_id": "{{id}}", "to": "ai:next", "note": "n"}"""),
            ("assign_conversation", $$"""{"conversation_id": "{{id}}", "to": "billing"}"""),
            ("escalate_conversation", $$"""{"conversation_id": "{{id}}", "reason": "r", "summary": "s", "open_question": "?", "promises": ["p"], "tried": ["t"]}"""),
            ("escalate_conversation", "{}"),
            ("get_state", $$"""{"conversation_id": "{{id}}"}"""),
            ("list_queue", "{}"),
            ("list_queue", """{"cursor": "x"}"""),
            ("reopen_conversation", $$"""{"conversation_id": "{{id}}"}"""),
            ("reopen_conversation", "{}"),
            ("list_conversations", "{}"),
            ("list_conversations", """{"cursor": "x"}"""),
            ("get_events", $$"""{"conversation_id": "{{id}}"}"""),
            ("get_events", "{}"),
            ("request_approval", $$$"""{"conversation_id": "{{{id}}}", "action": "refund", "arguments": {"amount": 1.5}, "reason": "r", "amount": 600, "risk_priority": 1, "confidence": 0.5, "ask": true}"""),
            ("request_approval", "{}"),
            ("decide_approval", $$"""{"approval_id": "{{approval}}", "approved": true}"""),
            ("decide_approval", "{}"),
            ("get_approval", $$"""{"approval_id": "{{approval}}"}"""),
            ("get_approval", """{"approval_id": "ap-00000000-1"}"""),
            ("list_pending_approvals", "{}"),
            ("list_pending_approvals", """{"conversation_id": "cs-NOWHERE"}"""),
            ("await_approval", $$"""{"approval_id": "{{approval}}"}"""),
            ("await_approval", "{}"),
            ("use_approval", $$$"""{"approval_id": "{{{approval}}}", "action": "refund", "arguments": {"amount": 1} }"""),
            ("use_approval", $$$"""{"approval_id": "{{{approval}}}", "action": "refund", "arguments": {"amount": 2} }"""),
            ("create_ticket", """{"ticket_id": "TKT-1", "customer_id": "NOBODY", "description": "d"}"""),
            ("ticket_status", """{"ticket_id": "TKT-NONE"}"""),
            ("next_step", "{}"),
            ("lookup_customer", """{"customer_id": "NOBODY"}"""),
            ("lookup_system_info", """{"step_token": "x"}"""),
            ("complete_step", """{"step_token": "x", "outcome": "done"}"""),
            ("save_article", """{"article_id": "a-1", "title": "t", "content": "## Solution\n\n1. Do it."}"""),
            ("get_article", """{"article_id": "a-1"}"""),
            ("get_article", """{"article_id": "none"}"""),
            ("query_knowledge_base", """{"query": "do it"}"""),
            ("query_knowledge_base", """{"query": "do it", "step_token": "x"}"""),
            ("delete_conversation", $$"""{"conversation_id": "cs-{{ticket}}"}"""),
            ("delete_conversation", $$"""{"conversation_id": "cs-{{ticket}}"}"""),
        ];
        var tools = (await server.Client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken)).ToDictionary(t => t.Name);
        Assert.Equal(tools.Keys.Order(), calls.Select(c => c.Tool).Distinct().Order());

        foreach (var (tool, arguments) in calls)
        {
            var result = await server.CallAsync(tool, arguments);

            Assert.Empty(JsonSchemaCheck.Violations(tools[tool].ReturnJsonSchema!.Value, result.StructuredContent!.Value).Select(v => $"{tool}: {v}"));
            // What tells of a step, an article, an approval, of the whole trail or of an end knows no next move; a listing tells it of each conversation.
            if (result.IsError is not true && !tool.EndsWith("_approval", StringComparison.Ordinal)
                && tool is not ("list_pending_approvals" or "get_events" or "delete_conversation" or "list_conversations" or "list_queue"
                    or "next_step" or "save_article" or "get_article" or "query_knowledge_base"))
                Assert.Equal(JsonValueKind.Array, result.StructuredContent.Value.GetProperty("allowed_transitions").ValueKind);
        }
    }
}
