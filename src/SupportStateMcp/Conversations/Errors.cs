using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

/// <summary>All refusals there are, each with its facts. Some facts serve the sentence alone and are not sent.</summary>
public static partial class Errors
{
    public sealed record NotFound(ConversationId Id, DateTimeOffset? ErasedAt) : Error(ErrorCodes.NotFound)
    {
        public override JsonObject Facts => new() { ["conversation_id"] = Id.Value };
    }

    /// <param name="Id">The conversation that the ticket has now.</param>
    public sealed record TurnOfAnotherLife(ConversationId Id) : Error(ErrorCodes.NotFound)
    {
        public override JsonObject Facts => new() { ["conversation_id"] = Id.Value };
    }

    public sealed record NoSuchApproval(string ApprovalId) : Error(ErrorCodes.NotFound)
    {
        public override JsonObject Facts => new() { ["approval_id"] = ApprovalId };
    }

    /// <param name="From">The state the conversation is in.</param>
    /// <param name="To">The state it was to enter.</param>
    /// <param name="Allowed">The states that may follow now.</param>
    /// <param name="Guarded">The states that might follow, each with the guard that refuses it now.</param>
    public sealed record InvalidTransition(string From, string To, IReadOnlyList<string> Allowed, IReadOnlyList<string> Guarded)
        : Error(ErrorCodes.InvalidTransition)
    {
        public override JsonObject Facts => new() { ["from"] = From, ["to"] = To, ["allowed"] = Texts(Allowed) };
    }

    public sealed record TerminalState(string State, DateTimeOffset? ReopenableUntil) : Error(ErrorCodes.TerminalState)
    {
        public override JsonObject Facts => new() { ["state"] = State };
    }

    public sealed record VersionConflict(long Expected, long Actual) : Error(ErrorCodes.VersionConflict)
    {
        public override JsonObject Facts => new() { ["expected"] = Expected, ["actual"] = Actual };
    }

    public sealed record TicketConflict(ConversationId Id) : Error(ErrorCodes.TicketConflict)
    {
        public override JsonObject Facts => new() { ["conversation_id"] = Id.Value, ["ticket_id"] = Id.TicketId };
    }

    public sealed record LockTimeout(TimeSpan Waited) : Error(ErrorCodes.LockTimeout)
    {
        public override JsonObject Facts => new() { ["waited_ms"] = (long)Waited.TotalMilliseconds, ["retryable"] = true };
    }

    /// <param name="Argument">Its name, as the caller knows it.</param>
    /// <param name="Rule">The rule it breaks, as a clause: what the argument must be.</param>
    public sealed record InvalidArgument(string Argument, string Rule) : Error(ErrorCodes.InvalidArgument)
    {
        /// <summary>What was sent, in words; null where the rule says it.</summary>
        public string? Sent { get; init; }

        /// <summary>The value that was probably meant.</summary>
        public string? Suggestion { get; init; }

        /// <summary>The argument that was probably meant, where there is none of that name.</summary>
        public string? SuggestedArgument { get; init; }

        /// <summary>What else is wrong with the arguments of the call.</summary>
        public IReadOnlyList<InvalidArgument> Others { get; init; } = [];

        public override JsonObject Facts
        {
            get
            {
                var facts = Own();
                if (Others.Count > 0)
                    facts["faults"] = new JsonArray([Own(), .. Others.Select(o => o.Own())]);
                return facts;
            }
        }

        private JsonObject Own()
        {
            var facts = new JsonObject { ["argument"] = Argument, ["rule"] = Rule };
            foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)
                [("sent", Sent), ("suggested_argument", SuggestedArgument), ("suggestion", Suggestion)])
            {
                if (value is not null)
                    facts[name] = value;
            }

            return facts;
        }
    }

    public sealed record IdempotencyMismatch(string Key) : Error(ErrorCodes.IdempotencyMismatch)
    {
        public override JsonObject Facts => new() { ["key"] = Key };
    }

    /// <param name="Needs">All that it takes, as <see cref="Requirement"/> words it.</param>
    public sealed record NotAuthorized(IReadOnlyList<string> Needs) : Error(ErrorCodes.NotAuthorized)
    {
        public override JsonObject Facts => new() { ["needs"] = Texts(Needs) };
    }

    /// <param name="Name">The tool, prompt or resource.</param>
    /// <param name="Toolset">The set that it is in.</param>
    /// <param name="Enabled">The sets that the connection has.</param>
    /// <param name="Limit">What keeps it from having this one.</param>
    public sealed record ToolsetNotEnabled(string Name, string Toolset, IReadOnlyList<string> Enabled, ToolsetLimit Limit)
        : Error(ErrorCodes.ToolsetNotEnabled)
    {
        public override JsonObject Facts => new()
        {
            ["name"] = Name,
            ["toolset"] = Toolset,
            ["enabled"] = Texts(Enabled),
            ["limited_by"] = SnakeCaseEnum.Of(Limit),
        };
    }

    /// <param name="Retryable">False where it stays until an operator changes something.</param>
    /// <param name="Reason">Why, for an operator; not sent.</param>
    public sealed record StoreUnavailable(bool Retryable, string Reason) : Error(ErrorCodes.StoreUnavailable)
    {
        public override JsonObject Facts => new() { ["retryable"] = Retryable };
    }

    /// <param name="Id">The conversation.</param>
    /// <param name="Part">What of it: snapshot, history, trail or idempotency record.</param>
    public sealed record StoreDamaged(ConversationId Id, string Part) : Error(ErrorCodes.StoreDamaged)
    {
        public override JsonObject Facts => new() { ["conversation_id"] = Id.Value, ["part"] = Part, ["retryable"] = false };
    }

    public sealed record NotOwner(Owner Owner, long Epoch) : Error(ErrorCodes.NotOwner)
    {
        /// <summary>True where it is a turn that the caller cannot complete: another one can be begun.</summary>
        public bool IsOfTurn { get; init; }

        public override JsonObject Facts => new() { ["owner"] = Owner.ToString(), ["epoch"] = Epoch };
    }

    /// <param name="Number">The customer's message.</param>
    /// <param name="Answer">What it was answered with, where that is known.</param>
    public sealed record AlreadyAnswered(long Number, Answer? Answer) : Error(ErrorCodes.AlreadyAnswered)
    {
        public override JsonObject Facts => Answer is null ? new() { ["number"] = Number } : new()
        {
            ["number"] = Number,
            ["answered_by"] = Answer.By.ToString(),
            ["answered_with"] = Answer.Number,
            ["answer_id"] = Answer.MessageId,
        };
    }

    /// <param name="State">The closed state.</param>
    /// <param name="ClosedAt">Since when it is closed.</param>
    /// <param name="ReopenableUntil">Until when it could be opened again; null: never.</param>
    /// <param name="Window">The guard that refuses; null where no transition leads back to work.</param>
    /// <param name="FollowUp">The follow-up that it goes on in, by id.</param>
    public sealed record ReopenWindowOver(
        string State, DateTimeOffset? ClosedAt, DateTimeOffset? ReopenableUntil, string? Window, string? FollowUp)
        : Error(ErrorCodes.ReopenWindowOver)
    {
        public override JsonObject Facts => new() { ["state"] = State, ["closed_at"] = Text(ClosedAt), ["follow_up"] = FollowUp };
    }

    public sealed record LimitReached(int Limit) : Error(ErrorCodes.LimitReached)
    {
        public override JsonObject Facts => new() { ["limit"] = Limit };
    }

    /// <param name="ApprovalId">The approval.</param>
    /// <param name="Status">As it stands; pending where it is the caller who has decided already.</param>
    /// <param name="Approved">What the last who decided said.</param>
    /// <param name="DecidedBy">All who decided.</param>
    /// <param name="DecidedAt">When the decision was complete.</param>
    /// <param name="Yes">How many approved.</param>
    /// <param name="Quorum">How many have to.</param>
    public sealed record AlreadyDecided(
        string ApprovalId, ApprovalStatus Status, bool Approved, IReadOnlyList<Actor> DecidedBy, DateTimeOffset? DecidedAt, int Yes, int Quorum)
        : Error(ErrorCodes.AlreadyDecided)
    {
        public override JsonObject Facts => new()
        {
            ["approval_id"] = ApprovalId,
            ["status"] = SnakeCaseEnum.Of(Status),
            ["approved"] = Approved,
            ["decided_by"] = Texts(DecidedBy.Select(a => a.ToString())),
            ["decided_at"] = Text(DecidedAt),
        };
    }

    public sealed record ApprovalExpired(string ApprovalId, DateTimeOffset ExpiredAt) : Error(ErrorCodes.ApprovalExpired)
    {
        public override JsonObject Facts => new() { ["approval_id"] = ApprovalId, ["expired_at"] = Text(ExpiredAt) };
    }

    public sealed record ApprovalPending(string ApprovalId, DateTimeOffset Deadline) : Error(ErrorCodes.ApprovalPending)
    {
        public override JsonObject Facts => new() { ["approval_id"] = ApprovalId, ["deadline"] = Text(Deadline) };
    }

    public sealed record ApprovalRefused(string ApprovalId, Actor RefusedBy, string? Notes) : Error(ErrorCodes.ApprovalRefused)
    {
        public override JsonObject Facts => new() { ["approval_id"] = ApprovalId, ["refused_by"] = RefusedBy.ToString(), ["notes"] = Notes };
    }

    public sealed record ApprovalMismatch(string ApprovalId, string Action, JsonElement Arguments, string Digest)
        : Error(ErrorCodes.ApprovalMismatch)
    {
        public override JsonObject Facts => new()
        {
            ["approval_id"] = ApprovalId,
            ["action"] = Action,
            ["arguments"] = JsonNode.Parse(Arguments.GetRawText()),
            ["digest"] = Digest,
        };
    }

    public sealed record ApprovalChanged(string ApprovalId, string Action, JsonElement Arguments, string Digest)
        : Error(ErrorCodes.ApprovalChanged)
    {
        public override JsonObject Facts => new()
        {
            ["approval_id"] = ApprovalId,
            ["action"] = Action,
            ["arguments"] = JsonNode.Parse(Arguments.GetRawText()),
            ["digest"] = Digest,
        };
    }

    public sealed record ApprovalUsed(string ApprovalId, Actor UsedBy, DateTimeOffset UsedAt) : Error(ErrorCodes.ApprovalUsed)
    {
        public override JsonObject Facts => new() { ["approval_id"] = ApprovalId, ["used_by"] = UsedBy.ToString(), ["used_at"] = Text(UsedAt) };
    }

    public sealed record ArticleNotFound(string ArticleId) : Error(ErrorCodes.ArticleNotFound)
    {
        public override JsonObject Facts => new() { ["article_id"] = ArticleId };
    }

    /// <param name="Reason">Why, for an operator; not sent.</param>
    public sealed record KnowledgeUnavailable(string Reason) : Error(ErrorCodes.KnowledgeUnavailable)
    {
        public override JsonObject Facts => new() { ["retryable"] = true };
    }

    /// <param name="ArticleId">The article, which is published or archived.</param>
    /// <param name="Needs">All that it takes to change it, as <see cref="Requirement"/> words it.</param>
    public sealed record ArticleProtected(string ArticleId, IReadOnlyList<string> Needs) : Error(ErrorCodes.NotAuthorized)
    {
        public override JsonObject Facts => new() { ["needs"] = Texts(Needs), ["article_id"] = ArticleId };
    }

    /// <summary>A time as facts and sentences write it, in milliseconds where it has them.</summary>
    internal static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFZ", CultureInfo.InvariantCulture);

    private static string? Text(DateTimeOffset? at) => at is { } time ? Text(time) : null;

    private static JsonArray Texts(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode?)JsonValue.Create(v))]);
}

/// <summary>What keeps a connection from having a toolset.</summary>
public enum ToolsetLimit
{
    /// <summary>The server has the set, but not at the address that the connection calls.</summary>
    Endpoint,

    /// <summary>The token of the connection has other sets.</summary>
    Token,

    /// <summary>The server was started with other sets.</summary>
    Server,
}
