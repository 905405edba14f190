using System.Text.Json;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

public abstract partial record ConversationEvent
{
    /// <summary>Something happened to an approval of the conversation.</summary>
    public abstract record ApprovalEvent : ConversationEvent
    {
        public required string ApprovalId { get; init; }
    }

    /// <summary>A permission was asked for.</summary>
    public sealed record ApprovalRequested : ApprovalEvent
    {
        public required string Action { get; init; }

        /// <summary>What it is bound to; null after an erasure, when <see cref="Digest"/> still tells one from another.</summary>
        public JsonElement? Arguments { get; init; }

        public required string Digest { get; init; }

        public decimal? Amount { get; init; }

        public decimal? RiskPriority { get; init; }

        public decimal? Confidence { get; init; }

        /// <summary>What the policy said to it.</summary>
        public required string Policy { get; init; }

        public required Roles ApproverRole { get; init; }

        public required int Quorum { get; init; }

        /// <summary>Who alone may use it, or anyone; null: who asked.</summary>
        public string? UsableBy { get; init; }

        public required DateTimeOffset Deadline { get; init; }

        public override ConversationEvent Redacted() => this with { Arguments = null, Reason = null };
    }

    /// <summary>Somebody, or the policy, decided.</summary>
    public sealed record ApprovalDecided : ApprovalEvent
    {
        public required bool Approved { get; init; }

        /// <summary>Where the approval stands now: pending while the quorum is not reached.</summary>
        public required ApprovalStatus Status { get; init; }

        /// <summary>The digest that was decided on.</summary>
        public required string Digest { get; init; }

        /// <summary>What replaced the arguments; null where they stayed.</summary>
        public JsonElement? FinalArguments { get; init; }

        public required DecisionChannel Via { get; init; }

        public override ConversationEvent Redacted() => this with { FinalArguments = null, Reason = null };
    }

    /// <summary>Its one permission was taken.</summary>
    public sealed record ApprovalUsed : ApprovalEvent
    {
        public required string Digest { get; init; }

        /// <summary>The caller's key for this use, if it gave one.</summary>
        public string? UseKey { get; init; }
    }

    /// <summary>Its deadline passed, or the run whose solution it is about ended, before it was decided.</summary>
    public sealed record ApprovalExpired : ApprovalEvent
    {
        /// <summary>The deadline, or when the run ended.</summary>
        public required DateTimeOffset ExpiredAt { get; init; }
    }
}
