namespace SupportStateMcp.Conversations;

public abstract partial record ConversationEvent
{
    /// <summary>Somebody summarised the messages up to one of them.</summary>
    public sealed record SummarySaved : ConversationEvent
    {
        /// <summary>The number of the last message that it covers.</summary>
        public required long Through { get; init; }

        public required string Summary { get; init; }

        public override ConversationEvent Redacted() => this with { Summary = Conversation.ErasedMark };
    }
}
