namespace SupportStateMcp.Conversations;

public abstract partial record ConversationCommand
{
    /// <summary>A person takes the conversation, and answers within the lease or loses it again.</summary>
    public sealed record Claim : ConversationCommand
    {
        public required TimeSpan Lease { get; init; }
    }

    /// <summary>The person puts the conversation back into its queue.</summary>
    public sealed record Release : ConversationCommand
    {
        public string? Reason { get; init; }
    }

    /// <summary>The person gives the conversation back to the AI, with a note.</summary>
    public sealed record HandBack : ConversationCommand
    {
        public required string Note { get; init; }
    }

    /// <summary>Hands the conversation to people, with all that they need to know.</summary>
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

    /// <summary>Opens a closed conversation again, while it can be.</summary>
    public sealed record Reopen : ConversationCommand
    {
        public string? Reason { get; init; }
    }

    /// <summary>Puts down in which conversation a closed one goes on.</summary>
    public sealed record LinkFollowUp : ConversationCommand
    {
        public required ConversationId FollowUp { get; init; }
        public string? Reason { get; init; }
    }

    /// <summary>Puts down what has run out by now: leases and approvals.</summary>
    public sealed record ExpireOverdue : ConversationCommand;
}
