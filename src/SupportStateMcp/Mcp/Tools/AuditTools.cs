using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>The tools that look across conversations and back in time.</summary>
[McpServerToolType]
[Toolset(Toolsets.Conversations)]
public sealed class AuditTools(ConversationQueries queries, WorkflowDefinition workflow, ConnectionCaller callers)
{
    [McpServerTool(Name = "list_conversations", Title = "List support conversations", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(ConversationListView))]
    [Description("Lists conversations that match every filter you pass, newest change first: to find a conversation_id, what you own (owner: me), or what there is to do. A call looks at 2,000 at most: a page may be short or empty and still have a next_cursor.")]
    [Requires]
    public async Task<CallToolResult> ListConversations(
        RequestContext<CallToolRequestParams> call,
        [Description("In this state."), StringLength(Limits.State, MinimumLength = 1)] string? state = null,
        [Description("Of this customer."), StringLength(Limits.UserId, MinimumLength = 1)] string? user_id = null,
        [Description("Who works on it."), StringLength(Limits.Owner, MinimumLength = 1)] string? assigned_to = null,
        [Description("me, human:alice, queue:billing or ai:claude."), StringLength(Limits.Owner, MinimumLength = 1)] string? owner = null,
        [Description("Of this priority."), AllowedValues("low", "medium", "high", "urgent")] string? priority = null,
        [Description("What the customer sees."), AllowedValues("open", "pending", "solved", "closed")] string? ticket_status = null,
        [Description("Part of the description, in any case."), StringLength(Limits.SearchText, MinimumLength = 1)] string? text = null,
        [Description("Changed since then, with the zone."), StringLength(40, MinimumLength = 1)] string? updated_since = null,
        [Description(Describe.Limit), Range(1, Limits.Page)] int limit = 50,
        [Description(Describe.Cursor), StringLength(Limits.Cursor, MinimumLength = 1)] string? cursor = null,
        [Description(Describe.MaxCharacters), Range(Limits.LeastAnswerCharacters, Limits.AnswerCharacters)] int max_characters = Limits.AnswerCharacters,
        CancellationToken cancellationToken = default)
    {
        if (StateArgument.Read(workflow, "state", state, out state) is { } unknown)
            return ToolReply.Of(unknown);
        if (!ConversationCursorText.TryDecode(cursor, out var after))
            return ToolReply.Of(Error.InvalidArgument("cursor", "it must be the next_cursor of an earlier answer, unchanged; leave it out for the first page", SentValue.Quoted(cursor!)));

        Owner? of = null;
        if (owner is not null && !Owner.Read("owner", owner, callers.Of(call).Actor).TryGet(out of, out var malformed))
            return ToolReply.Of(malformed);
        var since = updated_since is null ? null : InstantText.TryParse(updated_since);
        if (updated_since is not null && since is null)
            return ToolReply.Of(Error.InvalidArgument("updated_since", "it must be a time with its zone, for example 2026-11-25T09:00:00Z", SentValue.Quoted(updated_since)));

        var filter = new ConversationFilter(state, user_id, assigned_to, of)
        {
            Priority = SnakeCaseEnum.Parse<Priority>(priority),
            TicketStatus = SnakeCaseEnum.Parse<TicketStatus>(ticket_status),
            Text = text,
            UpdatedSince = since,
        };
        var result = await queries.ListAsync(filter, after, limit, cancellationToken);
        return ToolReply.Of(result, page => ConversationListView.Of(page, new AnswerSize(max_characters)));
    }

    [McpServerTool(Name = "get_events", Title = "Read the audit trail of a conversation", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(EventsView))]
    [Description("Reads the audit trail of a conversation, oldest first: who did what, when, why, and the version it made; of a message never the content. The trail remains after an erasure.")]
    [Requires]
    public async Task<CallToolResult> GetEvents(
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("Only later events: the after of the last answer."), Range(0, Limits.Number)] long after = 0,
        [Description(Describe.Limit), Range(1, Limits.Page)] int limit = 100,
        [Description(Describe.MaxCharacters), Range(Limits.LeastAnswerCharacters, Limits.AnswerCharacters)] int max_characters = Limits.AnswerCharacters,
        CancellationToken cancellationToken = default)
    {
        var result = await queries.GetEventsAsync(ConversationId.TryParse(conversation_id)!.Value, after, limit, cancellationToken);
        return ToolReply.Of(result, page => EventsView.Of(page, workflow, new AnswerSize(max_characters)));
    }
}
