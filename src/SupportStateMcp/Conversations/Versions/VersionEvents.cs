using System.Text.Json;

namespace SupportStateMcp.Conversations;

public abstract partial record ConversationEvent
{
    /// <summary>This version has a name.</summary>
    public sealed record CheckpointSet : ConversationEvent
    {
        public required string Name { get; init; }

        public override ConversationEvent Redacted() => this with { Name = Conversation.ErasedMark };
    }

    /// <summary>
    /// Facts, priority, tasks and summary are as they were in an earlier version; what is null stayed. A state that went back has an event of its own before this one.
    /// </summary>
    public sealed record RolledBack : ConversationEvent
    {
        /// <summary>The version before the rollback.</summary>
        public required long From { get; init; }

        /// <summary>The version that it went back to.</summary>
        public required long To { get; init; }

        /// <summary>What changed of the custom facts; a JSON null removed its key.</summary>
        public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

        public Priority? Priority { get; init; }

        /// <summary>All tasks from now on.</summary>
        public IReadOnlyList<ConversationTask>? Tasks { get; init; }

        /// <summary>The summary from now on.</summary>
        public ConversationSummary? Summary { get; init; }

        /// <summary>True where there was none then, and there is none from now on.</summary>
        public bool DropsSummary { get; init; }

        public override ConversationEvent Redacted() => this with
        {
            Metadata = null,
            Reason = null,
            Tasks = Tasks is null ? null : [.. Tasks.Select(t => t.Redacted())],
            Summary = Summary is null ? null : Summary with { Text = Conversation.ErasedMark },
        };
    }
}
