using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Extensions;
using SupportStateMcp.Mcp.Resources;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>The tools that open, read, change and erase a conversation. Arguments are checked before a method is called.</summary>
[McpServerToolType]
[Toolset(Toolsets.Conversations)]
public sealed class ConversationTools(
    ConversationCommandHandler commands, ConversationQueries queries, ConversationVersions versions, Forking forking, WorkflowDefinition workflow, ConnectionCaller callers)
{
    [McpServerTool(Name = "initialize_conversation", Title = "Open a support conversation", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(InitializeView))]
    [Description("Opens the support conversation of a ticket and returns its conversation_id, the handle that every other tool takes. Call it first when a customer comes with a ticket. If the ticket already has a conversation, that conversation is returned unchanged with created: false; nothing is ever overwritten.")]
    [Requires(typeof(ConversationCommand.Initialize))]
    public async Task<CallToolResult> InitializeConversation(
        RequestContext<CallToolRequestParams> call,
        [Description("The customer's id in your own systems."), StringLength(Limits.UserId, MinimumLength = 1)] string user_id,
        [Description("The ticket's id, for example TKT-001: letters, digits, dot, underscore, hyphen."), StringLength(100, MinimumLength = 1), RegularExpression(ConversationId.TicketPattern)] string ticket_id,
        [Description("How urgent the conversation is."), AllowedValues("low", "medium", "high", "urgent")] string priority = "medium",
        [Description("Who works on the conversation first."), StringLength(Limits.AssignedTo, MinimumLength = 1)] string assigned_to = ConversationCommand.Initialize.DefaultAssignee,
        [Description("What the conversation is about, in a few sentences."), StringLength(Limits.Description)] string? description = null,
        [Description(Describe.Facts)] Dictionary<string, JsonElement>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        var result = await commands.ExecuteAsync(new ConversationCommand.Initialize
        {
            Id = ConversationId.OfTicket(ticket_id)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            UserId = user_id,
            Priority = SnakeCaseEnum.Parse<Priority>(priority)!.Value,
            AssignedTo = assigned_to,
            Description = description,
            Metadata = metadata,
        }, cancellationToken);
        return ToolReply.Of(result, o => new InitializeView(o, workflow));
    }

    [McpServerTool(Name = "get_state", Title = "Read a support conversation", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(ConversationView))]
    [Description("Reads where a conversation stands, or stood: state, owner, facts, handoff, version, allowed transitions, what to do now. Call it before you act on a conversation you have not just written to.")]
    [Requires]
    [ShownIn(AppResources.ConversationUri)]
    public async Task<CallToolResult> GetState(
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("As of this version."), Range(1, Limits.Number)] long? at_version = null,
        [Description("As of then, with the zone."), StringLength(40, MinimumLength = 1)] string? at_time = null,
        [Description("As of this checkpoint."), StringLength(Checkpoint.NameLength, MinimumLength = 1)] string? checkpoint = null,
        CancellationToken cancellationToken = default)
    {
        var id = ConversationId.TryParse(conversation_id)!.Value;
        if (((object?)at_version ?? at_time ?? checkpoint) is not null)
        {
            var point = PointArgument.Read(at_version, at_time, checkpoint);
            return point.TryGet(out var at, out var malformed)
                ? ToolReply.Of(await versions.GetAsync(id, at, cancellationToken), found => new ConversationView(found, workflow))
                : ToolReply.Of(malformed);
        }

        var result = await queries.GetAsync(id, cancellationToken);
        return ToolReply.Of(result, loaded => new ConversationView(loaded.Conversation!, loaded.ExpiresAt, workflow));
    }

    [McpServerTool(Name = "transition_state", Title = "Move a conversation along its workflow", ReadOnly = false, Destructive = false,
        Idempotent = false, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(TransitionView))]
    [Description("Moves a conversation to another state of its workflow; a transition that is not allowed is refused with those that are. To hand it to a person use escalate_conversation; to answer and move in one step, complete_turn with new_state.")]
    [Requires(typeof(ConversationCommand.Transition))]
    public async Task<CallToolResult> TransitionState(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("The state to move to; one of allowed_transitions."), StringLength(Limits.State, MinimumLength = 1)] string new_state,
        [Description(Describe.Reason), StringLength(Limits.Reason)] string? reason = null,
        [Description(Describe.ExpectedVersion), Range(1, Limits.Number)] long? expected_version = null,
        [Description(Describe.IdempotencyKey), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        if (StateArgument.Read(workflow, "new_state", new_state, out var state) is { } unknown)
            return ToolReply.Of(unknown);

        var id = ConversationId.TryParse(conversation_id)!.Value;
        var caller = callers.Of(call);
        var result = await commands.ExecuteAsync(new ConversationCommand.Transition
        {
            Id = id,
            Actor = caller.Actor,
            Roles = caller.Roles,
            NewState = state!,
            Reason = reason,
            ExpectedVersion = expected_version,
            IdempotencyKey = idempotency_key,
        }, cancellationToken);
        return ToolReply.Of(result, o => new TransitionView(id, o, workflow));
    }

    [McpServerTool(Name = "update_metadata", Title = "Change the facts about a conversation", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(UpdateMetadataView))]
    [Description("Changes what is known about a conversation: only what you pass; custom facts are merged by key. While a person has it, an AI changes custom facts only. assigned_to is a name alone: assign_conversation changes who may answer.")]
    [Requires(typeof(ConversationCommand.UpdateMetadata))]
    public async Task<CallToolResult> UpdateMetadata(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("What the customer sees."), AllowedValues("open", "pending", "solved", "closed")] string? ticket_status = null,
        [Description("How urgent the conversation is."), AllowedValues("low", "medium", "high", "urgent")] string? priority = null,
        [Description("Who works on the conversation."), StringLength(Limits.AssignedTo, MinimumLength = 1)] string? assigned_to = null,
        [Description("Custom facts to set, by key; a null removes its key.")] Dictionary<string, JsonElement>? metadata = null,
        [Description(Describe.ExpectedVersion), Range(1, Limits.Number)] long? expected_version = null,
        [Description(Describe.IdempotencyKey), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        if ((ticket_status ?? priority ?? assigned_to) is null && metadata is not { Count: > 0 })
            return ToolReply.Of(Error.InvalidArgument("metadata", "it must be there where nothing else is to change: pass at least one of ticket_status, priority, assigned_to, metadata"));

        var id = ConversationId.TryParse(conversation_id)!.Value;
        var caller = callers.Of(call);
        var result = await commands.ExecuteAsync(new ConversationCommand.UpdateMetadata
        {
            Id = id,
            Actor = caller.Actor,
            Roles = caller.Roles,
            TicketStatus = SnakeCaseEnum.Parse<TicketStatus>(ticket_status),
            Priority = SnakeCaseEnum.Parse<Priority>(priority),
            AssignedTo = assigned_to,
            Metadata = metadata,
            ExpectedVersion = expected_version,
            IdempotencyKey = idempotency_key,
        }, cancellationToken);
        return ToolReply.Of(result, o => new UpdateMetadataView(id, o, workflow));
    }

    [McpServerTool(Name = "delete_conversation", Title = "Erase a conversation", ReadOnly = false, Destructive = true,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(DeleteView))]
    [Description("Erases a conversation and its copies for good; the audit trail stays, without content. Use it when the customer asks for erasure, never to finish a conversation (that is transition_state). Not for an AI while a person has it.")]
    [Requires(typeof(ConversationCommand.Erase))]
    public async Task<CallToolResult> DeleteConversation(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("Why; kept in the audit trail, so name no customer in it."), StringLength(Limits.Reason)] string? reason = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        var result = await forking.EraseAsync(new ConversationCommand.Erase
        {
            Id = ConversationId.TryParse(conversation_id)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            Reason = reason,
        }, cancellationToken);
        return ToolReply.Of(result, o => new DeleteView
        {
            ConversationId = conversation_id,
            ErasedAt = o.Conversation.ErasedAt!.Value,
            Erased = new ErasureView
            {
                Messages = o.ErasedMessages,
                Snapshot = true,
                EventsKept = o.IdempotencyRecord.Version,
                Remaining = o.ContentRemoved ? null
                    : "Nobody can read the content over this server any more, but traces of it are still in the store's file, since something else reads it. A sweep tries again every 30 seconds; the server's log tells as long as it fails.",
            },
            Version = o.IdempotencyRecord.Version,
        });
    }
}
