namespace SupportStateMcp.Conversations;

/// <summary>A page of what was said with one customer.</summary>
/// <param name="UserId">The customer.</param>
/// <param name="Conversations">Conversation by conversation, the one that changed last first; the messages of each in chronological order.</param>
/// <param name="Next">Where the next page starts; null on the last. A page may be short or empty and still have a next one.</param>
public sealed record CustomerHistoryPage(string UserId, IReadOnlyList<CustomerHistoryEntry> Conversations, CustomerHistoryCursor? Next);

/// <summary>Messages of one of a customer's conversations.</summary>
/// <param name="Conversation">The conversation.</param>
/// <param name="Messages">The newest that were wanted.</param>
/// <param name="Before">Where older ones end (exclusive, a message number); null where there are none.</param>
public sealed record CustomerHistoryEntry(Conversation Conversation, IReadOnlyList<Message> Messages, long? Before);

/// <summary>A place in what was said with a customer.</summary>
/// <param name="UpdatedAt">When the conversation had changed last.</param>
/// <param name="ConversationId">The conversation that was read last.</param>
/// <param name="Before">Its next messages have numbers below this; 0: it is read to its beginning, and the next conversation follows.</param>
public readonly record struct CustomerHistoryCursor(DateTimeOffset UpdatedAt, string ConversationId, long Before);

public sealed partial class ConversationQueries
{
    /// <summary>How many conversations one call reads, at most.</summary>
    public const int ConversationsOfCustomer = 20;

    /// <summary>What was said with a customer, in all conversations that are there.</summary>
    /// <param name="userId">The customer.</param>
    /// <param name="limit">How many messages, 1 to <see cref="Limits.Page"/>.</param>
    /// <param name="after">Where the last page ended; null for the first.</param>
    /// <param name="filter">Which messages; null for all.</param>
    /// <param name="maxCharacters">How many characters the answer has room for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<CustomerHistoryPage>> GetHistoryOfCustomerAsync(
        string userId, int limit, CustomerHistoryCursor? after, MessageFilter? filter, long maxCharacters, CancellationToken cancellationToken)
    {
        var found = new List<CustomerHistoryEntry>();
        var next = after;
        // Of a conversation that is read in part, the rest comes first, wherever the conversation stands in the listing now.
        if (after is { Before: > 0 } place && ConversationId.TryParse(place.ConversationId) is { } partly)
        {
            var rest = await GetHistoryAsync(partly, limit, place.Before, filter, maxCharacters, cancellationToken);
            if (rest.TryGet(out var page, out var error))
            {
                if (page.Conversation.UserId == userId)
                    Add(page, place.UpdatedAt);
                else
                    next = place with { Before = 0 };
            }
            else if (error is Errors.NotFound)
            {
                next = place with { Before = 0 };
            }
            else
            {
                return error;
            }

            if (IsFull())
                return Page();
        }

        var listed = await ListAsync(
            new ConversationFilter(UserId: userId), next is { } last ? new ConversationCursor(last.UpdatedAt, last.ConversationId) : null, ConversationsOfCustomer, cancellationToken);
        if (!listed.TryGet(out var conversations, out var refusal))
            return refusal;
        foreach (var conversation in conversations.Conversations)
        {
            var read = await GetHistoryAsync(ConversationId.TryParse(conversation.ConversationId)!.Value, limit, null, filter, maxCharacters, cancellationToken);
            if (read.TryGet(out var page, out var error))
            {
                // The ticket may have been opened again for another customer since it was listed.
                if (page.Conversation.UserId == userId)
                    Add(page, conversation.UpdatedAt);
            }
            else if (error is not Errors.NotFound)
            {
                return error;
            }

            if (IsFull())
                return Page();
        }

        next = conversations.Next is { } more ? new CustomerHistoryCursor(more.UpdatedAt, more.ConversationId, 0) : null;
        return Page();

        void Add(HistoryPage page, DateTimeOffset updatedAt)
        {
            if (page.Messages.Count > 0)
                found.Add(new CustomerHistoryEntry(page.Conversation with { UpdatedAt = updatedAt }, page.Messages, page.Before));
            limit -= page.Messages.Count;
            maxCharacters -= page.Messages.Sum(m => (long)Math.Min(m.Content.Length, Limits.ShownContent) + ConversationStoreReading.Around);
            next = new CustomerHistoryCursor(updatedAt, page.Conversation.ConversationId, page.Before ?? 0);
        }

        bool IsFull() => limit <= 0 || maxCharacters <= 0 || next is { Before: > 0 };

        CustomerHistoryPage Page() => new(userId, found, next);
    }
}
