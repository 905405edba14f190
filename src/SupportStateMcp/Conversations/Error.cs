using System.Text.Json.Nodes;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

/// <summary>
/// An expected refusal: a code and facts. A refused call has changed nothing. Each face words it for its reader; the closed
/// set of them is <see cref="Errors"/>. What is broken is an exception, not an error value.
/// </summary>
public abstract partial record Error
{
    private protected Error(string code) => Code = code;

    /// <summary>One of the codes of <see cref="ErrorCodes"/>; stable API.</summary>
    public string Code { get; }

    /// <summary>The facts as the faces send them, by name; stable API.</summary>
    public abstract JsonObject Facts { get; }

    public static Error NotFound(ConversationId id, DateTimeOffset? erasedAt = null) => new Errors.NotFound(id, erasedAt);

    /// <param name="from">The state the conversation is in.</param>
    /// <param name="to">The state it was to enter.</param>
    /// <param name="allowed">The states that may follow now.</param>
    /// <param name="guarded">The states that might follow, each with the guard that refuses it now.</param>
    public static Error InvalidTransition(
        string from, string to, IReadOnlyList<string> allowed, IReadOnlyList<string>? guarded = null) =>
        new Errors.InvalidTransition(from, to, allowed, guarded ?? []);

    public static Error TerminalState(Conversation c) => new Errors.TerminalState(c.State, c.ReopenableUntil);

    public static Error VersionConflict(long expected, long actual) => new Errors.VersionConflict(expected, actual);

    public static Error TicketOfAnotherUser(ConversationId id) => new Errors.TicketConflict(id);

    public static Error LockTimeout(TimeSpan waited) => new Errors.LockTimeout(waited);

    /// <param name="argument">Its name, as the caller knows it.</param>
    /// <param name="rule">The rule it breaks, as a clause: <c>it is required</c>.</param>
    /// <param name="sent">What was sent, in words; null where the rule says it.</param>
    /// <param name="suggestion">The value that was probably meant; null where nobody can tell.</param>
    public static Error InvalidArgument(string argument, string rule, string? sent = null, string? suggestion = null) =>
        new Errors.InvalidArgument(argument, rule) { Sent = sent, Suggestion = suggestion };

    public static Error IdempotencyMismatch(string key) => new Errors.IdempotencyMismatch(key);

    /// <summary>The caller may not do this, whatever the arguments.</summary>
    /// <param name="needs">All that it takes, as <see cref="Requirement"/> words it.</param>
    public static Error NotAuthorized(IReadOnlyList<string> needs) => new Errors.NotAuthorized(needs);

    /// <summary>The refusal of a command to a caller who does not meet what it requires; null where they do.</summary>
    internal static Error? Unauthorized(Type command, Actor actor, Roles roles) =>
        Requirement.Of(command) is { } required && !required.IsMetBy(new Caller(actor, roles)) ? NotAuthorized(required.Needs) : null;

    /// <param name="name">The tool, prompt or resource.</param>
    /// <param name="toolset">The set that it is in.</param>
    /// <param name="enabled">The sets that the connection has.</param>
    /// <param name="limit">What keeps it from having this one.</param>
    public static Error ToolsetNotEnabled(string name, string toolset, IReadOnlyList<string> enabled, ToolsetLimit limit) =>
        new Errors.ToolsetNotEnabled(name, toolset, enabled, limit);

    /// <summary>The store did not answer in time, or not at all. A write may have been applied: repeat it under the same key.</summary>
    public static Error StoreUnavailable(StoreUnavailableException fault) => new Errors.StoreUnavailable(fault.Passes, fault.Message);

    /// <summary>What is stored of a conversation cannot be read, until an operator does something. Nothing was changed.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="part">What of it: snapshot, history, trail or idempotency record.</param>
    public static Error StoreDamaged(ConversationId id, string part) => new Errors.StoreDamaged(id, part);
}
