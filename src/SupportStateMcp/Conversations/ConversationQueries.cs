using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

/// <summary>A page of a conversation's history.</summary>
/// <param name="Conversation">The conversation it belongs to.</param>
/// <param name="Messages">In chronological order.</param>
/// <param name="Before">Where the next older page ends (exclusive, a message number); null where there is nothing older.</param>
public sealed record HistoryPage(Conversation Conversation, IReadOnlyList<Message> Messages, long? Before);

/// <summary>Which messages to read.</summary>
/// <param name="Roles">Only of these roles; none means all.</param>
/// <param name="Visibility">Only of this visibility; null for all.</param>
public sealed record MessageFilter(IReadOnlyCollection<MessageRole> Roles, Visibility? Visibility = null)
{
    /// <summary>True where every message is wanted.</summary>
    public bool TakesAll => Roles.Count == 0 && Visibility is null;

    public bool Takes(Message message) =>
        (Roles.Count == 0 || Roles.Contains(message.Role)) && (Visibility is null || message.Visibility == Visibility);
}

/// <summary>A page of a conversation's trail.</summary>
/// <param name="Conversation">The conversation it belongs to, also an erased one.</param>
/// <param name="Events">In order.</param>
/// <param name="After">Where the next page starts (exclusive, a version); null on the last.</param>
public sealed record EventsPage(Conversation Conversation, IReadOnlyList<ConversationEvent> Events, long? After);

/// <summary>The questions one can ask about conversations. Answers come from the store, never from memory.</summary>
public sealed partial class ConversationQueries(IConversationStore store, TimeProvider time)
{
    /// <summary>How many messages one call looks at, at most, in search of those that a filter takes.</summary>
    public const int SearchWindow = 5_000;

    /// <summary>A conversation as it is.</summary>
    public ValueTask<Result<Loaded>> GetAsync(ConversationId id, CancellationToken cancellationToken) =>
        Guard<Loaded>(async () =>
        {
            var loaded = await store.LoadAsync(id, null, cancellationToken);
            return Living(id, loaded) is { } error ? error : loaded with { Conversation = loaded.Conversation!.AsOf(time.GetUtcNow()) };
        });

    /// <summary>The newest messages below a number, all or those that a filter takes.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="limit">How many, 1 to <see cref="Limits.Page"/>.</param>
    /// <param name="before">Only messages with a number below this; null for the newest.</param>
    /// <param name="filter">Which messages; null for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<Result<HistoryPage>> GetHistoryAsync(
        ConversationId id, int limit, long? before, MessageFilter? filter, CancellationToken cancellationToken) =>
        Guard<HistoryPage>(async () =>
        {
            // Both questions are on their way at once.
            var loading = store.LoadAsync(id, null, cancellationToken).AsTask();
            var reading = store.ReadMessagesAsync(id, before ?? long.MaxValue, limit, cancellationToken).AsTask();
            await Task.WhenAll(loading, reading);
            var loaded = await loading;
            if (Living(id, loaded) is { } error)
                return error;

            var current = loaded.Conversation!.AsOf(time.GetUtcNow());
            // What came in between the two answers belongs to a later version than the one told.
            IReadOnlyList<Message> page = [.. (await reading).Where(m => m.Number <= current.MessageCount)];
            return filter is { TakesAll: false }
                ? await FilteredAsync(current, id, page, limit, filter, cancellationToken)
                : new HistoryPage(current, page, Older(page.Count > 0 ? page[0].Number : 1));
        });

    /// <summary>Events above a version. An erased conversation still has its trail.</summary>
    public ValueTask<Result<EventsPage>> GetEventsAsync(ConversationId id, long after, int limit, CancellationToken cancellationToken) =>
        Guard<EventsPage>(async () =>
        {
            var loading = store.LoadAsync(id, null, cancellationToken).AsTask();
            var reading = store.ReadEventsAsync(id, after, limit + 1, cancellationToken).AsTask();
            await Task.WhenAll(loading, reading);
            if ((await loading).Conversation is not { } current)
                return Error.NotFound(id);

            IReadOnlyList<ConversationEvent> events = [.. (await reading).Where(e => e.Version <= current.Version)];
            return events.Count > limit
                ? new EventsPage(current, [.. events.Take(limit)], events[limit - 1].Version)
                : new EventsPage(current, events, null);
        });

    /// <summary>Conversations that match, newest change first. A page may be short or empty, and still have a next one.</summary>
    public ValueTask<Result<ConversationPage>> ListAsync(
        ConversationFilter filter, ConversationCursor? after, int limit, CancellationToken cancellationToken) =>
        Guard<ConversationPage>(async () => filter.Violation() is { } violation ? violation : await store.ListAsync(filter, after, limit, cancellationToken));

    private async ValueTask<HistoryPage> FilteredAsync(
        Conversation current, ConversationId id, IReadOnlyList<Message> page, int limit,
        MessageFilter filter, CancellationToken cancellationToken)
    {
        var found = new List<Message>();
        var seen = 0;
        while (true)
        {
            for (var i = page.Count - 1; i >= 0; i--)
            {
                if (!filter.Takes(page[i]))
                    continue;
                found.Add(page[i]);
                if (found.Count == limit)
                    return Page(page[i].Number);
            }

            seen += page.Count;
            if (page.Count == 0 || page[0].Number == 1 || seen >= SearchWindow)
                return Page(page.Count > 0 ? page[0].Number : 1);
            page = await store.ReadMessagesAsync(id, page[0].Number, Limits.Page, cancellationToken);
        }

        HistoryPage Page(long oldest)
        {
            found.Reverse();
            return new HistoryPage(current, found, Older(oldest));
        }
    }

    private static long? Older(long oldest) => oldest > 1 ? oldest : null;

    private static Error? Living(ConversationId id, Loaded loaded) =>
        loaded.Conversation is { ErasedAt: null } ? null : Error.NotFound(id, loaded.Conversation?.ErasedAt);

    private static async ValueTask<Result<T>> Guard<T>(Func<ValueTask<Result<T>>> read)
    {
        try
        {
            return await read();
        }
        catch (StoreException e)
        {
            return e.ToError();
        }
    }
}
