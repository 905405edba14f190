using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

/// <summary>Where a run stands.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<RunStatus>))]
public enum RunStatus
{
    Running,

    /// <summary>A person has to decide on the solution.</summary>
    WaitingForApproval,

    /// <summary>It came to one of the ends that its pipeline knows.</summary>
    Completed,

    /// <summary>A step failed as often as it may be tried; people have the conversation.</summary>
    Failed,

    /// <summary>The conversation was closed under it.</summary>
    Terminated,
}

/// <summary>Where a step of a run stands.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<RunStepState>))]
public enum RunStepState
{
    /// <summary>Others come first.</summary>
    Waiting,

    /// <summary>A worker of its role may take it; for an approval: a person decides.</summary>
    Ready,

    /// <summary>A worker has it.</summary>
    Leased,
    Done,

    /// <summary>The last try failed, or its lease ran out.</summary>
    Failed,

    /// <summary>The run ended without it.</summary>
    Skipped,
}

/// <summary>
/// A ticket on its way through a pipeline. It belongs to the conversation of the ticket: the same version, the same commit.
/// </summary>
public sealed record Run
{
    /// <summary>For example <c>run-0f3a9c21-TKT-001</c>.</summary>
    public required string InstanceId { get; init; }

    public required string Pipeline { get; init; }

    public required RunStatus Status { get; init; }

    /// <summary>The step it is at, or was at when it ended.</summary>
    public required string Stage { get; init; }

    /// <summary>What it came to; null while it is under way, and where it failed or was terminated.</summary>
    public string? Outcome { get; init; }

    /// <summary>Why it failed or was terminated; null otherwise.</summary>
    public string? Reason { get; init; }

    public required string CustomerId { get; init; }

    /// <summary>Whether the customer is entitled to support, by the records when the ticket was triaged; null before.</summary>
    public bool? Entitled { get; init; }

    /// <summary>The customer as the records had them when the ticket was triaged; null where there were none.</summary>
    public JsonElement? Customer { get; init; }

    /// <summary>The customer's system as the records had it when the ticket was triaged; null where there was none.</summary>
    public JsonElement? System { get; init; }

    /// <summary>How often a person sent the solution back.</summary>
    public int Revisions { get; init; }

    /// <summary>The approval of the solution, the last one that was asked for.</summary>
    public string? ApprovalId { get; init; }

    public required IReadOnlyList<RunStep> Steps { get; init; }

    /// <summary>Who reported the ticket.</summary>
    public required Actor StartedBy { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How often a person may send a solution back.</summary>
    public const int MaxRevisions = 2;

    [JsonIgnore]
    public bool IsActive => Status is RunStatus.Running or RunStatus.WaitingForApproval;

    /// <summary>The step it is at.</summary>
    [JsonIgnore]
    public RunStep Current => Step(Stage)!;

    /// <summary>The number of the try that the step it is at is in.</summary>
    [JsonIgnore]
    public int Attempt => Current.Attempt;

    /// <summary>The step with this name; null where there is none.</summary>
    public RunStep? Step(string name) => Steps.FirstOrDefault(s => s.Name == name);

    /// <summary>The run with one of its steps changed.</summary>
    internal Run With(string name, Func<RunStep, RunStep> change) => this with { Steps = [.. Steps.Select(s => s.Name == name ? change(s) : s)] };

    /// <summary>The run after a pause: a step that waits for a worker becomes ready again, in its old place of the order.</summary>
    internal Run Resumed(long version) =>
        Status == RunStatus.Running && Current.State == RunStepState.Ready ? With(Stage, s => s with { ReadyVersion = version }) : this;

    /// <summary>The id of a run that starts in a conversation: derived from what and when, so that the same decision gives the same id.</summary>
    public static string IdOf(Conversation before, DateTimeOffset now)
    {
        var seed = string.Create(CultureInfo.InvariantCulture, $"{before.ConversationId}|{before.Version}|{now.UtcTicks}|run");
        return $"run-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seed)).AsSpan(0, 4))}-{before.TicketId}";
    }
}

/// <summary>A step of a run.</summary>
public sealed record RunStep
{
    public required string Name { get; init; }

    public required string Role { get; init; }

    public required RunStepState State { get; init; }

    /// <summary>The number of the try, from 1; 0 before the first.</summary>
    public int Attempt { get; init; }

    /// <summary>From when a worker may take it.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>The version of the conversation in which it became ready, also after a pause: no other stay in the index has it.</summary>
    public long? ReadyVersion { get; init; }

    /// <summary>The version of the conversation in which it was leased: the fence that a step token names.</summary>
    public long? Lease { get; init; }

    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>Who has it, or did it.</summary>
    public Actor? Actor { get; init; }

    /// <summary>When the try began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What came of it; the analysis stands beside the run (<see cref="Conversation.Analysis"/>).</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Why the last try failed.</summary>
    public string? Reason { get; init; }

    /// <summary>What a person wrote who sent the solution back.</summary>
    public string? Notes { get; init; }

    /// <summary>What was asked of the knowledge base for it.</summary>
    public IReadOnlyList<ResearchEntry> Research { get; init; } = [];
}

/// <summary>A query to the knowledge base that was made for a step, and what it returned.</summary>
/// <param name="Digest">Tells the query from others: SHA-256 of its words in lower case.</param>
/// <param name="Query">Its text, at most <see cref="ShownQuery"/> characters of it; null after an erasure.</param>
/// <param name="Articles">The ids of the articles that it returned.</param>
public sealed record ResearchEntry(string Digest, string? Query, IReadOnlyList<string> Articles)
{
    /// <summary>How much of a query is kept, in characters.</summary>
    public const int ShownQuery = 200;

    public static ResearchEntry Of(string query, IReadOnlyList<string> articles)
    {
        // What differs in case, spaces and punctuation alone is the same query.
        var letters = string.Concat(query.EnumerateRunes().Select(r => Rune.IsPunctuation(r) || Rune.IsSymbol(r) || Rune.IsWhiteSpace(r) || Rune.IsControl(r) ? " " : r.ToString()));
        var words = string.Join(' ', letters.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();
        return new ResearchEntry(Conversations.Digest.OfText(words), ShortText.Of(query, ShownQuery), articles);
    }
}

/// <summary>What the expert found: the result of the step that researches.</summary>
/// <param name="Result">The analysis, as the step's schema describes it.</param>
/// <param name="By">Who made it.</param>
/// <param name="At">When.</param>
/// <param name="Revision">0 for the first, 1 after a person sent it back once.</param>
public sealed record Analysis(JsonElement Result, Actor By, DateTimeOffset At, int Revision)
{
    /// <summary>The text that a person decides on.</summary>
    [JsonIgnore]
    public string Solution => Text("solution");

    /// <summary>How sure the one who made it is, 0 to 1; null where they did not say.</summary>
    [JsonIgnore]
    public decimal? Confidence => Number("confidence");

    /// <summary>The largest amount of money that the solution is about, in the desk's currency; null where they did not say.</summary>
    [JsonIgnore]
    public decimal? Amount => Number("amount");

    [JsonIgnore]
    public decimal? RiskPriority => Number("risk_priority");

    private string Text(string name) => Result.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private decimal? Number(string name) =>
        Result.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number : null;
}
