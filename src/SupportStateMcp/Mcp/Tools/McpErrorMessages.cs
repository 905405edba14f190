using System.Globalization;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>
/// Refusals in the words of the protocol: a sentence or two that a model can act on; what they advise are tools. Those that
/// advise nothing of one face are <see cref="SharedErrorMessages"/>.
/// </summary>
internal static class McpErrorMessages
{
    /// <summary>The sentence for a refusal.</summary>
    public static string Of(Error error) => SharedErrorMessages.Of(error) ?? error switch
    {
        Errors.NotFound { ErasedAt: { } at } e =>
            $"Conversation {e.Id} was erased at {Second(at)}. get_events still shows its trail; initialize_conversation opens it again.",
        Errors.NotFound e => $"Conversation {e.Id} does not exist or has expired. initialize_conversation opens the conversation of a ticket.",
        Errors.TurnOfAnotherLife e =>
            $"The conversation of this turn_token is gone: it expired or was erased, and {e.Id} is another conversation now. Nothing was stored; drop the answer. begin_turn takes in the next message of the customer.",
        Errors.NoSuchApproval e =>
            $"Approval {e.ApprovalId} does not exist, or its conversation has expired. list_pending_approvals shows what waits for a decision.",
        Errors.NoSuchTask e => $"Task {e.TaskId} does not exist, or its conversation has expired. list_tasks shows the tasks of a conversation.",
        Errors.NoSuchCheckpoint e =>
            $"There is no checkpoint {e.Name} in this conversation. {(e.Names.Count == 0 ? "It has none; checkpoint names the version it is at." : $"There are: {string.Join(", ", e.Names)}.")}",
        Errors.NoWayBack e =>
            $"The workflow does not lead from {e.From} back to {e.To}, so nothing was rolled back. With keep_state: true all but the state goes back; transition_state moves it to {(e.Allowed.Count == 0 ? "no other state" : string.Join(" or ", e.Allowed))}.",
        Errors.InvalidTransition e => $"Invalid transition: {e.From} → {e.To}. {Instead(e)}",
        Errors.TerminalState { ReopenableUntil: { } until } e =>
            $"The conversation is closed in the state {e.State}. reopen_conversation opens it again until {Second(until)}, as the next message of the customer does; after that it opens a linked follow-up conversation.",
        Errors.TerminalState e =>
            $"The conversation is closed in the terminal state {e.State}. reopen_conversation opens a linked follow-up conversation, in which to go on.",
        Errors.ReopenWindowOver e => $"{Over(e)} reopen_conversation opens a linked follow-up conversation.",
        Errors.VersionConflict e =>
            $"Expected version {e.Expected}, but the conversation is at version {e.Actual}. Call get_state, look at what changed, and decide again.",
        Errors.ToolsetNotEnabled { Limit: ToolsetLimit.Endpoint } e =>
            $"{e.Name} is in the toolset {e.Toolset}, and this address serves {All(e.Enabled)} only. Nothing was done; connect to /mcp/{e.Toolset} of this server to have it.",
        Errors.ToolsetNotEnabled { Limit: ToolsetLimit.Token } e =>
            $"{e.Name} is in the toolset {e.Toolset}, and the token of this connection has {All(e.Enabled)} only. Nothing was done; the operator can add {e.Toolset} to the toolsets of the token (http.tokens).",
        Errors.ToolsetNotEnabled e =>
            $"{e.Name} is in the toolset {e.Toolset}, and this server was started with {All(e.Enabled)} only. Nothing was done; the operator can switch it on with --toolsets {string.Join(',', e.Enabled.Append(e.Toolset))}, or tools.sets.",
        Errors.StoreUnavailable =>
            "The store is not available right now. Try again in a moment; repeat a write with the same message_id or idempotency_key, so that it is applied once.",
        Errors.RecordDamaged e =>
            $"The stored {e.Kind} {e.Id} cannot be read. Nothing was changed. Trying again does not help: tell the people who run this server, who can write it again or restore a backup. Everything else works.",
        Errors.RecordConflict { Actual: 0 } e =>
            $"Expected version {e.Expected}, but there is no {e.Kind} {e.Id}. Leave expected_version out, or pass 0, to record a new one.",
        Errors.RecordConflict { Expected: 0 } e =>
            $"There is the {e.Kind} {e.Id} already, at version {e.Actual}. {ReadAgain(e.Kind)}, and pass its version to change it, or choose another id.",
        Errors.RecordConflict e =>
            $"Expected version {e.Expected}, but the {e.Kind} {e.Id} is at version {e.Actual}. {ReadAgain(e.Kind)}, look at what changed, and decide again.",
        Errors.CustomerNotFound { CustomerId: { } id } => $"There is no customer {id}. Check the id, or look for the customer by e-mail. {NoCustomers}",
        Errors.CustomerNotFound e => $"No customer has the e-mail address {e.Email}. Check it, or look for the customer by customer_id. {NoCustomers}",
        Errors.NoSuchSystem e =>
            $"Nothing is recorded about the system of customer {e.CustomerId}: ask the customer. A supervisor records it with save_system_info.",
        Errors.LinesRefused e => $"{(e.Count == 1 ? "1 line was" : $"{e.Count} lines were")} refused, and nothing was imported. {string.Join(' ', e.Lines.Select(l => $"Line {l.Number}: {l.Rule}."))}",
        Errors.NotOwner { IsOfTurn: false, Owner: var owner } =>
            $"{owner} has the conversation, not you. Nothing was changed; claim_conversation takes it, where you are a person.",
        Errors.NotOwner { Owner: var owner } =>
            $"The conversation has changed hands: {owner} has it now. Nothing was stored; begin a new turn (begin_turn with the same message_id) and look at the history before you answer.",
        Errors.AlreadyAnswered { Answer: { } answer } e =>
            $"Message {e.Number} has been answered by {answer}. Nothing was stored; one message gets one answer. get_history shows what was said.",
        Errors.AlreadyAnswered e =>
            $"Message {e.Number} has been answered already. Nothing was stored; one message gets one answer. get_history shows what was said.",
        Errors.ConversationFull e =>
            $"The conversation has {e.Limit} messages, and takes no more of programs. Nothing was stored; hand it over to a person with escalate_conversation, who may still write, or close it and go on with reopen_conversation in a follow-up.",
        Errors.ApprovalExpired e =>
            $"Approval {e.ApprovalId} expired at {Errors.Text(e.ExpiredAt)} before it was decided. It grants nothing; ask again with request_approval.",
        Errors.ApprovalPending e => $"Approval {e.ApprovalId} is not decided yet: do nothing. await_approval waits for the decision.",
        Errors.LeaseLost { State: null } e =>
            $"The step {e.Step} of ticket {e.TicketId} is gone with its run. Nothing was stored; drop the work, and call next_step.",
        Errors.LeaseLost e =>
            $"The step {e.Step} of ticket {e.TicketId} is no longer yours: try {e.Attempt} is over, and the step is {SnakeCaseEnum.Of(e.State!.Value)}. Nothing was stored; drop the work, and call next_step.",
        Errors.InsufficientResearch e =>
            $"An analysis needs at least {e.Needed} different queries; {e.Recorded} recorded so far for this step. Call query_knowledge_base with this step_token and other words, then complete_step again.",
        Errors.UnknownCitation e =>
            $"No query of this step returned {string.Join(", ", e.Citations.Take(5))}. Cite articles that query_knowledge_base returned with this step_token, or query again.",
        Errors.TicketDiffers e =>
            $"Ticket {e.Id.TicketId} is there already, with another description. A ticket is reported once: use a new ticket id, or add_message for what the customer says now.",
        Errors.TooManyQueries e => $"A step records at most {e.Limit} queries. Complete it with what was found, or with outcome failed.",
        Errors.ToolNotOpened e =>
            $"The step {e.Step} does not open {e.Tool}. {(e.Opened.Count == 0 ? "It opens no tool; complete the step without one." : $"It opens {string.Join(", ", e.Opened)}; complete the step with what they return.")}",
        Errors.StepTokenRequired e =>
            $"On this connection {e.Tool} works only for the ticket of a step. Take a step with next_step and send its step_token. Without one it needs the toolset {e.Toolset}, which this connection does not have.",
        Errors.NotWaitingForApproval { Status: null } e => $"Ticket {e.TicketId} is in no pipeline; create_ticket starts one.",
        Errors.NotWaitingForApproval { Status: RunStatus.Running } e =>
            $"It is too early: ticket {e.TicketId} is at {e.Stage}, and has no solution to decide on yet. ticket_status with wait_seconds waits for it.",
        Errors.NotWaitingForApproval e =>
            $"Ticket {e.TicketId} waits for no decision: its run is {SnakeCaseEnum.Of(e.Status!.Value)}{(e.Outcome is null ? "" : $" with outcome {e.Outcome}")}.",
        Errors.TicketNotFound { Newest.Count: 0 } e => $"Ticket {e.TicketId} does not exist or has expired. create_ticket reports one.",
        Errors.TicketNotFound e =>
            $"Ticket {e.TicketId} does not exist or has expired. The newest that you may see: {string.Join(", ", e.Newest)}. create_ticket reports one.",
        Errors.ArticleNotFound e => $"There is no article {e.ArticleId}. query_knowledge_base finds articles; its answers name their ids, which are exact.",
        Errors.NoSuchMemory e => $"Memory {e.MemoryId} does not exist or was forgotten. recall finds memories, with their ids.",
        Errors.KnowledgeUnavailable =>
            "The external knowledge base does not answer now. Try again in a moment. If it still fails, continue without it and say so, or hand over to a person.",
        Errors.ArticleProtected e =>
            $"Not authorized: the article {e.ArticleId} is published or archived, and changing it takes a connection with {string.Join(" and ", e.Needs)}. Save your text as a draft under an article_id of its own, and say in it what it is to replace.",
        _ => throw new InvalidOperationException($"No sentence for {error.GetType().Name}."),
    };

    /// <summary>Where somebody looked for a customer, there may be none at all.</summary>
    private const string NoCustomers =
        "A supervisor records a customer with save_customer. Where there are no customers at all, the people who run this server load the sample data with its command sample-data load, or import their own with customers import.";

    private static string ReadAgain(string kind) => kind switch
    {
        "customer" => "Call lookup_customer",
        "system" => "Call lookup_system_info",
        "article" => "Call get_article",
        "customer_profile" => "Call update_profile without a patch",
        _ => "Read it again",
    };

    private static string Instead(Errors.InvalidTransition e) => e switch
    {
        { Allowed.Count: > 0 } => $"Allowed from {e.From}: {string.Join(", ", e.Allowed)}.",
        { Guarded.Count: > 0 } => $"No transition from {e.From} is allowed now; refused by its guard: {string.Join(", ", e.Guarded)}.",
        _ => $"{e.From} is a terminal state: no transition leaves it. reopen_conversation opens a linked follow-up conversation.",
    };

    private static string Over(Errors.ReopenWindowOver e) => e is { ReopenableUntil: { } until, Window: { } window }
        ? $"The conversation was closed and could be opened again until {Second(until)} ({window}); that is over."
        : $"The conversation is closed in the state {e.State}, which cannot be opened again.";

    private static string All(IReadOnlyList<string> names) =>
        names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";

    private static string Second(DateTimeOffset at) => at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
