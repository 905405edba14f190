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

/// <summary>The questions one can ask about conversations. Answers come from the store, never from memory; of what has expired, from the archive.</summary>
/// <param name="store">Holds the conversations.</param>
/// <param name="time">The clock.</param>
/// <param name="archive">Holds closed conversations that have expired; null where nothing does.</param>
public sealed partial class ConversationQueries(IConversationStore store, TimeProvider time, IConversationArchive? archive = null)
{
    /// <summary>How many messages one call looks at, at most, in search of those that a filter takes.</summary>
    public const int SearchWindow = 5_000;

    /// <summary>How many characters of content it reads in search of them.</summary>
    private const long SearchCharacters = 16 << 20;

    /// <summary>How often two answers about one conversation are compared: something may come in between the first two, and it may be moved to the archive between the next.</summary>
    private const int Looks = 3;

    /// <summary>A conversation as it is.</summary>
    public ValueTask<Result<Loaded>> GetAsync(ConversationId id, CancellationToken cancellationToken) =>
        StoreException.GuardAsync<Loaded>(async () =>
        {
            var loaded = await store.LoadAsync(id, null, cancellationToken);
            if (loaded.Conversation is null && await ArchivedAsync(id, cancellationToken) is { } kept)
                return new Loaded(kept.Conversation, null, null);
            return Living(id, loaded) is { } error ? error : loaded with { Conversation = loaded.Conversation!.AsOf(time.GetUtcNow()) };
        });

    /// <summary>The newest messages below a number, all or those that a filter takes.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="limit">How many, 1 to <see cref="Limits.Page"/>.</param>
    /// <param name="before">Only messages with a number below this; null for the newest.</param>
    /// <param name="filter">Which messages; null for all.</param>
    /// <param name="maxCharacters">How many characters the answer has room for; no more is read than fits.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<Result<HistoryPage>> GetHistoryAsync(
        ConversationId id, int limit, long? before, MessageFilter? filter, long maxCharacters, CancellationToken cancellationToken) =>
        StoreException.GuardAsync<HistoryPage>(async () =>
        {
            // Both questions are on their way at once; where something came in between, they are asked one after the other.
            var loading = store.LoadAsync(id, null, cancellationToken).AsTask();
            var reading = ReadAsync(before);
            await Task.WhenAll(loading, reading);
            var (loaded, messages) = (await loading, await reading);
            for (var looks = 1; ; looks++)
            {
                if (loaded.Conversation is null && await ArchivedAsync(id, cancellationToken) is { } kept)
                    return PageOf(kept, limit, before, filter, maxCharacters);
                if (Living(id, loaded) is { } error)
                    return error;
                // What came in between the two answers belongs to a later version than the one told.
                messages = [.. messages.Where(m => m.Number <= loaded.Conversation!.MessageCount)];
                if (IsWhole(messages.Select(m => m.Number), Math.Min((before ?? long.MaxValue) - 1, loaded.Conversation!.MessageCount))
                    && (filter is { TakesAll: false } || ConversationStoreReading.IsDone(messages, limit, maxCharacters)))
                    break;
                if (looks == Looks)
                    return await BrokenAsync(id, "history", cancellationToken);
                loaded = await store.LoadAsync(id, null, cancellationToken);
                // What is written from here on is left out, so that no writer, however busy, can come in between again.
                messages = Living(id, loaded) is null ? await ReadAsync(Math.Min(before ?? long.MaxValue, loaded.Conversation!.MessageCount + 1)) : [];
            }

            var current = loaded.Conversation.AsOf(time.GetUtcNow());
            var page = messages;
            return filter is { TakesAll: false }
                ? await FilteredAsync(current, id, page, limit, filter, maxCharacters, cancellationToken)
                : new HistoryPage(current, page, Older(page.Count > 0 ? page[0].Number : 1));

            Task<IReadOnlyList<Message>> ReadAsync(long? below) => filter is { TakesAll: false }
                ? store.ReadMessagesAsync(id, below ?? long.MaxValue, limit, ConversationStoreReading.StepBytes, cancellationToken).AsTask()
                : store.ReadNewestAsync(id, below ?? long.MaxValue, limit, maxCharacters, cancellationToken).AsTask();
        });

    /// <summary>One message alone, as a page of one.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="number">The number of the message.</param>
    /// <param name="offset">From which character of its content on somebody wants to read.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<HistoryPage>> GetMessageAsync(ConversationId id, long number, int offset, CancellationToken cancellationToken)
    {
        var found = await GetHistoryAsync(id, 1, number + 1, null, Limits.AnswerCharacters, cancellationToken);
        if (!found.TryGet(out var page, out var error))
            return error;
        if (page.Messages is not [var message] || message.Number != number)
            return Error.InvalidArgument("number", $"it must be the number of a message, from 1 to {page.Conversation.MessageCount}");
        return offset <= message.Content.Length
            ? page
            : Error.InvalidArgument("offset", $"it must be a character of the content, from 0 to {message.Content.Length}");
    }

    /// <summary>Events above a version. An erased conversation still has its trail.</summary>
    public ValueTask<Result<EventsPage>> GetEventsAsync(ConversationId id, long after, int limit, CancellationToken cancellationToken) =>
        StoreException.GuardAsync<EventsPage>(async () =>
        {
            var loading = store.LoadAsync(id, null, cancellationToken).AsTask();
            var reading = store.ReadEventsAsync(id, after, limit, ConversationStoreReading.StepBytes, cancellationToken).AsTask();
            await Task.WhenAll(loading, reading);
            var (current, events) = ((await loading).Conversation, await reading);
            for (var looks = 1; ; looks++)
            {
                if (current is null && await ArchivedAsync(id, cancellationToken) is { } kept)
                    return PageOf(kept, after, limit);
                if (current is null)
                    return Error.NotFound(id);
                events = [.. events.Where(e => e.Version <= current.Version)];
                if (after >= current.Version || (events.Count > 0 && events[0].Version == after + 1 && IsWhole(events.Select(e => e.Version), events[^1].Version)))
                    break;
                if (looks == Looks)
                    return Error.StoreDamaged(id, "trail");
                current = (await store.LoadAsync(id, null, cancellationToken)).Conversation;
                events = await store.ReadEventsAsync(id, after, limit, ConversationStoreReading.StepBytes, cancellationToken);
            }

            return new EventsPage(current, events, events is [.., var last] && last.Version < current.Version ? last.Version : null);
        });

    /// <summary>Conversations that match, newest change first. A page may be short or empty, and still have a next one.</summary>
    public ValueTask<Result<ConversationPage>> ListAsync(
        ConversationFilter filter, ConversationCursor? after, int limit, CancellationToken cancellationToken) =>
        StoreException.GuardAsync<ConversationPage>(async () => filter.Violation() is { } violation ? violation : await store.ListAsync(filter, after, limit, cancellationToken));

    private async ValueTask<ArchivedConversation?> ArchivedAsync(ConversationId id, CancellationToken cancellationToken) =>
        archive is null ? null : await archive.FindAsync(id, cancellationToken);

    private static HistoryPage PageOf(ArchivedConversation kept, int limit, long? before, MessageFilter? filter, long maxCharacters)
    {
        var page = new List<Message>();
        foreach (var message in kept.Messages.Reverse().Where(m => m.Number < (before ?? long.MaxValue) && filter?.Takes(m) is not false))
        {
            if (page.Count == limit || (page.Count > 0 && maxCharacters <= 0))
                break;
            maxCharacters -= Math.Min(message.Content.Length, Limits.ShownContent);
            page.Add(message);
        }

        page.Reverse();
        return new HistoryPage(kept.Conversation, page, Older(page.Count > 0 ? page[0].Number : 1));
    }

    private static EventsPage PageOf(ArchivedConversation kept, long after, int limit)
    {
        var page = kept.Events.Where(e => e.Version > after).Take(limit).ToList();
        return new EventsPage(kept.Conversation, page, page is [.., var last] && last.Version < kept.Conversation.Version ? last.Version : null);
    }

    private async ValueTask<Result<HistoryPage>> FilteredAsync(
        Conversation current, ConversationId id, IReadOnlyList<Message> page, int limit,
        MessageFilter filter, long maxCharacters, CancellationToken cancellationToken)
    {
        var found = new List<Message>();
        var (seen, read) = (0, 0L);
        while (true)
        {
            for (var i = page.Count - 1; i >= 0; i--)
            {
                if (!filter.Takes(page[i]))
                    continue;
                found.Add(page[i]);
                maxCharacters -= Math.Min(page[i].Content.Length, Limits.ShownContent);
                if (found.Count == limit || maxCharacters <= 0)
                    return Page(page[i].Number);
            }

            seen += page.Count;
            read += page.Sum(m => (long)m.Content.Length);
            if (page.Count == 0 || page[0].Number == 1 || seen >= SearchWindow || read >= SearchCharacters)
                return Page(page.Count > 0 ? page[0].Number : 1);
            var before = page[0].Number;
            page = await store.ReadMessagesAsync(id, before, Limits.Page, ConversationStoreReading.StepBytes, cancellationToken);
            if (!IsWhole(page.Select(m => m.Number), before - 1))
                return await BrokenAsync(id, "history", cancellationToken);
        }

        HistoryPage Page(long oldest)
        {
            found.Reverse();
            return new HistoryPage(current, found, Older(oldest));
        }
    }

    /// <summary>True where numbers follow each other up to the last one that there is: what was acknowledged is there.</summary>
    private static bool IsWhole(IEnumerable<long> numbers, long last)
    {
        var next = (long?)null;
        foreach (var number in numbers)
        {
            if (next is not null && number != next)
                return false;
            next = number + 1;
        }

        return (next ?? 1) == Math.Max(last, 0) + 1;
    }

    /// <summary>Why a part of a conversation is not whole: the conversation was erased or expired while it was read, or it is damaged.</summary>
    private async ValueTask<Error> BrokenAsync(ConversationId id, string part, CancellationToken cancellationToken) =>
        Living(id, await store.LoadAsync(id, null, cancellationToken)) ?? Error.StoreDamaged(id, part);

    private static long? Older(long oldest) => oldest > 1 ? oldest : null;

    private static Error? Living(ConversationId id, Loaded loaded) =>
        loaded.Conversation is { ErasedAt: null } ? null : Error.NotFound(id, loaded.Conversation?.ErasedAt);
}
