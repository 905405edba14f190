using System.Text.Json;

namespace SupportStateMcp.Conversations;

public sealed partial record Conversation
{
    /// <summary>How many approvals a snapshot keeps; the oldest that can lead to nothing any more go first.</summary>
    public const int MaxApprovals = 100;

    private static readonly JsonElement s_erasedArguments = JsonElement.Parse("{}");

    private static IReadOnlyList<Approval> After(IReadOnlyList<Approval> approvals, ConversationEvent.ApprovalEvent @event)
    {
        if (@event is ConversationEvent.ApprovalRequested requested)
            return [.. Room(approvals), Requested(requested)];

        // Of one that went to make room, the trail alone tells.
        return [.. approvals.Select(a => a.ApprovalId == @event.ApprovalId ? After(a, @event) : a)];
    }

    private static Approval After(Approval before, ConversationEvent.ApprovalEvent @event) => @event switch
    {
        ConversationEvent.ApprovalDecided e => before with
        {
            Status = e.Status,
            Digest = e.Digest,
            Arguments = e.FinalArguments ?? before.Arguments,
            ProposedArguments = e.FinalArguments is null ? before.ProposedArguments : before.ProposedArguments ?? before.Arguments,
            Votes = [.. before.Votes, new ApprovalVote(e.Actor, e.Approved, e.Digest, e.At, e.Via, e.Reason)],
            DecidedAt = e.Status == ApprovalStatus.Pending ? null : e.At,
        },
        ConversationEvent.ApprovalUsed e => before with
        {
            Status = ApprovalStatus.Used,
            UsedAt = e.At,
            UsedBy = e.Actor,
            UseKey = e.UseKey,
        },
        ConversationEvent.ApprovalExpired e => before with { Status = ApprovalStatus.Expired, DecidedAt = e.ExpiredAt },
        _ => throw new InvalidOperationException($"No rule says what {@event.GetType().Name} changes."),
    };

    private static Approval Requested(ConversationEvent.ApprovalRequested e) => new()
    {
        ApprovalId = e.ApprovalId,
        Action = e.Action,
        Arguments = e.Arguments ?? s_erasedArguments,
        Digest = e.Digest,
        Reason = e.Reason ?? "",
        Amount = e.Amount,
        RiskPriority = e.RiskPriority,
        Confidence = e.Confidence,
        Policy = e.Policy,
        ApproverRole = e.ApproverRole,
        Quorum = e.Quorum,
        RequestedBy = e.Actor,
        UsableBy = e.UsableBy,
        RequestedAt = e.At,
        Deadline = e.Deadline,
        Status = ApprovalStatus.Pending,
    };

    private static IEnumerable<Approval> Room(IReadOnlyList<Approval> approvals) =>
        approvals.Count >= MaxApprovals && approvals.FirstOrDefault(a => !a.IsOpen) is { } oldest
            ? approvals.Where(a => a.ApprovalId != oldest.ApprovalId)
            : approvals;
}
