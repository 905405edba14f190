using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Cli;

/// <summary>What waits for a decision.</summary>
/// <param name="Approvals">By deadline, the next one first.</param>
/// <param name="Total">How many there are, shown or not.</param>
internal sealed record ApprovalsFacts(IReadOnlyList<ApprovalFacts> Approvals, int Total);

/// <summary>An approval as people see it.</summary>
internal sealed record ApprovalFacts
{
    public required string ApprovalId { get; init; }

    public required string ConversationId { get; init; }

    /// <summary>The digest of action and arguments.</summary>
    public required string Digest { get; init; }

    public required ApprovalStatus Status { get; init; }

    public required string Action { get; init; }

    public required JsonElement Arguments { get; init; }

    /// <summary>What was asked for, where a decision changed it.</summary>
    public JsonElement? ProposedArguments { get; init; }

    public decimal? Amount { get; init; }

    public decimal? RiskPriority { get; init; }

    public decimal? Confidence { get; init; }

    public required string Reason { get; init; }

    public required string Policy { get; init; }

    public required string RequestedBy { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required Roles ApproverRole { get; init; }

    public required int Quorum { get; init; }

    /// <summary>How many have said yes to exactly this.</summary>
    public required int Yes { get; init; }

    public required DateTimeOffset Deadline { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }

    public required IReadOnlyList<VoteFacts> Votes { get; init; }

    /// <summary>The version of the conversation.</summary>
    public required long Version { get; init; }

    public static ApprovalFacts Of(ApprovalOf of) => Of(of.Approval, of.Conversation);

    public static ApprovalFacts Of(Approval a, Conversation c) => new()
    {
        ApprovalId = a.ApprovalId,
        ConversationId = c.ConversationId,
        Digest = a.Digest,
        Status = a.Status,
        Action = a.Action,
        Arguments = a.Arguments,
        ProposedArguments = a.ProposedArguments,
        Amount = a.Amount,
        RiskPriority = a.RiskPriority,
        Confidence = a.Confidence,
        Reason = a.Reason,
        Policy = a.Policy,
        RequestedBy = a.RequestedBy.ToString(),
        RequestedAt = a.RequestedAt,
        ApproverRole = a.ApproverRole,
        Quorum = a.Quorum,
        Yes = a.Yes,
        Deadline = a.Deadline,
        DecidedAt = a.DecidedAt,
        Votes = [.. a.Votes.Select(v => new VoteFacts(v.By.ToString(), v.Approved, v.At, v.Via, v.Notes))],
        Version = c.Version,
    };
}

/// <summary>One decision on an approval.</summary>
internal sealed record VoteFacts(string By, bool Approved, DateTimeOffset At, DecisionChannel Via, string? Notes);
