using SupportStateMcp.Conversations;

namespace SupportStateMcp.Briefing;

/// <summary>What it takes to tell of a case.</summary>
/// <param name="Case">How it stands.</param>
/// <param name="Timeline">Its last messages, and who had it meanwhile.</param>
/// <param name="Unanswered">The customer's messages that nobody has answered, in order.</param>
public sealed record CaseBrief(Conversation Case, IReadOnlyList<TimelineEntry> Timeline, IReadOnlyList<Message> Unanswered);

/// <summary>Collects what it takes to tell of a case.</summary>
public sealed class CaseBriefs(ConversationReader reader)
{
    /// <summary>Reads the newest messages of a case, and what belongs to them.</summary>
    /// <param name="id">The case.</param>
    /// <param name="messages">How many messages at most, 1 to <see cref="Limits.Page"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<CaseBrief>> ReadAsync(ConversationId id, int messages, CancellationToken cancellationToken)
    {
        var history = await reader.GetHistoryAsync(id, messages, null, null, cancellationToken);
        if (!history.TryGet(out var page, out var rejection))
            return rejection;
        var changes = await ChangesAsync(id, page, cancellationToken);
        if (!changes.TryGet(out var changed, out rejection))
            return rejection;
        var asked = await UnansweredAsync(id, page, cancellationToken);
        return asked.TryGet(out var unanswered, out rejection)
            ? new CaseBrief(page.Case, Timeline.Of(page.Case, page.Messages, changed), unanswered)
            : rejection;
    }

    /// <summary>How the case changed hands since the first of these messages.</summary>
    private async ValueTask<Result<List<ConversationEvent.OwnerChanged>>> ChangesAsync(
        ConversationId id, HistoryPage page, CancellationToken cancellationToken)
    {
        var changes = new List<ConversationEvent.OwnerChanged>();
        for (long? after = page.Before is null ? 0 : page.Messages[0].Version; after is { } from;)
        {
            var result = await reader.GetEventsAsync(id, from, Limits.Page, cancellationToken);
            if (!result.TryGet(out var events, out var rejection))
                return rejection;
            // What came before the case was opened anew belongs to another life of it.
            var opened = events.Events.ToList().FindLastIndex(e => e is ConversationEvent.Initialized);
            if (opened >= 0)
                changes.Clear();
            changes.AddRange(events.Events.Skip(opened + 1).OfType<ConversationEvent.OwnerChanged>()
                .Where(e => e.Version <= page.Case.Version));
            after = events.After;
        }

        return changes;
    }

    /// <summary>What the customer still waits to hear about; read apart where it is older than these messages.</summary>
    private async ValueTask<Result<List<Message>>> UnansweredAsync(ConversationId id, HistoryPage page, CancellationToken cancellationToken)
    {
        var numbers = page.Case.Unanswered.Select(u => u.Number).ToHashSet();
        var found = page.Messages.Where(m => numbers.Contains(m.Number)).ToList();
        if (found.Count == numbers.Count)
            return found;

        var older = await reader.GetHistoryAsync(id, Limits.Page, page.Case.Unanswered[^1].Number + 1, null, cancellationToken);
        return older.TryGet(out var more, out var rejection) ? more.Messages.Where(m => numbers.Contains(m.Number)).ToList() : rejection;
    }
}
