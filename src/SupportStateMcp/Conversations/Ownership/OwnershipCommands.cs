using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

public abstract partial record ConversationCommand
{
    /// <summary>A person takes the conversation, and answers within the lease or loses it again.</summary>
    [Requires(Kind = ActorKind.Human, Roles = Roles.Agent)]
    public sealed record Claim : ConversationCommand
    {
        public required TimeSpan Lease { get; init; }

        protected override Error? Check() =>
            Bounds.Range("lease_seconds", (decimal)Lease.TotalSeconds, Limits.ShortestLease, Limits.LongestLease);
    }

    /// <summary>The person puts the conversation back into its queue.</summary>
    [Requires(Kind = ActorKind.Human, Roles = Roles.Agent)]
    public sealed record Release : ConversationCommand
    {
        public string? Reason { get; init; }

        protected override Error? Check() =>
            Bounds.Text("reason", Reason, Limits.Reason);
    }

    /// <summary>The person gives the conversation back to the AI, with a note.</summary>
    [Requires(Kind = ActorKind.Human, Roles = Roles.Agent)]
    public sealed record HandBack : ConversationCommand
    {
        public required string Note { get; init; }

        protected override Error? Check() =>
            Bounds.Text("note", Note, Limits.Summary);
    }

    /// <summary>Gives the conversation to a person, a queue or an AI by name.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record Assign : ConversationCommand
    {
        /// <summary>Who gets it, as <see cref="Owner.Read(string, string)"/> takes it.</summary>
        public required string To { get; init; }

        /// <summary>Within what time a person answers; counts for people only.</summary>
        public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(Limits.DefaultLease);

        /// <summary>What who gets it has to know; null or empty for nothing. The customer does not see it.</summary>
        public string? Note { get; init; }

        /// <summary>Who gets it.</summary>
        /// <exception cref="InvalidOperationException">It breaks its bounds.</exception>
        internal Owner Target => Owner.Read("to", To).Value;

        protected override Error? Check() =>
            Owner.Read("to", To).Error
            ?? Bounds.Text("note", Note, Limits.Summary)
            ?? Bounds.Range("lease_seconds", (decimal)Lease.TotalSeconds, Limits.ShortestLease, Limits.LongestLease);
    }

    /// <summary>Hands the conversation to people, with all that they need to know.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record Escalate : ConversationCommand
    {
        public required string Reason { get; init; }
        public required string Summary { get; init; }
        public required string Queue { get; init; }
        public Priority? Priority { get; init; }

        /// <summary>What the customer is told; null for nothing.</summary>
        public string? CustomerMessage { get; init; }
        public string? OpenQuestion { get; init; }
        public IReadOnlyList<string> Promises { get; init; } = [];
        public IReadOnlyList<string> Tried { get; init; } = [];

        protected override Error? Check() =>
            Bounds.Text("reason", Reason, Limits.Reason, 1)
            ?? Bounds.Text("summary", Summary, Limits.Summary, 1)
            ?? Bounds.Text("customer_message", CustomerMessage, Limits.Content)
            ?? Bounds.Text("open_question", OpenQuestion, Limits.Summary)
            ?? Bounds.Items("promises", Promises, Limits.HandoffItems, Limits.HandoffItem)
            ?? Bounds.Items("tried", Tried, Limits.HandoffItems, Limits.HandoffItem)
            ?? (Owner.IsQueueName(Queue) ? null : Error.InvalidArgument("queue", "it must be " + Owner.QueueWords));
    }

    /// <summary>Opens a closed conversation again, while it can be.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record Reopen : ConversationCommand
    {
        public string? Reason { get; init; }

        protected override Error? Check() =>
            Bounds.Text("reason", Reason, Limits.Reason);
    }

    /// <summary>Records in which conversation a closed one goes on.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record LinkFollowUp : ConversationCommand
    {
        public required ConversationId FollowUp { get; init; }
        public string? Reason { get; init; }
    }

    /// <summary>Records the leases and approvals that have expired by now.</summary>
    public sealed record ExpireOverdue : ConversationCommand;
}
