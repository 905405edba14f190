using System.Text.Json;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

public abstract partial record ConversationEvent
{
    /// <summary>Something happened to a task of the conversation.</summary>
    public abstract record TaskEvent : ConversationEvent
    {
        public required string TaskId { get; init; }
    }

    /// <summary>Somebody took something on; the task is idle.</summary>
    public sealed record TaskCreated : TaskEvent
    {
        public required string Goal { get; init; }

        /// <summary>What is kept with it; null for nothing, and after an erasure.</summary>
        public IReadOnlyDictionary<string, JsonElement>? Data { get; init; }

        public override ConversationEvent Redacted() => this with { Goal = Conversation.ErasedMark, Data = null };
    }

    /// <summary>The task has these open steps; why.</summary>
    public sealed record TaskPlanned : TaskEvent
    {
        /// <summary>The steps, the next one first; after an erasure only how many.</summary>
        public required IReadOnlyList<string> Steps { get; init; }

        /// <summary>Where the task stands now: executing where this is its first plan.</summary>
        public required TaskState State { get; init; }

        public override ConversationEvent Redacted() => this with { Steps = [.. Steps.Select(_ => Conversation.ErasedMark)], Reason = null };
    }

    /// <summary>The task moved on; why.</summary>
    public sealed record TaskAdvanced : TaskEvent
    {
        public required TaskTrigger Trigger { get; init; }

        /// <summary>Where the task stands now.</summary>
        public required TaskState State { get; init; }

        /// <summary>What changed of what is kept with it; a JSON null removed its key. Null for nothing, and after an erasure.</summary>
        public IReadOnlyDictionary<string, JsonElement>? Data { get; init; }

        public override ConversationEvent Redacted() => this with { Data = null, Reason = null };
    }
}
