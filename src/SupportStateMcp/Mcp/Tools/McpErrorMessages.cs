using System.Globalization;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
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
            $"{e.Name} is in the toolset {e.Toolset}, and the token of this connection has {All(e.Enabled)} only. Nothing was done; who runs the server adds {e.Toolset} to the toolsets of the token (http.tokens).",
        Errors.ToolsetNotEnabled e =>
            $"{e.Name} is in the toolset {e.Toolset}, and this server was started with {All(e.Enabled)} only. Nothing was done; who runs the server switches it on with --toolsets {string.Join(',', e.Enabled.Append(e.Toolset))}, or tools.sets.",
        Errors.StoreUnavailable =>
            "The store is not available right now. Try again in a moment; repeat a write with the same message_id or idempotency_key, so that it is applied once.",
        Errors.NotOwner { Owner: var owner } =>
            $"The conversation has changed hands: {owner} has it now. Nothing was stored; begin a new turn (begin_turn with the same message_id) and look at the history before you answer.",
        Errors.AlreadyAnswered { Answer: { } answer } e =>
            $"Message {e.Number} has been answered by {answer}. Nothing was stored; one message gets one answer. get_history shows what was said.",
        Errors.AlreadyAnswered e =>
            $"Message {e.Number} has been answered already. Nothing was stored; one message gets one answer. get_history shows what was said.",
        Errors.ApprovalExpired e =>
            $"Approval {e.ApprovalId} expired at {Errors.Text(e.ExpiredAt)} before it was decided. It grants nothing; ask again with request_approval.",
        Errors.ApprovalPending e => $"Approval {e.ApprovalId} is not decided yet: do nothing. await_approval waits for the decision.",
        _ => throw new InvalidOperationException($"No sentence for {error.GetType().Name}."),
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
