using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Tickets;
using SupportStateMcp.Views;

namespace SupportStateMcp.Rest;

/// <summary>The body of <c>POST /support/ticket</c>.</summary>
internal sealed record TicketBody
{
    public required string TicketId { get; init; }

    public required string CustomerId { get; init; }

    /// <summary>What the customer reports.</summary>
    public required string Description { get; init; }
}

/// <summary>The body of <c>POST /support/approve/{ticket_id}</c>.</summary>
internal sealed record DecisionBody
{
    public required bool Approved { get; init; }

    /// <summary>The approval of the solution that was seen, as the status names it: on any other nothing is decided.</summary>
    public string? ApprovalId { get; init; }

    /// <summary>The text for the customer, in the place of the one that was proposed.</summary>
    public string? FinalSolution { get; init; }

    /// <summary>Why.</summary>
    public string? SupportNotes { get; init; }

    /// <summary>With a refusal: the expert is to find another solution.</summary>
    public bool? Revise { get; init; }
}

/// <summary>Who decides over REST, whoever calls: in a demo one person, else null: the caller.</summary>
internal sealed record RestApprover(Caller? Instead);

/// <summary>The routes that report tickets, look at them and decide on their solutions.</summary>
internal static class TicketRoutes
{
    public static void Map(RouteGroupBuilder support)
    {
        support.MapPost("/ticket", CreateAsync)
            .Describe<TicketStartedView>("Reports a ticket, and starts its pipeline. The same again changes nothing.", 403, 404, 409);
        support.MapPost("/approve/{ticket_id}", DecideAsync)
            .Describe<SolutionDecidedView>("A person decides on the solution of a ticket.", 403, 404, 409, 410);
        support.MapGet("/status/{ticket_id}", StatusAsync)
            .Describe<TicketView>("Tells where a ticket stands; with wait, as soon as it needs a person or has ended.", 400, 404);
    }

    private static async Task<IResult> CreateAsync(RestWrite<TicketBody> write, TicketService tickets, CancellationToken cancellationToken)
    {
        if (!write.TryGet(out var body, out var refusal))
            return refusal;
        if (ConversationId.OfTicket(body.TicketId) is not { } id)
            return ProblemReply.Of(Error.InvalidArgument("ticket_id", "it is " + ConversationId.TicketWords, null, ConversationId.GuessTicket(body.TicketId)));
        var created = await tickets.CreateAsync(
            new ConversationCommand.OpenTicket
            {
                Id = id,
                Actor = write.Caller.Actor,
                Roles = write.Caller.Roles,
                CustomerId = body.CustomerId,
                Description = body.Description,
                IdempotencyKey = write.IdempotencyKey,
                ExpectedVersion = write.ExpectedVersion,
            },
            cancellationToken);
        return RestReply.Of(created, o => RestReply.Of(TicketStartedView.Of(o.Conversation), version: o.IdempotencyRecord.Version, replayed: !o.Changed));
    }

    private static async Task<IResult> DecideAsync(
        string ticket_id, RestWrite<DecisionBody> write, TicketService tickets, RestApprover approver, CancellationToken cancellationToken)
    {
        if (!write.TryGet(out var body, out var refusal))
            return refusal;
        var decided = await tickets.DecideAsync(
            new SolutionDecision
            {
                TicketId = ticket_id,
                Approved = body.Approved,
                ApprovalId = body.ApprovalId,
                FinalSolution = body.FinalSolution,
                Notes = body.SupportNotes,
                Revise = body.Revise is true,
                IdempotencyKey = write.IdempotencyKey,
                ExpectedVersion = write.ExpectedVersion,
            },
            approver.Instead ?? write.Caller, cancellationToken);
        return RestReply.Of(decided, o => RestReply.Of(SolutionDecidedView.Of(o.Conversation), version: o.IdempotencyRecord.Version, replayed: o.Replayed));
    }

    private static async Task<IResult> StatusAsync(
        string ticket_id, string? wait, TicketService tickets, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        var most = (int)TicketService.LongestWait.TotalSeconds;
        var seconds = 0;
        if (wait is not null && (!int.TryParse(wait, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) || seconds > most))
            return ProblemReply.Of(Error.InvalidArgument("wait", $"it is a whole number of seconds from 0 to {most}"));
        Result<Conversation> status;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            status = await tickets.StatusAsync(ticket_id, TimeSpan.FromSeconds(seconds), ends.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The server stops: who waits gets what is there.
            status = await tickets.StatusAsync(ticket_id, TimeSpan.Zero, cancellationToken);
        }

        if (!status.TryGet(out var ticket, out var error))
            return ProblemReply.Of(error);
        return RestReply.Of(
            await tickets.TimelineAsync(ticket, cancellationToken), t => RestReply.Of(TicketView.Of(ticket, t.Events), version: ticket.Version));
    }
}
