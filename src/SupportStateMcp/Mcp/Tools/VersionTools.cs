using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Views;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>The tools that name versions of a conversation and go back to them.</summary>
[McpServerToolType]
[Toolset(Toolsets.Versions)]
public sealed class VersionTools(
    ConversationVersions versions, Forking forking, ConversationCommandHandler commands, ConversationQueries queries, WorkflowDefinition workflow, ConnectionCaller callers)
{
    [McpServerTool(Name = "checkpoint", Title = "Name a version of a conversation", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(CheckpointSetView))]
    [Description("Gives the conversation as it stands a name, to look at it again (get_state) or to go back to it (rollback). Call it before you try something. At most 20 names are kept, the newest.")]
    [Requires(typeof(ConversationCommand.SetCheckpoint))]
    public async Task<CallToolResult> SetCheckpoint(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("For example before-refund."), RegularExpression(Checkpoint.Pattern)] string name,
        [Description(Describe.ExpectedVersion), Range(1, Limits.Number)] long? expected_version = null,
        [Description(Describe.IdempotencyKey), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        var id = ConversationId.TryParse(conversation_id)!.Value;
        var caller = callers.Of(call);
        var result = await commands.ExecuteAsync(new ConversationCommand.SetCheckpoint
        {
            Id = id, Actor = caller.Actor, Roles = caller.Roles, Name = name, ExpectedVersion = expected_version, IdempotencyKey = idempotency_key,
        }, cancellationToken);
        return ToolReply.Of(result, o => CheckpointSetView.Of(id, name, o));
    }

    [McpServerTool(Name = "list_checkpoints", Title = "List the named versions of a conversation", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(CheckpointListView))]
    [Description("Lists the versions of a conversation that have names, oldest first, and the version that it is at.")]
    [Requires]
    public async Task<CallToolResult> ListCheckpoints(
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        CancellationToken cancellationToken = default) =>
        ToolReply.Of(
            await queries.GetAsync(ConversationId.TryParse(conversation_id)!.Value, cancellationToken), loaded => CheckpointListView.Of(loaded.Conversation!));

    [McpServerTool(Name = "rollback", Title = "Go back to an earlier version", ReadOnly = false, Destructive = false,
        Idempotent = false, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(RollbackView))]
    [Description("Restores custom facts, priority, tasks, summary and workflow state: `steps` changes ago (default 1), or as in the version or checkpoint `to`. Messages, owner, approvals and all that the customer saw stay, and the trail goes on. For the owner of the conversation and supervisors; not once it is closed.")]
    [Requires(typeof(ConversationCommand.Rollback))]
    public async Task<CallToolResult> Rollback(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("How many changes to take back."), Range(1, ConversationCommand.Rollback.MostSteps)] int? steps = null,
        [Description("A version or a checkpoint, instead."), StringLength(Checkpoint.NameLength, MinimumLength = 1)] string? to = null,
        [Description("True lets the workflow state stay, where the workflow does not lead back.")] bool keep_state = false,
        [Description(Describe.Reason), StringLength(Limits.Reason)] string? reason = null,
        [Description(Describe.ExpectedVersion), Range(1, Limits.Number)] long? expected_version = null,
        [Description(Describe.IdempotencyKey), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        var id = ConversationId.TryParse(conversation_id)!.Value;
        var caller = callers.Of(call);
        var result = await versions.RollbackAsync(new ConversationCommand.Rollback
        {
            Id = id,
            Actor = caller.Actor,
            Roles = caller.Roles,
            Steps = steps ?? (to is null ? 1 : null),
            To = to,
            KeepState = keep_state,
            Reason = reason,
            ExpectedVersion = expected_version,
            IdempotencyKey = idempotency_key,
        }, cancellationToken);
        return ToolReply.Of(result, r => new RollbackView(id, r, workflow));
    }

    [McpServerTool(Name = "fork_conversation", Title = "Try something in a copy", ReadOnly = false, Destructive = false,
        Idempotent = false, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(ForkView))]
    [Description("Opens a what-if copy of a conversation, as it is or as it was: its facts, tasks and state, without messages and approvals. It takes facts, transitions, tasks and internal notes; nothing in it reaches a customer or a colleague.")]
    [Requires(typeof(ConversationCommand.AnnounceFork))]
    public async Task<CallToolResult> ForkConversation(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("The version or checkpoint to copy; else as it is."), StringLength(Checkpoint.NameLength, MinimumLength = 1)] string? to = null,
        [Description(Describe.Reason), StringLength(Limits.Reason)] string? reason = null,
        [Description(Describe.IdempotencyKey), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        var id = ConversationId.TryParse(conversation_id)!.Value;
        var caller = callers.Of(call);
        var result = await forking.ForkAsync(new ConversationCommand.AnnounceFork
        {
            Id = id, Actor = caller.Actor, Roles = caller.Roles, Fork = id, Of = 0, Point = to, Reason = reason, IdempotencyKey = idempotency_key,
        }, cancellationToken);
        return ToolReply.Of(result, forked => new ForkView(forked, workflow));
    }
}
