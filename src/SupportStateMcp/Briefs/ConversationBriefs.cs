using SupportStateMcp.Conversations;

namespace SupportStateMcp.Briefs;

/// <summary>What it takes to tell of a conversation.</summary>
/// <param name="Conversation">How it stands.</param>
/// <param name="Timeline">Its last messages, and who had it meanwhile.</param>
/// <param name="Unanswered">The customer's messages that nobody has answered, in order.</param>
public sealed record ConversationBrief(Conversation Conversation, IReadOnlyList<TimelineEntry> Timeline, IReadOnlyList<Message> Unanswered)
{
    /// <summary>What one entry takes in addition to its text, and the marks of a quotation.</summary>
    private const int Around = 250;

    /// <summary>The same with the newest entries that together have so many characters; a long message is shortened, and says how to get the rest.</summary>
    public ConversationBrief Within(int characters)
    {
        var shown = new List<TimelineEntry>();
        for (var i = Timeline.Count - 1; i >= 0; i--)
        {
            // Each line of a quotation begins with a mark of its own: a character can take three.
            var most = Math.Min((characters - (2 * Around)) / 3, Limits.ShownContent);
            if (most < Around && shown.Count > 0)
                break;
            var entry = Timeline[i].Message is { } m ? Timeline[i] with { Message = Shortened(m, most) } : Timeline[i];
            var text = entry.Message?.Content ?? entry.Mark!;
            characters -= text.Length + (2 * text.Count('\n')) + Around;
            if (characters < 0)
                break;
            shown.Add(entry);
        }

        shown.Reverse();
        return this with { Timeline = shown };
    }

    private static Message Shortened(Message m, int most)
    {
        if (m.Content.Length <= most)
            return m;
        var end = char.IsHighSurrogate(m.Content[most - 1]) ? most - 1 : most;
        return m with { Content = $"{m.Content[..end]}… [{end} of {m.Content.Length} characters; get_history(number: {m.Number}, offset: {end}) returns what follows]" };
    }
}

/// <summary>Collects what it takes to tell of a conversation.</summary>
public sealed class ConversationBriefs(ConversationQueries queries)
{
    /// <summary>Reads the newest messages of a conversation, and what belongs to them.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="messages">How many messages at most, 1 to <see cref="Limits.Page"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<ConversationBrief>> ReadAsync(ConversationId id, int messages, CancellationToken cancellationToken)
    {
        var history = await queries.GetHistoryAsync(id, messages, null, null, Limits.AnswerCharacters, cancellationToken);
        if (!history.TryGet(out var page, out var error))
            return error;
        var changes = await ChangesAsync(id, page, cancellationToken);
        if (!changes.TryGet(out var changed, out error))
            return error;
        var asked = await UnansweredAsync(id, page, cancellationToken);
        return asked.TryGet(out var unanswered, out error)
            ? new ConversationBrief(page.Conversation, Timeline.Of(page.Conversation, page.Messages, changed), unanswered)
            : error;
    }

    /// <summary>How the conversation changed hands since the first of these messages.</summary>
    private async ValueTask<Result<List<ConversationEvent.OwnerChanged>>> ChangesAsync(
        ConversationId id, HistoryPage page, CancellationToken cancellationToken)
    {
        var changes = new List<ConversationEvent.OwnerChanged>();
        for (long? after = page.Before is null ? 0 : page.Messages[0].Version; after is { } from;)
        {
            var result = await queries.GetEventsAsync(id, from, Limits.Page, cancellationToken);
            if (!result.TryGet(out var events, out var error))
                return error;
            // What came before the conversation was opened again belongs to another life of it.
            var opened = events.Events.ToList().FindLastIndex(e => e is ConversationEvent.Initialized);
            if (opened >= 0)
                changes.Clear();
            changes.AddRange(events.Events.Skip(opened + 1).OfType<ConversationEvent.OwnerChanged>()
                .Where(e => e.Version <= page.Conversation.Version));
            after = events.After;
        }

        return changes;
    }

    /// <summary>What the customer still waits to hear about; read apart where it is older than these messages.</summary>
    private async ValueTask<Result<List<Message>>> UnansweredAsync(ConversationId id, HistoryPage page, CancellationToken cancellationToken)
    {
        var numbers = page.Conversation.Unanswered.Select(u => u.Number).ToHashSet();
        var found = page.Messages.Where(m => numbers.Contains(m.Number)).ToList();
        if (found.Count == numbers.Count)
            return found;

        var older = await queries.GetHistoryAsync(id, Limits.Page, page.Conversation.Unanswered[^1].Number + 1, null, Limits.AnswerCharacters, cancellationToken);
        return older.TryGet(out var more, out var error) ? more.Messages.Where(m => numbers.Contains(m.Number)).ToList() : error;
    }
}
