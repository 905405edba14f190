using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

public abstract partial record ConversationCommand
{
    /// <summary>Says that a what-if copy is made of the conversation: before it is, so that an erasure finds every copy.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record AnnounceFork : ConversationCommand
    {
        public required ConversationId Fork { get; init; }

        /// <summary>The version that is copied.</summary>
        public required long Of { get; init; }

        /// <summary>The point as the caller named it, so that a repeat is told from another call.</summary>
        public string? Point { get; init; }

        /// <summary>Why there is no such version; null where there is one.</summary>
        public Error? NoTarget { get; init; }

        public string? Reason { get; init; }

        protected override Error? Check() => Bounds.Text("reason", Reason, Limits.Reason) ?? Bounds.Text("to", Point, Checkpoint.NameLength, 1);
    }

    /// <summary>Opens a what-if copy.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record OpenFork : ConversationCommand
    {
        /// <summary>The conversation as it was in the version that is copied; read from the trail by the server, never from the caller.</summary>
        public required Conversation Then { get; init; }

        /// <summary>When the copy was announced: it begins no earlier, also by a clock that is behind, and one that was erased since then stays erased.</summary>
        public required DateTimeOffset AnnouncedAt { get; init; }
    }
}
