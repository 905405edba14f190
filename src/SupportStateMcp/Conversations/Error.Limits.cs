using System.Text.Json.Nodes;

namespace SupportStateMcp.Conversations;

/// <content>Refusals of what is too much.</content>
public abstract partial record Error
{
    /// <param name="rate">The limit, for example <c>calls_per_minute</c>.</param>
    /// <param name="most">How often in its period.</param>
    /// <param name="retryAfter">After how many seconds the same call passes; at least 1.</param>
    public static Error RateLimited(string rate, int most, int retryAfter) => new Errors.RateLimited(rate, most, retryAfter);

    /// <param name="id">The conversation.</param>
    /// <param name="limit">How many messages it takes of programs.</param>
    public static Error ConversationFull(ConversationId id, int limit) => new Errors.ConversationFull(id, limit);
}

public static partial class Errors
{
    public sealed record RateLimited(string Rate, int Most, int RetryAfter) : Error(ErrorCodes.RateLimited)
    {
        public override JsonObject Facts => new() { ["rate"] = Rate, ["most"] = Most, ["retry_after"] = RetryAfter, ["retryable"] = true };
    }

    public sealed record ConversationFull(ConversationId Id, int Limit) : Error(ErrorCodes.ConversationFull)
    {
        public override JsonObject Facts => new() { ["conversation_id"] = Id.Value, ["limit"] = Limit };
    }
}
