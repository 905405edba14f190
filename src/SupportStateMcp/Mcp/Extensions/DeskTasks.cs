using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tickets;
using SupportStateMcp.Views;

namespace SupportStateMcp.Mcp.Extensions;

/// <summary>
/// What a desk waits for, as tasks: an approval until it is decided, a ticket's run until it needs a person or has ended. The ids are those of
/// approval and run.
/// </summary>
/// <param name="approvals">Finds approvals.</param>
/// <param name="tickets">Finds tickets.</param>
/// <param name="elicitation">Asks the person in front of the host.</param>
/// <param name="toolsets">What a connection may see.</param>
public sealed class DeskTasks(ApprovalService approvals, TicketService tickets, ElicitationService elicitation, ConnectionToolsets toolsets) : IExtensionTasks
{
    private const string RunPrefix = "run-";
    private const int RunDigits = 8;

    /// <summary>The task of an approval that is pending; null where it is not.</summary>
    public ExtensionTask? OfPending(ApprovalOf found, MessageContext call) => found.Approval.Status == ApprovalStatus.Pending ? Of(found, call) : null;

    /// <summary>The task of a ticket whose run goes on; null where it needs a person or has ended, or there is none.</summary>
    public static ExtensionTask? OfRunning(Conversation ticket) => ticket.Run is { Status: RunStatus.Running } run ? Of(ticket, run) : null;

    /// <inheritdoc/>
    public async ValueTask<ExtensionTask?> FindAsync(string taskId, MessageContext request, CancellationToken cancellationToken)
    {
        if (await FindApprovalAsync(taskId, request, cancellationToken) is { } found)
            return Of(found, request);
        if (await FindTicketAsync(taskId, request, cancellationToken) is not { Run: { } run } ticket)
            return null;
        if (OfRunning(ticket) is { } running)
            return running;
        return Found(await tickets.TimelineAsync(ticket, cancellationToken)) is not { } timeline ? null : Of(ticket, run) with
        {
            Status = ExtensionTaskStatus.Completed,
            Result = Json(ToolReply.Of(TicketView.Of(ticket, timeline.Events))),
        };
    }

    /// <inheritdoc/>
    public async ValueTask<bool> UpdateAsync(string taskId, IDictionary<string, InputResponse> answers, MessageContext request, CancellationToken cancellationToken)
    {
        if (await FindApprovalAsync(taskId, request, cancellationToken) is not { } found)
            return await FindTicketAsync(taskId, request, cancellationToken) is not null;
        if (found.Approval.Status == ApprovalStatus.Pending && ApprovalForm.Read(answers, KeyOf(found.Approval)) is { Approved: not null } answer)
        {
            var decided = await elicitation.AnswerAsync(request, found, answer, cancellationToken);
            if (decided.Error is { } error)
                throw new McpProtocolException(McpErrorMessages.Of(error), IsFault(error) ? McpErrorCode.InternalError : McpErrorCode.InvalidParams);
        }

        return true;
    }

    /// <summary>The client does not wait any more. What it waited for goes on: an approval is for people to decide.</summary>
    public async ValueTask<bool> CancelAsync(string taskId, MessageContext request, CancellationToken cancellationToken) =>
        await FindApprovalAsync(taskId, request, cancellationToken) is not null || await FindTicketAsync(taskId, request, cancellationToken) is not null;

    private async ValueTask<ApprovalOf?> FindApprovalAsync(string taskId, MessageContext request, CancellationToken cancellationToken) =>
        Approval.ConversationOf(taskId) is null || !toolsets.Of(request.User).HasFlag(Toolsets.Conversations) ? null
        : Found(await approvals.GetAsync(taskId, cancellationToken));

    private async ValueTask<Conversation?> FindTicketAsync(string taskId, MessageContext request, CancellationToken cancellationToken)
    {
        // run-0123abcd-TKT-001
        var dash = RunPrefix.Length + RunDigits;
        if (!taskId.StartsWith(RunPrefix, StringComparison.Ordinal) || taskId.Length <= dash || taskId[dash] != '-' || !toolsets.Of(request.User).HasFlag(Toolsets.Tickets))
            return null;
        var found = Found(await tickets.StatusAsync(taskId[(dash + 1)..], TimeSpan.Zero, cancellationToken));
        return found?.Run?.InstanceId == taskId ? found : null;
    }

    /// <exception cref="McpProtocolException">The store does not answer.</exception>
    private static T? Found<T>(Result<T> result) where T : class =>
        result.TryGet(out var value, out var error) ? value
        : IsFault(error) ? throw new McpProtocolException(McpErrorMessages.Of(error), McpErrorCode.InternalError)
        : null;

    /// <summary>True where the request is right, and may do later what it could not do now.</summary>
    private static bool IsFault(Error error) =>
        error.Code is ErrorCodes.StoreUnavailable or ErrorCodes.StoreDamaged or ErrorCodes.LockTimeout or ErrorCodes.RateLimited;

    private ExtensionTask Of(ApprovalOf found, MessageContext request)
    {
        var approval = found.Approval;
        var task = new ExtensionTask
        {
            TaskId = approval.ApprovalId,
            Status = ExtensionTaskStatus.Working,
            CreatedAt = approval.RequestedAt,
            LastUpdatedAt = found.Conversation.UpdatedAt,
            TimeToLive = approval.Deadline - approval.RequestedAt,
        };
        if (approval.Status != ApprovalStatus.Pending)
            return task with { Status = ExtensionTaskStatus.Completed, Result = Json(ToolReply.Of(new AwaitApprovalView(found))) };
        return elicitation.MayAsk(request, approval)
            ? task with
            {
                Status = ExtensionTaskStatus.InputRequired,
                StatusMessage = "A person decides: the one in front of this host may, or somebody else.",
                InputRequests = new JsonObject { [KeyOf(approval)] = Json(ApprovalForm.Question(approval)) },
            }
            : task with { StatusMessage = "A person decides." };
    }

    private static ExtensionTask Of(Conversation ticket, Run run) => new()
    {
        TaskId = run.InstanceId,
        Status = ExtensionTaskStatus.Working,
        CreatedAt = run.StartedAt,
        LastUpdatedAt = ticket.UpdatedAt,
        StatusMessage = $"The ticket is at the stage {run.Stage}.",
    };

    /// <summary>Names the question with what it asks about: an answer to other arguments counts for nothing.</summary>
    private static string KeyOf(Approval approval) => $"decision-{approval.Digest.Split(':')[^1][..16]}";

    private static JsonNode Json<T>(T value) => JsonSerializer.SerializeToNode(value, (JsonTypeInfo<T>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(T)))!;
}
