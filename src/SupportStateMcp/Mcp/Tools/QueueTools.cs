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

/// <summary>The tools that hand a conversation to people, show who waits for one, and open a closed conversation again.</summary>
[McpServerToolType]
[Toolset(Toolsets.Conversations)]
public sealed class QueueTools(
    ConversationCommandHandler commands, ConversationQueries queries, Reopening reopening, WorkflowDefinition workflow, ConnectionCaller callers, TimeProvider time)
{
    [McpServerTool(Name = "escalate_conversation", Title = "Hand a conversation to people", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(EscalateView))]
    [Description("Hands a conversation to people in one step: it moves to the escalation state, waits in a queue for a person, and the packet tells them what they need. Call it when you cannot or may not go on, instead of telling the customer that somebody will come. From then on leave the answers to the person.")]
    [Requires(typeof(ConversationCommand.Escalate))]
    public async Task<CallToolResult> EscalateConversation(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("Why a person is needed, in a sentence."), StringLength(Limits.Reason, MinimumLength = 1)] string reason,
        [Description("What happened so far, for somebody who knows nothing of it."), StringLength(Limits.Summary, MinimumLength = 1)] string summary,
        [Description("The queue in which the conversation waits."), RegularExpression(Owner.QueuePattern)] string queue = Owner.DefaultQueue,
        [Description("The new priority, if it changes."), AllowedValues("low", "medium", "high", "urgent")] string? priority = null,
        [Description("What the customer is told, if anything."), StringLength(Limits.Content)] string? customer_message = null,
        [Description("What the customer still wants to know."), StringLength(Limits.Reason)] string? open_question = null,
        [Description("What the customer was promised, one item each."), ItemCount(0, Limits.HandoffItems), ItemLength(1, Limits.HandoffItem)] string[]? promises = null,
        [Description("What did not help, one item each."), ItemCount(0, Limits.HandoffItems), ItemLength(1, Limits.HandoffItem)] string[]? tried = null,
        [Description(Describe.ExpectedVersion), Range(1, Limits.Number)] long? expected_version = null,
        [Description(Describe.IdempotencyKey), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        var id = ConversationId.TryParse(conversation_id)!.Value;
        var caller = callers.Of(call);
        var result = await commands.ExecuteAsync(new ConversationCommand.Escalate
        {
            Id = id,
            Actor = caller.Actor,
            Roles = caller.Roles,
            Reason = reason,
            Summary = summary,
            Queue = queue,
            Priority = SnakeCaseEnum.Parse<Priority>(priority),
            CustomerMessage = customer_message,
            OpenQuestion = open_question,
            Promises = promises ?? [],
            Tried = tried ?? [],
            ExpectedVersion = expected_version,
            IdempotencyKey = idempotency_key,
        }, cancellationToken);
        return ToolReply.Of(result, o => new EscalateView(id, o, workflow));
    }

    [McpServerTool(Name = "list_queue", Title = "List who waits for a person", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(QueueView))]
    [Description("Lists the conversations that wait for a person, the most urgent first and within a priority the one that has waited longest, with why and a summary. Call it to see whether a conversation still waits, or which to claim next.")]
    [Requires]
    public async Task<CallToolResult> ListQueue(
        [Description("Only this queue; omit it for all."), RegularExpression(Owner.QueuePattern)] string? queue = null,
        [Description(Describe.Limit), Range(1, Limits.Page)] int limit = 50,
        [Description(Describe.Cursor), StringLength(Limits.Cursor, MinimumLength = 1)] string? cursor = null,
        [Description(Describe.MaxCharacters), Range(Limits.LeastAnswerCharacters, Limits.AnswerCharacters)] int max_characters = Limits.AnswerCharacters,
        CancellationToken cancellationToken = default)
    {
        if (!QueueCursorText.TryDecode(cursor, out var after))
            return ToolReply.Of(Error.InvalidArgument("cursor", "it must be the next_cursor of an earlier answer, unchanged; leave it out for the first page", SentValue.Quoted(cursor!)));
        return ToolReply.Of(await queries.GetQueueAsync(queue, after, limit, cancellationToken), page => QueueView.Of(page, time.GetUtcNow(), new AnswerSize(max_characters)));
    }

    [McpServerTool(Name = "reopen_conversation", Title = "Open a closed conversation again", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(ReopenView))]
    [Description("Opens a closed conversation again while it can be; later, or where the workflow has no way back, opens a linked follow-up conversation for the same customer. outcome says which it did, conversation_id where to go on. A customer's message reopens a conversation by itself while it can be.")]
    [Requires(typeof(ConversationCommand.Reopen))]
    public async Task<CallToolResult> ReopenConversation(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description(Describe.Reason), StringLength(Limits.Reason)] string? reason = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        var result = await reopening.ReopenAsync(new ConversationCommand.Reopen
        {
            Id = ConversationId.TryParse(conversation_id)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            Reason = reason,
        }, cancellationToken);
        return ToolReply.Of(result, r => new ReopenView(r, workflow));
    }
}
