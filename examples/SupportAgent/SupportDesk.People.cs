using System.Text.Json;

namespace SupportAgent;

// The tools of turns, handoffs and approvals.
internal sealed partial class SupportDesk
{
    public Task<Reply<TurnBegun>> BeginTurnAsync(string id, string messageId, string content, CancellationToken ct) =>
        CallAsync<TurnBegun>("begin_turn", new() { ["conversation_id"] = id, ["message_id"] = messageId, ["content"] = content }, ct);

    public Task<Reply<TurnDone>> CompleteTurnAsync(string turnToken, string content, CancellationToken ct, string? newState = null, string? reason = null) =>
        CallAsync<TurnDone>("complete_turn", new() { ["turn_token"] = turnToken, ["content"] = content, ["new_state"] = newState, ["reason"] = reason }, ct);

    public Task<Reply<Owned>> EscalateAsync(string id, string reason, string summary, string customerMessage, string[] promises, string[] tried, CancellationToken ct) =>
        CallAsync<Owned>("escalate_conversation", new()
        {
            ["conversation_id"] = id, ["reason"] = reason, ["summary"] = summary, ["customer_message"] = customerMessage,
            ["priority"] = "high", ["promises"] = promises, ["tried"] = tried, ["idempotency_key"] = $"escalate-{id}",
        }, ct);

    public Task<Reply<Queue>> QueueAsync(CancellationToken ct) => CallAsync<Queue>("list_queue", new() { ["queue"] = "support" }, ct);

    public Task<Reply<Owned>> ClaimAsync(string id, CancellationToken ct) =>
        CallAsync<Owned>("claim_conversation", new() { ["conversation_id"] = id, ["lease_seconds"] = 600 }, ct);

    public Task<Reply<Owned>> HandBackAsync(string id, string note, CancellationToken ct) =>
        CallAsync<Owned>("hand_back", new() { ["conversation_id"] = id, ["note"] = note }, ct);

    public Task<Reply<Approval>> RequestAsync(string id, string action, object arguments, string reason, decimal amount, decimal confidence, CancellationToken ct) =>
        CallAsync<Approval>("request_approval", new()
        {
            ["conversation_id"] = id, ["action"] = action, ["arguments"] = arguments, ["reason"] = reason, ["amount"] = amount, ["confidence"] = confidence,
        }, ct);

    public Task<Reply<Approval>> AwaitAsync(string approvalId, CancellationToken ct) =>
        CallAsync<Approval>("await_approval", new() { ["approval_id"] = approvalId, ["timeout_seconds"] = 25 }, ct);

    public Task<Reply<Approval>> DecideAsync(string approvalId, bool approved, string notes, object? finalArguments, CancellationToken ct) =>
        CallAsync<Approval>("decide_approval", new() { ["approval_id"] = approvalId, ["approved"] = approved, ["notes"] = notes, ["final_arguments"] = finalArguments }, ct);

    public Task<Reply<Permission>> UseAsync(string approvalId, string action, object arguments, string key, CancellationToken ct) =>
        CallAsync<Permission>("use_approval", new() { ["approval_id"] = approvalId, ["action"] = action, ["arguments"] = arguments, ["idempotency_key"] = key }, ct);

    public Task<Reply<Pending>> PendingAsync(CancellationToken ct) => CallAsync<Pending>("list_pending_approvals", [], ct);

    /// <summary>What a person reads before they take a conversation.</summary>
    public Task<string> BriefAsync(string id, CancellationToken ct) =>
        connection.PromptAsync("handoff_brief", new Dictionary<string, object?> { ["conversation_id"] = id, ["max_tokens"] = "400" }, ct);
}

internal sealed record TurnBegun(long Number, string State, string Owner, long Epoch, bool MayAnswer, string? TurnToken, string Guidance, IReadOnlyList<Message> History);

internal sealed record TurnDone(string State, string Owner, long Version, bool Replayed);

internal sealed record Owned(string State, string Owner, long Epoch, long Version);

internal sealed record Queue(IReadOnlyList<Waiting> Conversations);

internal sealed record Waiting(string ConversationId, string Priority, DateTimeOffset WaitingSince);

internal sealed record Approval(string ApprovalId, string Action, JsonElement Arguments, string Status, string Policy, string RequestedBy);

internal sealed record Pending(IReadOnlyList<Approval> Approvals);

internal sealed record Permission(bool Granted, bool Replayed, JsonElement Arguments);
