namespace SupportStateMcp.Conversations;

public abstract partial record ConversationCommand
{
    /// <summary>A person takes the case, and answers within the lease or loses it again.</summary>
    public sealed record Claim : ConversationCommand
    {
        public required TimeSpan Lease { get; init; }
    }

    /// <summary>The person puts the case back into its queue.</summary>
    public sealed record Release : ConversationCommand
    {
        public string? Reason { get; init; }
    }

    /// <summary>The person gives the case back to the AI, with a note.</summary>
    public sealed record HandBack : ConversationCommand
    {
        public required string Note { get; init; }
    }

    /// <summary>Hands the case to people, with all that they need to know.</summary>
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
    }

    /// <summary>Opens a closed case again, while it can be.</summary>
    public sealed record Reopen : ConversationCommand
    {
        public string? Reason { get; init; }
    }

    /// <summary>Puts down in which case a closed one goes on.</summary>
    public sealed record LinkFollowUp : ConversationCommand
    {
        public required ConversationId FollowUp { get; init; }
        public string? Reason { get; init; }
    }

    /// <summary>Puts down what has run out by now: leases and approvals.</summary>
    public sealed record Settle : ConversationCommand;
}
