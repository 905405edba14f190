using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Views;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>The tools by which a person takes a conversation, and anybody who may gives it away.</summary>
[McpServerToolType]
[Toolset(Toolsets.Conversations)]
public sealed class OwnershipTools(ConversationCommandHandler commands, WorkflowDefinition workflow, ConnectionCaller callers)
{
    [McpServerTool(Name = "claim_conversation", Title = "Take a conversation", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(OwnershipView))]
    [Description("A person takes a conversation: from now on they alone answer the customer, and every AI is refused. Answer within the lease, or the conversation goes back to its queue with its waiting time; an answer makes it yours until you hand it back, release or finish it. A repeated claim lengthens the lease. Example: list_queue → claim_conversation(cs-TKT-001) → add_message(role: assistant, content: your reply) → hand_back(cs-TKT-001, note: \"Access restored; ask whether it works.\").")]
    [Requires(typeof(ConversationCommand.Claim))]
    public Task<CallToolResult> ClaimConversation(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("Within how many seconds you answer."), Range(Limits.ShortestLease, Limits.LongestLease)] int lease_seconds = Limits.DefaultLease,
        [Description(Describe.ExpectedVersion), Range(1, Limits.Number)] long? expected_version = null,
        [Description(Describe.IdempotencyKey), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        return DoAsync(new ConversationCommand.Claim
        {
            Id = ConversationId.TryParse(conversation_id)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            Lease = TimeSpan.FromSeconds(lease_seconds),
            ExpectedVersion = expected_version,
            IdempotencyKey = idempotency_key,
        }, cancellationToken);
    }

    [McpServerTool(Name = "release_conversation", Title = "Put a conversation back into its queue", ReadOnly = false, Destructive = false,
        Idempotent = false, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(OwnershipView))]
    [Description("The person who has a conversation puts it back into the queue it came from, for another person to take. Use hand_back instead to let the AI go on with it.")]
    [Requires(typeof(ConversationCommand.Release))]
    public Task<CallToolResult> ReleaseConversation(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description(Describe.Reason), StringLength(Limits.Reason)] string? reason = null,
        [Description(Describe.ExpectedVersion), Range(1, Limits.Number)] long? expected_version = null,
        [Description(Describe.IdempotencyKey), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        return DoAsync(new ConversationCommand.Release
        {
            Id = ConversationId.TryParse(conversation_id)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            Reason = reason,
            ExpectedVersion = expected_version,
            IdempotencyKey = idempotency_key,
        }, cancellationToken);
    }

    [McpServerTool(Name = "hand_back", Title = "Hand a conversation back to the AI", ReadOnly = false, Destructive = false,
        Idempotent = false, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(OwnershipView))]
    [Description("The person who has a conversation lets the AI go on with it. The note is stored as an internal message, which the customer never sees: write what was agreed and what is left to do. An escalated conversation also moves back to work where the workflow has a way. A person may hand back a conversation that waits in a queue as well.")]
    [Requires(typeof(ConversationCommand.HandBack))]
    public Task<CallToolResult> HandBack(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("What the AI needs to know to go on."), StringLength(Limits.Summary, MinimumLength = 1)] string note,
        [Description(Describe.ExpectedVersion), Range(1, Limits.Number)] long? expected_version = null,
        [Description(Describe.IdempotencyKey), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        return DoAsync(new ConversationCommand.HandBack
        {
            Id = ConversationId.TryParse(conversation_id)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            Note = note,
            ExpectedVersion = expected_version,
            IdempotencyKey = idempotency_key,
        }, cancellationToken);
    }

    [McpServerTool(Name = "assign_conversation", Title = "Give a conversation to somebody", ReadOnly = false, Destructive = false,
        Idempotent = false, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(OwnershipView))]
    [Description("Gives a conversation to a person, a queue or an AI. A person answers within the lease, or it goes to its queue. To tell people what they need to know, use escalate_conversation. Only its owner or a supervisor gives it away; from an AI or out of a queue, any person too.")]
    [Requires(typeof(ConversationCommand.Assign))]
    public Task<CallToolResult> AssignConversation(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("Who gets it: human:bob, queue:billing or ai:claude."), StringLength(Limits.Owner, MinimumLength = 1)] string to,
        [Description("What they need to know; the customer never sees it."), StringLength(Limits.Summary)] string? note = null,
        [Description("Seconds a person has to answer."), Range(Limits.ShortestLease, Limits.LongestLease)] int lease_seconds = Limits.DefaultLease,
        [Description(Describe.ExpectedVersion), Range(1, Limits.Number)] long? expected_version = null,
        [Description(Describe.IdempotencyKey), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        return DoAsync(new ConversationCommand.Assign
        {
            Id = ConversationId.TryParse(conversation_id)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            To = to,
            Note = note,
            Lease = TimeSpan.FromSeconds(lease_seconds),
            ExpectedVersion = expected_version,
            IdempotencyKey = idempotency_key,
        }, cancellationToken);
    }

    private async Task<CallToolResult> DoAsync(ConversationCommand command, CancellationToken cancellationToken) =>
        ToolReply.Of(await commands.ExecuteAsync(command, cancellationToken), o => new OwnershipView(command.Id, o, workflow));
}
