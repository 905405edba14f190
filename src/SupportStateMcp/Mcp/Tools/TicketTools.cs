using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Extensions;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Primitives;
using SupportStateMcp.Tickets;
using SupportStateMcp.Views;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>The tools that report tickets and work them, step by step.</summary>
[McpServerToolType]
[Toolset(Toolsets.Tickets)]
public sealed class TicketTools(TicketService tickets, StepService steps, ConnectionCaller callers, ServerStopping stopping)
{
    [McpServerTool(Name = "create_ticket", Title = "Report a ticket", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(TicketStartedView))]
    [Description("Reports a customer's problem and starts its pipeline: triage against the customer's entitlement, analysis, a person's approval, the letter. The same call again changes nothing.")]
    [Requires(typeof(ConversationCommand.OpenTicket))]
    public async Task<CallToolResult> CreateTicket(
        RequestContext<CallToolRequestParams> call,
        [Description("For example TKT-001."), RegularExpression(ConversationId.TicketPattern)] string ticket_id,
        [Description("The customer's id in the records."), StringLength(Limits.UserId, MinimumLength = 1)] string customer_id,
        [Description("What the customer reports, as it is."), StringLength(Limits.Description, MinimumLength = 1)] string description,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        return ToolReply.Of(
            await tickets.CreateAsync(
                new ConversationCommand.OpenTicket
                {
                    Id = ConversationId.OfTicket(ticket_id)!.Value, Actor = caller.Actor, Roles = caller.Roles, CustomerId = customer_id, Description = description,
                },
                cancellationToken),
            o => TicketStartedView.Of(o.Conversation));
    }

    [McpServerTool(Name = "ticket_status", Title = "Look at a ticket", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(TicketView))]
    [Description("Where a ticket stands, with triage, analysis, approval and timeline. With wait_seconds it answers as soon as the ticket needs a person or has ended.")]
    [Requires]
    public async Task<CallToolResult> TicketStatus(
        RequestContext<CallToolRequestParams> call,
        [Description("For example TKT-001."), RegularExpression(ConversationId.TicketPattern)] string ticket_id,
        [Description("How long to wait while it is RUNNING."), Range(0, 30)] int wait_seconds = 0,
        CancellationToken cancellationToken = default)
    {
        // A client that knows tasks looks at the run again and again, until it has ended.
        var isTask = wait_seconds > 0 && ExtensionTask.IsDeclaredBy(call);
        var status = await StatusAsync(ticket_id, isTask ? 0 : wait_seconds, cancellationToken);
        if (!status.TryGet(out var ticket, out var error))
            return ToolReply.Of(error);
        if (isTask && DeskTasks.OfRunning(ticket) is { } task)
            return TaskMessages.Created(task);
        return ToolReply.Of(await tickets.TimelineAsync(ticket, cancellationToken), timeline => TicketView.Of(ticket, timeline.Events));
    }

    [McpServerTool(Name = "next_step", Title = "Take the next step", ReadOnly = false, Destructive = false,
        Idempotent = false, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(NextStepView))]
    [Description("Takes the next step of any ticket that waits for a worker, for lease_seconds, and says what to do. Finish with complete_step. none: true means that nothing waits.")]
    [Requires(typeof(ConversationCommand.LeaseStep))]
    public async Task<CallToolResult> NextStep(
        RequestContext<CallToolRequestParams> call,
        [Description("Only steps of these roles, such as triage, expert, notification; omit it for all."), ItemCount(0, 20), ItemLength(1, 50)] string[]? roles = null,
        [Description("How long to wait for a step."), Range(0, 30)] int wait_seconds = 0,
        [Description("How long the step is yours."), Range(Limits.ShortestStepLease, Limits.LongestLease)] int lease_seconds = ConversationCommand.CompleteStep.DefaultStepLease,
        CancellationToken cancellationToken = default) =>
        ToolReply.Of(
            await steps.NextAsync(callers.Of(call), roles, TimeSpan.FromSeconds(wait_seconds), TimeSpan.FromSeconds(lease_seconds), cancellationToken, stopping.Token),
            NextStepView.Of);

    [McpServerTool(Name = "complete_step", Title = "Finish a step", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(CompleteStepView))]
    [Description("Ends the step of next_step: done with its result, failed with a reason (another try follows), or extend for more time. After a failure of the call, repeat it as it is.")]
    [Requires(typeof(ConversationCommand.CompleteStep))]
    public async Task<CallToolResult> CompleteStep(
        RequestContext<CallToolRequestParams> call,
        [Description("The step_token of next_step, as it is."), StringLength(StepToken.MaxTokenLength, MinimumLength = 1)] string step_token,
        [Description("What became of it."), AllowedValues("done", "failed", "extend")] string outcome,
        [Description("With done: as result_schema describes it.")] Dictionary<string, JsonElement>? result = null,
        [Description("With failed: why."), StringLength(Limits.Reason)] string? reason = null,
        [Description("With extend: how long from now."), Range(Limits.ShortestStepLease, Limits.LongestLease)] int lease_seconds = ConversationCommand.CompleteStep.DefaultStepLease,
        CancellationToken cancellationToken = default)
    {
        if (!StepToken.Parse(step_token).TryGet(out var token, out var unread))
            return ToolReply.Of(unread);
        var caller = callers.Of(call);
        return ToolReply.Of(
            await steps.CompleteAsync(
                new ConversationCommand.CompleteStep
                {
                    Id = token.Id,
                    Actor = caller.Actor,
                    Roles = caller.Roles,
                    Token = token,
                    Outcome = SnakeCaseEnum.Parse<StepOutcome>(outcome)!.Value,
                    Result = result is null ? null : JsonSerializer.SerializeToElement(result, ToolJson.TypeInfo<Dictionary<string, JsonElement>>()),
                    Reason = reason,
                    Lease = TimeSpan.FromSeconds(lease_seconds),
                },
                cancellationToken),
            o => CompleteStepView.Of(token, o));
    }

    /// <summary>Waits until the time is up or this server stops: then it looks once more, and answers.</summary>
    private async ValueTask<Result<Conversation>> StatusAsync(string ticket, int seconds, CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token);
        try
        {
            return await tickets.StatusAsync(ticket, TimeSpan.FromSeconds(seconds), seconds == 0 ? cancellationToken : ends.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return await tickets.StatusAsync(ticket, TimeSpan.Zero, cancellationToken);
        }
    }
}
