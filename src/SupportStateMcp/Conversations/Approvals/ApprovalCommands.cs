using System.Text.Json;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

public abstract partial record ConversationCommand
{
    /// <summary>Asks for the permission to do exactly this.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record RequestApproval : ConversationCommand
    {
        public required string Action { get; init; }
        public required JsonElement Arguments { get; init; }
        public required string Reason { get; init; }
        public decimal? Amount { get; init; }
        public decimal? RiskPriority { get; init; }

        /// <summary>How sure the caller is, 0 to 1.</summary>
        public decimal? Confidence { get; init; }
        public Roles ApproverRole { get; init; } = Roles.Approver;
        public int Quorum { get; init; } = 1;
        public required TimeSpan ExpiresIn { get; init; }

        /// <summary>Who alone may use it, as <c>kind:id</c>, or <see cref="Approval.Anyone"/>; null: who asks.</summary>
        public string? UsableBy { get; init; }

        protected override Error? Check() =>
            Bounds.Text("action", Action, Limits.Action, 1)
            ?? Bounds.Object("arguments", Arguments)
            ?? Bounds.Text("reason", Reason, Limits.Reason, 1)
            ?? Bounds.Range("amount", Amount, 0, Limits.Amount)
            ?? Bounds.Range("risk_priority", RiskPriority, 0, Limits.RiskPriority)
            ?? Bounds.Range("confidence", Confidence, 0, 1)
            ?? Bounds.Range("quorum", Quorum, 1, Limits.Quorum)
            ?? Bounds.Range("expires_in", (decimal)ExpiresIn.TotalSeconds, 1, Limits.ApprovalLifetime)
            ?? (UsableBy is null or Approval.Anyone || Actor.TryParse(UsableBy)?.ToString() == UsableBy
                ? null
                : Error.InvalidArgument("usable_by", "it is an actor as kind:id, for example ai:payments, or anyone"));
    }

    /// <summary>A person says yes or no.</summary>
    [Requires(Kind = ActorKind.Human, Roles = Roles.Approver)]
    public sealed record DecideApproval : ConversationCommand
    {
        public required string ApprovalId { get; init; }
        public required bool Approved { get; init; }
        public string? Notes { get; init; }

        /// <summary>Arguments in the place of those that were asked for; null keeps them.</summary>
        public JsonElement? FinalArguments { get; init; }

        /// <summary>The digest of what the person saw: where the approval is for other arguments by now, nothing is decided. Null does not check.</summary>
        public string? SeenDigest { get; init; }
        public DecisionChannel Via { get; init; }

        /// <summary>With a refusal of a solution: the expert is to find another one, with the notes.</summary>
        public bool Revise { get; init; }

        protected override Error? Check() =>
            Bounds.Text("notes", Notes, Limits.Reason)
            ?? Bounds.Object("final_arguments", FinalArguments)
            ?? Bounds.Text("digest", SeenDigest, Limits.Key, 1)
            ?? (Revise && Approved ? Error.InvalidArgument("revise", "it goes with a refusal: an approved solution is sent") : null)
            ?? (Revise && string.IsNullOrWhiteSpace(Notes) ? Error.InvalidArgument("notes", "with revise they say what another solution has to do better") : null);
    }

    /// <summary>Takes the one permission that a granted approval holds.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record UseApproval : ConversationCommand
    {
        public required string ApprovalId { get; init; }
        public required string Action { get; init; }
        public required JsonElement Arguments { get; init; }

        /// <summary>The caller's key for this use: a repeat under it is the same use. Not a key of the conversation: the approval itself remembers its use.</summary>
        public string? UseKey { get; init; }

        protected override Error? Check() =>
            Bounds.Text("action", Action, Limits.Action, 1) ?? Bounds.Object("arguments", Arguments) ?? Bounds.Text("idempotency_key", UseKey, Limits.Key, 1);
    }
}
