using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

public abstract partial record ConversationCommand
{
    /// <summary>Names the version that it makes.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record SetCheckpoint : ConversationCommand
    {
        public required string Name { get; init; }

        protected override Error? Check() => Checkpoint.IsName(Name) ? null : Error.InvalidArgument("name", "it is " + Checkpoint.Words);
    }

    /// <summary>
    /// Lets custom facts, priority, tasks and, where the workflow has that way, the state be as they were in an earlier version. The trail goes on: nothing
    /// of it is taken away. Messages, owner, approvals and all that a customer saw stay.
    /// </summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record Rollback : ConversationCommand
    {
        /// <summary>The most changes that one call takes back.</summary>
        public const int MostSteps = 100;

        /// <summary>How many changes to take back; null where <see cref="To"/> says it.</summary>
        public int? Steps { get; init; }

        /// <summary>The version, or the name of a checkpoint; null where <see cref="Steps"/> says it.</summary>
        public string? To { get; init; }

        /// <summary>True where the state of the workflow stays as it is.</summary>
        public bool KeepState { get; init; }

        public string? Reason { get; init; }

        /// <summary>The conversation as it was in that version; read from the trail by the server, never from the caller.</summary>
        public Conversation? Target { get; init; }

        /// <summary>Why there is no such version; null where there is a <see cref="Target"/>.</summary>
        public Error? NoTarget { get; init; }

        /// <summary>The version that <see cref="Steps"/> are counted from: at any other they are others.</summary>
        public long? CountedFrom { get; init; }

        protected override Error? Check() =>
            (Steps is not null && To is not null ? Error.InvalidArgument("to", "it goes without steps: send one of the two") : null)
            ?? (Steps is null && To is null ? Error.InvalidArgument("to", "it is required where steps is not given") : null)
            ?? Bounds.Range("steps", Steps, 1, MostSteps)
            ?? Bounds.Text("to", To, Checkpoint.NameLength, 1)
            ?? Bounds.Text("reason", Reason, Limits.Reason);
    }
}
