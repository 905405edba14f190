using System.Globalization;
using System.Text.Json.Nodes;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

/// <summary>
/// An expected refusal: a code, a sentence that says what would be allowed instead, and the same facts as data.
/// A refused call has changed nothing. What is broken is an exception, not a rejection.
/// </summary>
/// <param name="Code">One of the codes of <see cref="ErrorCodes"/>; stable API.</param>
/// <param name="Message">One sentence, or two, a model can act on.</param>
/// <param name="Facts">The facts of the refusal, by name.</param>
public sealed partial record Error(string Code, string Message, JsonObject Facts)
{
    public static Error NotFound(ConversationId id, DateTimeOffset? erasedAt = null) => new(
        ErrorCodes.NotFound,
        erasedAt is { } at
            ? $"Conversation {id} was erased at {at:yyyy-MM-ddTHH:mm:ssZ}. get_events still shows its trail; initialize_conversation opens it anew."
            : $"Conversation {id} does not exist or has expired. initialize_conversation opens the conversation of a ticket.",
        new JsonObject { ["conversation_id"] = id.Value });

    /// <param name="from">The state the conversation is in.</param>
    /// <param name="to">The state it was to enter.</param>
    /// <param name="allowed">The states that may follow now.</param>
    /// <param name="guarded">The states that might follow, each with the guard that refuses it now.</param>
    public static Error InvalidTransition(
        string from, string to, IReadOnlyCollection<string> allowed, IReadOnlyCollection<string>? guarded = null) => new(
        ErrorCodes.InvalidTransition,
        $"Invalid transition: {from} → {to}. " + (allowed, guarded) switch
        {
            ({ Count: > 0 }, _) => $"Allowed from {from}: {string.Join(", ", allowed)}.",
            (_, { Count: > 0 }) => $"No transition from {from} is allowed now; refused by its guard: {string.Join(", ", guarded)}.",
            _ => $"{from} is a terminal state: no transition leaves it.",
        },
        new JsonObject { ["from"] = from, ["to"] = to, ["allowed"] = Strings(allowed) });

    public static Error TerminalState(Conversation c) => new(
        ErrorCodes.TerminalState,
        c.ReopenableUntil is { } until
            ? $"The conversation is closed in the state {c.State}. reopen_conversation opens it again until {until:yyyy-MM-ddTHH:mm:ssZ}; so does the next message of the customer."
            : $"The conversation is in the terminal state {c.State} and takes no more messages. Open a new ticket for a new question.",
        new JsonObject { ["state"] = c.State });

    public static Error VersionConflict(long expected, long actual) => new(
        ErrorCodes.VersionConflict,
        $"Expected version {expected}, but the conversation is at version {actual}. Call get_state, look at what changed, and decide again.",
        new JsonObject { ["expected"] = expected, ["actual"] = actual });

    public static Error TicketOfAnotherUser(ConversationId id) => new(
        ErrorCodes.TicketConflict,
        $"Ticket {id.TicketId} already has a conversation, and it belongs to another user. Check the ticket id and the user id; one ticket has one user.",
        new JsonObject { ["conversation_id"] = id.Value, ["ticket_id"] = id.TicketId });

    public static Error LockTimeout(TimeSpan waited) => new(
        ErrorCodes.LockTimeout,
        string.Create(CultureInfo.InvariantCulture,
            $"The conversation is busy: its turn did not come within {waited.TotalMilliseconds:0} ms. Nothing was changed; try again."),
        new JsonObject { ["waited_ms"] = (long)waited.TotalMilliseconds, ["retryable"] = true });

    public static Error InvalidArgument(string argument, string rule) => new(
        ErrorCodes.InvalidArgument,
        $"Invalid argument {argument}: {rule}.",
        new JsonObject { ["argument"] = argument, ["rule"] = rule });

    public static Error IdempotencyMismatch(string key) => new(
        ErrorCodes.IdempotencyMismatch,
        $"The key {key} was already used on this conversation with other arguments. Use a new key for a new call; repeat a call with the very same arguments.",
        new JsonObject { ["key"] = key });

    /// <summary>The caller may not do this, whatever the arguments.</summary>
    /// <param name="needs">All that it takes, as <see cref="Requirement"/> words it.</param>
    public static Error NotAuthorized(IReadOnlyList<string> needs) => new(
        ErrorCodes.NotAuthorized,
        $"Not authorized: this takes a connection with {string.Join(" and ", needs)}. No argument changes who you are; leave it to somebody who may.",
        new JsonObject { ["needs"] = Strings(needs) });

    /// <summary>The store did not answer in time, or not at all. A write may have been applied: repeat it under the same key.</summary>
    public static Error StoreUnavailable() => new(
        ErrorCodes.StoreUnavailable,
        "The store is not available right now. Try again in a moment; repeat a write with the same message_id or idempotency_key, so that it is applied once.",
        new JsonObject { ["retryable"] = true });

    private static JsonArray Strings(IEnumerable<string> values) =>
        new([.. values.Select(v => (JsonNode?)JsonValue.Create(v))]);
}

/// <summary>The codes of refusals. Stable API: callers branch on them.</summary>
public static class ErrorCodes
{
    public const string NotFound = "not_found";
    public const string InvalidTransition = "invalid_transition";
    public const string TerminalState = "terminal_state";
    public const string VersionConflict = "version_conflict";
    public const string TicketConflict = "ticket_conflict";
    public const string LockTimeout = "lock_timeout";
    public const string InvalidArgument = "invalid_argument";
    public const string IdempotencyMismatch = "idempotency_mismatch";
    public const string StoreUnavailable = "store_unavailable";
    public const string NotAuthorized = "not_authorized";
    public const string NotOwner = "not_owner";
    public const string AlreadyAnswered = "already_answered";
    public const string ReopenWindowOver = "reopen_window_over";
    public const string LimitReached = "limit_reached";
    public const string AlreadyDecided = "already_decided";
    public const string ApprovalExpired = "approval_expired";
    public const string ApprovalPending = "approval_pending";
    public const string ApprovalRefused = "approval_refused";
    public const string ApprovalMismatch = "approval_mismatch";
    public const string ApprovalUsed = "approval_used";
}
