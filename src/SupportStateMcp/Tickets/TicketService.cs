using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Tickets;

/// <summary>What a person says to the solution of a ticket.</summary>
public sealed record SolutionDecision
{
    public required string TicketId { get; init; }

    public required bool Approved { get; init; }

    /// <summary>The approval of the solution that the person has seen: on any other nothing is decided. Null decides on whatever solution waits.</summary>
    public string? ApprovalId { get; init; }

    /// <summary>The text for the customer in the place of the one that was proposed; null keeps it.</summary>
    public string? FinalSolution { get; init; }

    /// <summary>Why; with a refusal the notes go to the people who take over, or to the expert.</summary>
    public string? Notes { get; init; }

    /// <summary>With a refusal: the expert is to find another solution.</summary>
    public bool Revise { get; init; }

    /// <summary>A repeat under the same key gets the first outcome; null means none.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Refuse unless the conversation of the ticket stands at this version; null accepts any.</summary>
    public long? ExpectedVersion { get; init; }
}

/// <summary>What happened to a ticket's run, oldest first.</summary>
public sealed record TicketTimeline(IReadOnlyList<ConversationEvent> Events);

/// <summary>Tickets as their callers see them: reported, looked at, decided on. Steps are the business of <see cref="StepService"/>.</summary>
public sealed class TicketService(
    ConversationCommandHandler commands, IConversationStore store, ConversationQueries queries, ConversationChangeWaiter watch, CustomerService customers, WorkSignal signal, TimeProvider time)
{
    /// <summary>The longest that a call waits for a ticket.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>How many ids an error names.</summary>
    private const int Named = 5;

    /// <summary>Among how many conversations it looks for them.</summary>
    private const int Looked = 50;

    /// <summary>Takes in a ticket. The same again changes nothing, and returns what the first call did.</summary>
    public async ValueTask<Result<Outcome>> CreateAsync(ConversationCommand.OpenTicket command, CancellationToken cancellationToken)
    {
        if (command.Violation() is { } violation)
            return violation;
        var customer = await customers.GetAsync(command.CustomerId, cancellationToken);
        if (!customer.TryGet(out _, out var error))
            return error;
        var result = await commands.ExecuteAsync(command, cancellationToken);
        if (result.TryGet(out var outcome, out _) && outcome.Changed)
            signal.Tell();
        return result;
    }

    /// <summary>The conversation of a ticket, with its run. While the run is running, waits for it to need a person or to end.</summary>
    /// <param name="ticketId">The ticket.</param>
    /// <param name="wait">How long to wait, at most <see cref="LongestWait"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<Conversation>> StatusAsync(string ticketId, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (ConversationId.OfTicket(ticketId) is not { } id)
            return Error.InvalidArgument("ticket_id", "it is " + ConversationId.TicketWords, null, ConversationId.GuessTicket(ticketId));
        try
        {
            var current = wait <= TimeSpan.Zero
                ? (await store.LoadAsync(id, null, cancellationToken)).Conversation
                : await watch.WaitAsync(id, c => c?.Run?.Status != RunStatus.Running, wait < LongestWait ? wait : LongestWait, cancellationToken);
            return current?.AsOf(time.GetUtcNow()) is { ErasedAt: null, Run: not null } ticket
                ? ticket
                : Error.TicketNotFound(ticketId, await NewestAsync(cancellationToken));
        }
        catch (StoreException e)
        {
            return e.ToError();
        }
    }

    /// <summary>What happened to a ticket's run, oldest first: of a long one, what is among the last <see cref="Limits.Page"/> events of its conversation.</summary>
    public async ValueTask<Result<TicketTimeline>> TimelineAsync(Conversation ticket, CancellationToken cancellationToken)
    {
        try
        {
            var id = ConversationId.TryParse(ticket.ConversationId)!.Value;
            var found = new List<ConversationEvent>();
            for (var after = Math.Max(0, ticket.Version - Limits.Page); after < ticket.Version;)
            {
                if (await store.ReadEventsAsync(id, after, Limits.Page, 1 << 20, cancellationToken) is not [.., var last] events)
                    break;
                // What was before the run may be of an earlier conversation of the ticket.
                found.AddRange(events.Where(e => e is ConversationEvent.RunEvent or ConversationEvent.ApprovalEvent && e.At >= ticket.Run!.StartedAt));
                after = last.Version;
            }

            return new TicketTimeline(found);
        }
        catch (StoreException e)
        {
            return e.ToError();
        }
    }

    /// <summary>A person decides on the solution of a ticket.</summary>
    public async ValueTask<Result<Outcome>> DecideAsync(SolutionDecision decision, Caller caller, CancellationToken cancellationToken)
    {
        var status = await StatusAsync(decision.TicketId, TimeSpan.Zero, cancellationToken);
        if (!status.TryGet(out var ticket, out var error))
            return error;
        if (ticket.Run!.ApprovalId is not { } approvalId || ticket.Approval(approvalId) is not { } approval)
            return Error.NotWaitingForApproval(ticket.TicketId, ticket.Run);

        // Sent back, and the expert has not come up with another solution yet.
        if (approval.Status == ApprovalStatus.Refused && ticket.Run.Status == RunStatus.Running && decision is { IdempotencyKey: null, ApprovalId: null })
            return Error.NotWaitingForApproval(ticket.TicketId, ticket.Run);
        var command = new ConversationCommand.DecideApproval
        {
            Id = ConversationId.TryParse(ticket.ConversationId)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            ApprovalId = decision.ApprovalId ?? approvalId,
            Approved = decision.Approved,
            Notes = decision.Notes,
            FinalArguments = decision.FinalSolution is { } text && decision.Approved
                ? JsonSerializer.SerializeToElement(
                    new JsonObject { ["ticket_id"] = ticket.TicketId, [ConversationDecider.SolutionArgument] = text }, ConversationJson.Readable.JsonObject)
                : null,
            Revise = decision.Revise,
            IdempotencyKey = decision.IdempotencyKey,
            ExpectedVersion = decision.ExpectedVersion,
        };
        // A repeat is about the solution that the first call was about, whatever the expert has come up with since.
        var isRepeat = false;
        if (command.StoredKey is { } key)
        {
            var kept = await StoreException.GuardAsync<Loaded>(async () => await store.LoadAsync(command.Id, key, cancellationToken));
            if (!kept.TryGet(out var loaded, out error))
                return error;
            isRepeat = loaded.IdempotencyRecord is not null;
            command = command with { ApprovalId = decision.ApprovalId ?? loaded.IdempotencyRecord?.ApprovalId ?? approvalId };
        }

        // What the person has seen is not what waits now.
        if (command.ApprovalId != approvalId && !isRepeat)
        {
            return ticket.Approval(command.ApprovalId) switch
            {
                null => Error.NoSuchApproval(command.ApprovalId),
                { Status: ApprovalStatus.Pending } => Error.InvalidArgument("approval_id", $"it is the approval of the ticket's solution, which is {approvalId}"),
                var seen => Error.AlreadyDecided(seen),
            };
        }

        var result = await commands.ExecuteAsync(command, cancellationToken);
        if (result.TryGet(out var outcome, out _) && outcome.Conversation.ReadyStep is not null)
            signal.Tell();
        return result;
    }

    private async ValueTask<IReadOnlyList<string>> NewestAsync(CancellationToken cancellationToken)
    {
        var page = await queries.ListAsync(new ConversationFilter(), null, Looked, cancellationToken);
        return page.TryGet(out var found, out _)
            ? [.. found.Conversations.Where(c => c.Run is not null).OrderByDescending(c => c.Run!.StartedAt).Take(Named).Select(c => c.TicketId)]
            : [];
    }
}
