using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Memory;

/// <summary>What was recalled, the best first.</summary>
/// <param name="Memories">The memories.</param>
/// <param name="Mode">How they were found.</param>
public sealed record Recalled(IReadOnlyList<MemoryItem> Memories, SearchMode Mode);

/// <summary>What others read of the memory: what is known of a customer, and what a conversation's workers share.</summary>
public interface IMemory
{
    /// <summary>The memories of a customer that fit a question, with the desk's solutions. No memory of another customer is ever among them.</summary>
    /// <param name="caller">Who asks; any role may.</param>
    /// <param name="customerId">The customer: of a conversation its <see cref="Conversation.UserId"/>.</param>
    /// <param name="query">The question, in words; null or blank: the newest memories, of which a quarter at most are the desk's solutions unless these alone are wanted.</param>
    /// <param name="kinds">Only of these kinds; none means all.</param>
    /// <param name="k">How many at most, 1 to <see cref="MemoryLimits.Recalled"/>.</param>
    /// <param name="asOf">As it was remembered at this time; null for now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<Result<Recalled>> RecallAsync(
        Caller caller, string customerId, string? query, IReadOnlyCollection<MemoryKind> kinds, int k, DateTimeOffset? asOf, CancellationToken cancellationToken);

    /// <summary>The profile of a customer; an empty one at version 0 where nothing is recorded.</summary>
    ValueTask<Result<CustomerProfile>> ProfileAsync(string customerId, CancellationToken cancellationToken);

    /// <summary>What is shared in a conversation now, by key; refused with <c>not_found</c> where there is no such conversation.</summary>
    ValueTask<Result<SessionValues>> SessionAsync(ConversationId conversationId, CancellationToken cancellationToken);
}
