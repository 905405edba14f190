using System.Globalization;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Rest;

/// <summary>
/// Refusals in the words of REST: a sentence or two for who writes a program that calls routes; what they advise are routes
/// and headers. Those that advise nothing of one face are <see cref="SharedErrorMessages"/>.
/// </summary>
internal static class RestErrorMessages
{
    /// <summary>The sentence for a refusal.</summary>
    public static string Of(Error error) => SharedErrorMessages.Of(error) ?? error switch
    {
        Errors.NotFound { ErasedAt: { } at } e => $"Conversation {e.Id} was erased at {Second(at)}. Its ticket can be opened again.",
        Errors.NotFound e => $"Conversation {e.Id} does not exist or has expired. Check the ticket id, {e.Id.TicketId}.",
        Errors.TurnOfAnotherLife e =>
            $"The conversation of this turn is gone: it expired or was erased, and {e.Id} is another conversation now. Nothing was stored; drop the answer.",
        Errors.NoSuchApproval e =>
            $"Approval {e.ApprovalId} does not exist, or its conversation has expired. GET /support/status/{{ticket_id}} says what a ticket waits for.",
        Errors.NoSuchTask e => $"Task {e.TaskId} does not exist, or its conversation has expired.",
        Errors.NoSuchCheckpoint e => $"There is no checkpoint {e.Name} in this conversation.",
        Errors.NoWayBack e => $"The workflow does not lead from {e.From} back to {e.To}, so nothing was rolled back.",
        Errors.InvalidTransition e => $"Invalid transition: {e.From} → {e.To}. {Instead(e)}",
        Errors.TerminalState { ReopenableUntil: { } until } e =>
            $"The conversation is closed in the state {e.State}. An agent or a person opens it again until {Second(until)}; after that a linked follow-up conversation takes its place.",
        Errors.TerminalState e =>
            $"The conversation is closed in the terminal state {e.State}. An agent or a person opens a linked follow-up conversation, in which to go on.",
        Errors.ReopenWindowOver e => $"{Over(e)} A linked follow-up conversation takes its place.",
        Errors.VersionConflict e =>
            $"Expected version {e.Expected}, but it is at version {e.Actual}. Read it again, look at what changed, and send the new ETag in If-Match.",
        Errors.ToolsetNotEnabled e => $"{e.Name} is in the toolset {e.Toolset}, which this connection does not have.",
        Errors.StoreUnavailable =>
            "The store is not available right now. Try again in a moment; repeat a write under the same Idempotency-Key, so that it is applied once.",
        Errors.NotOwner { Owner: var owner } =>
            $"The conversation has changed hands: {owner} has it now. Nothing was stored; look at it again before you answer.",
        Errors.AlreadyAnswered { Answer: { } answer } e =>
            $"Message {e.Number} has been answered by {answer}. Nothing was stored; one message gets one answer.",
        Errors.AlreadyAnswered e => $"Message {e.Number} has been answered already. Nothing was stored; one message gets one answer.",
        Errors.ConversationFull e => $"Conversation {e.Id} has {e.Limit} messages, and takes no more of programs. Nothing was stored; a person may still write.",
        Errors.ApprovalExpired e =>
            $"Approval {e.ApprovalId} expired at {Errors.Text(e.ExpiredAt)} before it was decided. It grants nothing; request a new approval if it is still needed.",
        Errors.ApprovalPending e => $"Approval {e.ApprovalId} is not decided yet: do nothing. POST /support/approve/{{ticket_id}} decides it.",
        Errors.CustomerNotFound { CustomerId: { } id } =>
            $"There is no customer {id} in the records. The operator can load sample customers (sample-data load) or import customers (customers import).",
        Errors.CustomerNotFound => "There is no customer with this e-mail address in the records. The operator can load sample customers (sample-data load) or import customers (customers import).",
        Errors.TicketDiffers e => $"Ticket {e.Id.TicketId} is there already, with another description. A ticket is reported once: use a new ticket id.",
        Errors.NotWaitingForApproval { Status: null } e => $"Ticket {e.TicketId} is in no pipeline; POST /support/ticket starts one.",
        Errors.NotWaitingForApproval { Status: RunStatus.Running } e =>
            $"It is too early: ticket {e.TicketId} is at {e.Stage}, and has no solution to decide on yet. GET /support/status/{e.TicketId}?wait=30 waits for it.",
        Errors.NotWaitingForApproval e =>
            $"Ticket {e.TicketId} waits for no decision: its run is {SnakeCaseEnum.Of(e.Status!.Value)}{(e.Outcome is null ? "" : $" with outcome {e.Outcome}")}.",
        Errors.TicketNotFound { Newest.Count: 0 } e => $"Ticket {e.TicketId} does not exist or has expired. POST /support/ticket reports one.",
        Errors.TicketNotFound e =>
            $"Ticket {e.TicketId} does not exist or has expired. The newest that you may see: {string.Join(", ", e.Newest)}. POST /support/ticket reports one.",
        // Those of workers, of customers' records and of articles come through other faces; their sentence for agents names what to do.
        Errors.LeaseLost e => $"The step {e.Step} of ticket {e.TicketId} is taken away: its lease ran out, or it was completed. Nothing was stored.",
        Errors.InsufficientResearch e => $"An analysis needs at least {e.Needed} different queries; {e.Recorded} recorded so far for this step.",
        Errors.UnknownCitation e => $"No query of this step returned {string.Join(", ", e.Citations.Take(5))}.",
        Errors.TooManyQueries e => $"A step records at most {e.Limit} queries.",
        Errors.ToolNotOpened e => $"The step {e.Step} does not open {e.Tool}.",
        Errors.StepTokenRequired e => $"{e.Tool} takes the token of a step, or the toolset {e.Toolset}.",
        Errors.RecordDamaged e =>
            $"The stored {e.Kind} {e.Id} cannot be read. Nothing was changed. Trying again does not help: tell the people who run this server, who can write it again or restore a backup.",
        Errors.RecordConflict e => $"Expected version {e.Expected}, but the {e.Kind} {e.Id} is at version {e.Actual}. Read it again, look at what changed, and decide again.",
        Errors.NoSuchSystem e => $"Nothing is recorded about the system of customer {e.CustomerId}.",
        Errors.LinesRefused e => $"{(e.Count == 1 ? "1 line was" : $"{e.Count} lines were")} refused, and nothing was imported. {string.Join(' ', e.Lines.Select(l => $"Line {l.Number}: {l.Rule}."))}",
        Errors.ArticleNotFound e => $"There is no article {e.ArticleId}.",
        Errors.NoSuchMemory e => $"Memory {e.MemoryId} does not exist or was forgotten.",
        Errors.KnowledgeUnavailable => "The external knowledge base does not answer now. Try again in a moment.",
        Errors.ArticleProtected e => $"Not authorized: the article {e.ArticleId} is published or archived, and changing it takes {string.Join(" and ", e.Needs)}.",
        _ => throw new InvalidOperationException($"No sentence for {error.GetType().Name}."),
    };

    private static string Instead(Errors.InvalidTransition e) => e switch
    {
        { Allowed.Count: > 0 } => $"Allowed from {e.From}: {string.Join(", ", e.Allowed)}.",
        { Guarded.Count: > 0 } => $"No transition from {e.From} is allowed now; refused by its guard: {string.Join(", ", e.Guarded)}.",
        _ => $"{e.From} is a terminal state: no transition leaves it.",
    };

    private static string Over(Errors.ReopenWindowOver e) => e is { ReopenableUntil: { } until, Window: { } window }
        ? $"The conversation was closed and could be opened again until {Second(until)} ({window}); that is over."
        : $"The conversation is closed in the state {e.State}, which cannot be opened again.";

    private static string Second(DateTimeOffset at) => at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
