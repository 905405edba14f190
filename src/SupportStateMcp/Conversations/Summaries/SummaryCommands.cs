using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

public abstract partial record ConversationCommand
{
    /// <summary>Keeps a summary of the messages up to one of them. It replaces the summary before, covers more than that one, and deletes no message.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record SaveSummary : ConversationCommand
    {
        /// <summary>The number of the last message that it covers.</summary>
        public required long Through { get; init; }

        public required string Summary { get; init; }

        protected override Error? Check() =>
            Bounds.Range("through_number", Through, 1, Limits.Number)
            ?? Bounds.Text("summary", Summary, Limits.Summary, 1)
            ?? (string.IsNullOrWhiteSpace(Summary) ? Error.InvalidArgument("summary", "it is not empty") : null);
    }
}
