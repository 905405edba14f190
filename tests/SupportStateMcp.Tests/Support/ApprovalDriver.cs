using System.Text.Json.Nodes;

namespace SupportStateMcp.Tests.Support;

/// <summary>A bot that asks, people who decide, and an auditor who looks: the calls that tests of approvals make.</summary>
internal sealed class ApprovalDriver(GuardedServer server)
{
    public const string Refund = """{"order":"A-17","amount":612.40}""";

    /// <summary>Opens a conversation and returns its id.</summary>
    public async Task<string> OpenAsync() => (string)(await server.CallAsync(
        server.Bot, "initialize_conversation", $$"""{"user_id":"u","ticket_id":"{{ConnectedServer.NewTicket()}}"}"""))["conversation_id"]!;

    /// <summary>The bot asks for a refund; what follows the usual arguments begins with a comma.</summary>
    public Task<JsonNode> RequestAsync(string id, string more = "", string arguments = Refund) => server.CallAsync(
        server.Bot, "request_approval", $$"""{"conversation_id":"{{id}}","action":"refund","arguments":{{arguments}},"reason":"It broke."{{more}}}""");

    /// <summary>The bot asks in a conversation of its own; the id of the approval.</summary>
    public async Task<string> PendingAsync(string more = "") => (string)(await RequestAsync(await OpenAsync(), more))["approval_id"]!;

    public Task<JsonNode> DecideAsync(string token, string approval, bool approved, string more = "") => server.CallAsync(
        token, "decide_approval", $$"""{"approval_id":"{{approval}}","approved":{{(approved ? "true" : "false")}}{{more}}}""");

    public Task<JsonNode> UseAsync(string approval, string arguments = Refund, string more = "", string? token = null, string action = "refund") => server.CallAsync(
        token ?? server.Bot, "use_approval", $$"""{"approval_id":"{{approval}}","action":"{{action}}","arguments":{{arguments}}{{more}}}""");

    public Task<JsonNode> GetAsync(string approval) => server.CallAsync(server.Auditor, "get_approval", $$"""{"approval_id":"{{approval}}"}""");

    /// <summary>A call is refused with this code, and leaves state and trail of the conversation as they were.</summary>
    public async Task<JsonNode> RefusedAsync(string code, string id, Func<Task<JsonNode>> call)
    {
        var before = await EverythingAsync(id);
        var refusal = await call();
        Assert.Equal(code, (string?)refusal["code"]);
        Assert.Equal(before, await EverythingAsync(id));
        return refusal;
    }

    /// <summary>The conversation of an approval.</summary>
    public static string ConversationOf(string approval) => "cs-" + approval["ap-00000000-".Length..];

    private async Task<string> EverythingAsync(string id) =>
        (await server.CallAsync(server.Auditor, "get_state", $$"""{"conversation_id":"{{id}}"}""")).ToJsonString()
        + (await server.CallAsync(server.Auditor, "get_events", $$"""{"conversation_id":"{{id}}"}""")).ToJsonString()
        + (await server.CallAsync(server.Auditor, "list_pending_approvals", $$"""{"conversation_id":"{{id}}"}""")).ToJsonString();
}
