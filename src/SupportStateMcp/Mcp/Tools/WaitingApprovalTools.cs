using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Extensions;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Mcp.Resources;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>The tools that look at approvals, and wait for them.</summary>
[McpServerToolType]
[Toolset(Toolsets.Conversations)]
public sealed class WaitingApprovalTools(ApprovalService approvals, ConversationQueries queries, DeskTasks tasks, ServerStopping stopping, TimeProvider time)
{
    [McpServerTool(Name = "get_approval", Title = "Read an approval", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(ApprovalView))]
    [Description("Reads an approval: its status, what exactly it is for, who asked, who decided what, until when it waits, and one sentence on what to do next.")]
    [Requires]
    [ShownIn(AppResources.ApprovalUri)]
    public async Task<CallToolResult> GetApproval(
        [Description(Describe.ApprovalId), RegularExpression(Approval.Pattern)] string approval_id,
        CancellationToken cancellationToken = default) =>
        ToolReply.Of(await approvals.GetAsync(approval_id, cancellationToken), Show);

    [McpServerTool(Name = "list_pending_approvals", Title = "List pending approvals", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(PendingApprovalsView))]
    [Description("Lists the approvals that wait for a decision, the next deadline first: of a queue, of one conversation, or all.")]
    [Requires]
    [ShownIn(AppResources.ApprovalUri)]
    public async Task<CallToolResult> ListPendingApprovals(
        [Description("Only of conversations of this queue."), RegularExpression(Owner.QueuePattern)] string? queue = null,
        [Description("Only of this conversation."), RegularExpression(ConversationId.Pattern)] string? conversation_id = null,
        [Description(Describe.Limit), Range(1, Limits.Page)] int limit = 50,
        [Description(Describe.Cursor), StringLength(Limits.Cursor, MinimumLength = 1)] string? cursor = null,
        [Description(Describe.MaxCharacters), Range(Limits.LeastAnswerCharacters, Limits.AnswerCharacters)] int max_characters = Limits.AnswerCharacters,
        CancellationToken cancellationToken = default)
    {
        if (!ApprovalCursorText.TryDecode(cursor, out var after))
            return ToolReply.Of(Error.InvalidArgument("cursor", "it must be the next_cursor of an earlier answer, unchanged; leave it out for the first page", SentValue.Quoted(cursor!)));
        return ToolReply.Of(
            await queries.GetPendingApprovalsAsync(queue, ConversationId.TryParse(conversation_id), after, limit, cancellationToken),
            pending => PendingApprovalsView.Of(pending, new AnswerSize(max_characters)));
    }

    [McpServerTool(Name = "await_approval", Title = "Wait for a decision", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(AwaitApprovalView))]
    [Description("Waits until an approval is decided or expires, and answers at that moment with the approval; at once where that has happened. After timeout_seconds it answers timed_out: true: call it again, or come back later.")]
    [Requires]
    public async Task<CallToolResult> AwaitApproval(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ApprovalId), RegularExpression(Approval.Pattern)] string approval_id,
        [Description("How many seconds to wait at most."), Range(1, 300)] int timeout_seconds = 30,
        CancellationToken cancellationToken = default)
    {
        // A client that knows tasks need not hold a call open for an hour.
        if (ExtensionTask.IsDeclaredBy(call) && (await approvals.GetAsync(approval_id, cancellationToken)).TryGet(out var found, out _) && tasks.OfPending(found, call) is { } task)
            return TaskMessages.Created(task);

        var timeout = TimeSpan.FromSeconds(timeout_seconds);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token);
        await using var progress = await WaitingProgress.StartAsync(call, approval_id, timeout, approvals, time, cancellationToken);
        try
        {
            return ToolReply.Of(await approvals.AwaitAsync(approval_id, timeout, ends.Token), f => new AwaitApprovalView(f));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // This server stops; another, or the next, goes on waiting.
            return ToolReply.Of(await approvals.GetAsync(approval_id, cancellationToken), f => new AwaitApprovalView(f));
        }
    }

    private static ApprovalView Show(ApprovalOf found) => new(found.Approval, found.Conversation);
}
