using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Views;

/// <summary>An approval, as every tool shows it.</summary>
public record ApprovalView
{
    public ApprovalView() { }

    /// <summary>All there is to say of an approval.</summary>
    [SetsRequiredMembers]
    public ApprovalView(Approval a, Conversation of)
    {
        ApprovalId = a.ApprovalId;
        ConversationId = of.ConversationId;
        Action = a.Action;
        Arguments = JsonObject.Create(a.Arguments)!;
        ProposedArguments = a.ProposedArguments is { } proposed ? JsonObject.Create(proposed) : null;
        Digest = a.Digest;
        Status = a.Status;
        Reason = a.Reason;
        Amount = a.Amount;
        RiskPriority = a.RiskPriority;
        Confidence = a.Confidence;
        Policy = a.Policy;
        ApproverRole = SnakeCaseEnum.Of(a.ApproverRole);
        Quorum = a.Quorum;
        Yes = a.Yes;
        RequestedBy = a.RequestedBy.ToString();
        UsableBy = a.User;
        RequestedAt = a.RequestedAt;
        Deadline = a.Deadline;
        Votes = [.. a.Votes.Select(VoteView.Of)];
        DecidedAt = a.DecidedAt;
        UsedAt = a.UsedAt;
        UsedBy = a.UsedBy?.ToString();
        Guidance = ApprovalGuidance.For(a.Status);
        Version = of.Version;
    }

    [Description("The handle of the approval; pass it to the other approval tools.")]
    public required string ApprovalId { get; init; }

    public required string ConversationId { get; init; }

    [Description("The action that it is for.")]
    public required string Action { get; init; }

    [Description("The arguments that it is bound to: do it with exactly these, or not at all.")]
    public required JsonObject Arguments { get; init; }

    [Description("What was asked for; only where the decision changed the arguments.")]
    public JsonObject? ProposedArguments { get; init; }

    [Description("The digest of action and arguments.")]
    public required string Digest { get; init; }

    [Description("pending: nobody may act on it yet. granted: it may be used, once. refused, expired, used: it leads to nothing any more.")]
    public required ApprovalStatus Status { get; init; }

    [Description("Why it was asked for.")]
    public required string Reason { get; init; }

    [Description("The largest amount that was read, in the desk's currency.")]
    public decimal? Amount { get; init; }

    public decimal? RiskPriority { get; init; }

    public decimal? Confidence { get; init; }

    [Description("Why the policy asked for a person, or did not.")]
    public required string Policy { get; init; }

    [Description("Who decides: approver or supervisor.")]
    public required string ApproverRole { get; init; }

    [Description("How many people have to say yes.")]
    public required int Quorum { get; init; }

    [Description("How many have said yes to these arguments.")]
    public required int Yes { get; init; }

    public required string RequestedBy { get; init; }

    [Description("Who alone may use it, as kind:id; or anyone.")]
    public required string UsableBy { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset RequestedAt { get; init; }

    [Description("When it expires if it is still pending then.")]
    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset Deadline { get; init; }

    [Description("Who decided what, in order.")]
    public required IReadOnlyList<VoteView> Votes { get; init; }

    [Description("When it was granted or refused, or when it expired.")]
    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? DecidedAt { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? UsedAt { get; init; }

    [Description("Who took its one permission.")]
    public string? UsedBy { get; init; }

    [Description("What to do next, in one sentence.")]
    public required string Guidance { get; init; }

    [Description("The version of the conversation.")]
    public required long Version { get; init; }
}

/// <summary>One decision on an approval.</summary>
public sealed record VoteView
{
    [Description("Who decided, as kind:id.")]
    public required string By { get; init; }

    public required bool Approved { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset At { get; init; }

    [Description("connection: over their own connection; elicitation: asked in front of the host that requested it; policy: nobody had to be asked.")]
    public required DecisionChannel Via { get; init; }

    [Description("Why, in their words.")]
    public string? Notes { get; init; }

    public static VoteView Of(ApprovalVote vote) => new()
    {
        By = vote.By.ToString(),
        Approved = vote.Approved,
        At = vote.At,
        Via = vote.Via,
        Notes = vote.Notes,
    };
}

/// <summary>What an approval's status means for anyone who wants to act on it.</summary>
internal static class ApprovalGuidance
{
    public static string For(ApprovalStatus status) => status switch
    {
        ApprovalStatus.Pending => "Do nothing yet: call await_approval to wait for the decision, or get_approval later.",
        ApprovalStatus.Granted => "Call use_approval with exactly this action and these arguments; where it answers granted: true, do it, once.",
        ApprovalStatus.Refused => "Do not do it, and do not ask for the same again; tell the customer that it was not approved.",
        ApprovalStatus.Expired => "Do not do it: nobody decided in time; call request_approval again if it is still wanted.",
        ApprovalStatus.Used => "Do not do it again: the one permission was taken at used_at by used_by.",
        _ => throw new InvalidOperationException($"Nobody knows what to do with an approval that is {status}."),
    };
}
