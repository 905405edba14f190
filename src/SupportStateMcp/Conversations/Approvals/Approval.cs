using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

/// <summary>Where an approval stands.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ApprovalStatus>))]
public enum ApprovalStatus
{
    /// <summary>It waits for people, until its deadline.</summary>
    Pending,

    /// <summary>It may be used, once.</summary>
    Granted,

    /// <summary>Somebody said no. That is final.</summary>
    Refused,

    /// <summary>Its deadline passed before it was decided. That is final.</summary>
    Expired,

    /// <summary>Its one permission was taken. That is final.</summary>
    Used,
}

/// <summary>How a decision reached the server.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<DecisionChannel>))]
public enum DecisionChannel
{
    /// <summary>A person's own connection.</summary>
    Connection,

    /// <summary>The person in front of the host that asked.</summary>
    Elicitation,

    /// <summary>The configured policy: nobody had to be asked.</summary>
    Policy,
}

/// <summary>One decision on an approval.</summary>
/// <param name="By">Who decided.</param>
/// <param name="Approved">Yes or no.</param>
/// <param name="Digest">What they decided on: a yes to other arguments does not count.</param>
/// <param name="At">When.</param>
/// <param name="Via">How it reached the server.</param>
/// <param name="Notes">Why, in their words.</param>
public sealed record ApprovalVote(Actor By, bool Approved, string Digest, DateTimeOffset At, DecisionChannel Via, string? Notes = null);

/// <summary>
/// A permission for exactly one action with exactly these arguments, asked for and decided. It is a record of its conversation:
/// it survives restarts, and no message consumes or cancels it.
/// </summary>
public sealed partial record Approval
{
    /// <summary>What an approval's id looks like: eight hexadecimal digits, then the ticket's id, so that it leads to its conversation.</summary>
    public const string Pattern = "^ap-[0-9a-f]{8}-[A-Za-z0-9][A-Za-z0-9._-]{0,99}$";

    /// <summary>The same in words.</summary>
    public const string Words = "the id of an approval, as request_approval returned it, for example ap-0f3a9c21-TKT-001";

    public required string ApprovalId { get; init; }

    /// <summary>The name of the action that was asked for.</summary>
    public required string Action { get; init; }

    /// <summary>The arguments that are bound; those of the decision where it changed them.</summary>
    public required JsonElement Arguments { get; init; }

    /// <summary>The digest of <see cref="Action"/> and <see cref="Arguments"/>: what a use must match.</summary>
    public required string Digest { get; init; }

    /// <summary>The arguments that were asked for, where the decision changed them.</summary>
    public JsonElement? ProposedArguments { get; init; }

    /// <summary>Why it was asked for.</summary>
    public required string Reason { get; init; }

    public decimal? Amount { get; init; }

    public decimal? RiskPriority { get; init; }

    public decimal? Confidence { get; init; }

    /// <summary>What the policy said to it.</summary>
    public required string Policy { get; init; }

    /// <summary>The role that decides.</summary>
    public required Roles ApproverRole { get; init; }

    /// <summary>How many people have to say yes.</summary>
    public required int Quorum { get; init; }

    public required Actor RequestedBy { get; init; }

    /// <summary>Who alone may use it, as <c>kind:id</c>, or <see cref="Anyone"/>; null: who asked for it.</summary>
    public string? UsableBy { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it expires if nobody decides: from this moment on it is expired.</summary>
    public required DateTimeOffset Deadline { get; init; }

    public required ApprovalStatus Status { get; init; }

    /// <summary>Who decided what, in order.</summary>
    public IReadOnlyList<ApprovalVote> Votes { get; init; } = [];

    /// <summary>When it was granted or refused, or when it expired.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    public DateTimeOffset? UsedAt { get; init; }

    public Actor? UsedBy { get; init; }

    /// <summary>The key of the caller that used it; a repeat under it is the same use.</summary>
    public string? UseKey { get; init; }

    /// <summary>What stands in <see cref="UsableBy"/> where every agent may use it.</summary>
    public const string Anyone = "anyone";

    /// <summary>Who may use it, as every face tells it.</summary>
    [JsonIgnore]
    public string User => UsableBy ?? RequestedBy.ToString();

    /// <summary>True where this one may use it.</summary>
    public bool IsUsableBy(Actor actor) => User is Anyone || User == actor.ToString();

    /// <summary>True while it can still lead to the action.</summary>
    [JsonIgnore]
    public bool IsOpen => Status is ApprovalStatus.Pending or ApprovalStatus.Granted;

    /// <summary>How many people have said yes to what is bound now.</summary>
    [JsonIgnore]
    public int Yes => SaidYesTo(Digest).Distinct().Count();

    /// <summary>Who has said yes to these arguments: a yes to others is none to these.</summary>
    internal IEnumerable<Actor> SaidYesTo(string digest) => Votes.Where(v => v.Approved && v.Digest == digest).Select(v => v.By);

    /// <summary>The id of an approval that is asked for in a conversation: derived from what and when, so that the same decision gives the same id.</summary>
    public static string IdOf(Conversation before, string digest, DateTimeOffset now)
    {
        var seed = string.Create(CultureInfo.InvariantCulture, $"{before.ConversationId}|{before.Version}|{now.UtcTicks}|{digest}");
        return $"ap-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seed)).AsSpan(0, 4))}-{before.TicketId}";
    }

    /// <summary>The conversation an approval belongs to; null where the id is not well-formed.</summary>
    public static ConversationId? ConversationOf(string? approvalId) =>
        approvalId is not null && IdRegex().IsMatch(approvalId) ? ConversationId.OfTicket(approvalId["ap-00000000-".Length..]) : null;

    /// <summary>The id that somebody probably means with an invalid text: the same in capital letters. Null where nobody can tell.</summary>
    public static string? Guess(string text)
    {
        const int Head = 11;
        var id = text.Trim(' ', '"', '\'', '`');
        return id.Length > Head && id[..Head].ToLowerInvariant() + id[Head..] is var lower && ConversationOf(lower) is not null ? lower : null;
    }

    // \z, not $: a trailing newline is no part of an id.
    [GeneratedRegex(@"^ap-[0-9a-f]{8}-[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdRegex();
}
