using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Views;

/// <summary>What became of the wish to ask the person in front of the host.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ElicitationOutcome>))]
public enum ElicitationOutcome
{
    /// <summary>They decided.</summary>
    Answered,

    /// <summary>They would not decide.</summary>
    Declined,

    /// <summary>They closed the question.</summary>
    Cancelled,

    /// <summary>The client cannot ask anybody.</summary>
    Unsupported,

    /// <summary>The person there may not decide it.</summary>
    NotAuthorized,
}

/// <summary>What <c>request_approval</c> answers.</summary>
public sealed record RequestApprovalView : ApprovalView
{
    public RequestApprovalView() { }

    [SetsRequiredMembers]
    public RequestApprovalView(RequestedApproval request) : base(request.Found.Approval, request.Found.Conversation)
    {
        Created = request.Created;
        Replayed = request.Replayed;
    }

    [JsonPropertyOrder(-1)]
    [Description("False where an open approval for exactly this was there already and is returned.")]
    public required bool Created { get; init; }

    [JsonPropertyOrder(-1)]
    [Description("True where this is the first outcome of a repeated call; the approval is shown as it stands now.")]
    public required bool Replayed { get; init; }

    [Description("Only where ask was true and somebody had to decide: whether the person in front of the host did.")]
    public ElicitationOutcome? Asked { get; init; }

    [Description("What that means, in one sentence.")]
    public string? AskedDetail { get; init; }
}

/// <summary>What <c>use_approval</c> answers.</summary>
public sealed record UseApprovalView
{
    public required string ApprovalId { get; init; }

    public required string ConversationId { get; init; }

    [Description("True: the permission is yours. Everything else is a refusal.")]
    public required bool Granted { get; init; }

    [Description("True where an earlier call of yours took the permission, and this call only repeats its outcome.")]
    public required bool Replayed { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset UsedAt { get; init; }

    public required string UsedBy { get; init; }

    public required string Action { get; init; }

    [Description("Do it with exactly these.")]
    public required JsonObject Arguments { get; init; }

    public required string Digest { get; init; }

    [Description("What to do now, in one sentence.")]
    public required string Guidance { get; init; }

    [Description("The version of the conversation.")]
    public required long Version { get; init; }

    public static UseApprovalView Of(Approval used, Conversation of, bool replayed) => new()
    {
        ApprovalId = used.ApprovalId,
        ConversationId = of.ConversationId,
        Granted = true,
        Replayed = replayed,
        UsedAt = used.UsedAt!.Value,
        UsedBy = used.UsedBy!.ToString(),
        Action = used.Action,
        Arguments = JsonObject.Create(used.Arguments)!,
        Digest = used.Digest,
        Guidance = replayed
            ? $"You took this permission at {used.UsedAt.Value.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}: do it only if you know that it was not done since."
            : "Do it now, once, with exactly these arguments; the permission is spent.",
        Version = of.Version,
    };
}

/// <summary>What <c>await_approval</c> answers.</summary>
public sealed record AwaitApprovalView : ApprovalView
{
    public AwaitApprovalView() { }

    [SetsRequiredMembers]
    public AwaitApprovalView(ApprovalOf found) : base(found.Approval, found.Conversation) => TimedOut = found.Approval.Status == ApprovalStatus.Pending;

    [JsonPropertyOrder(-1)]
    [Description("True where the wait ended before a decision: it is still pending.")]
    public required bool TimedOut { get; init; }
}

/// <summary>What <c>list_pending_approvals</c> answers.</summary>
public sealed record PendingApprovalsView
{
    [Description("The next deadline first.")]
    public required IReadOnlyList<ApprovalView> Approvals { get; init; }

    [Description("How many wait in all, also beyond limit.")]
    public required int Total { get; init; }

    [Description("Pass it as cursor to get the next page; absent on the last.")]
    public string? NextCursor { get; init; }

    /// <summary>The whole page.</summary>
    public static PendingApprovalsView Of(PendingApprovals pending) => new()
    {
        Approvals = [.. pending.Approvals.Select(a => new ApprovalView(a.Approval, a.Conversation))],
        Total = pending.Total,
        NextCursor = ApprovalCursorText.Encode(pending.Next),
    };

    /// <summary>As much of the page as an answer has room for.</summary>
    public static PendingApprovalsView Of(PendingApprovals pending, AnswerSize size)
    {
        var (shown, isCut) = AnswerBudget.Fit(pending.Approvals.Select(a => new ApprovalView(a.Approval, a.Conversation)), size);
        return new PendingApprovalsView
        {
            Approvals = shown,
            Total = pending.Total,
            NextCursor = ApprovalCursorText.Encode(isCut ? ApprovalCursor.Of(pending.Approvals[shown.Count - 1].Approval) : pending.Next),
        };
    }
}
