using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Briefs;

/// <summary>A message, or the mark of where a person took the conversation or left it.</summary>
/// <param name="Message">What was said; null for a mark.</param>
/// <param name="Mark">Who took the conversation, or left it, and when; null for a message.</param>
/// <param name="HeldBefore">The person who had the conversation just before; null where none had.</param>
public sealed record TimelineEntry(Message? Message, string? Mark, string? HeldBefore);

/// <summary>The last messages of a conversation, with marks of where each person took the conversation and gave it back.</summary>
public static class Timeline
{
    /// <summary>Puts messages and changes of hands in the order in which they happened.</summary>
    /// <param name="c">The conversation.</param>
    /// <param name="messages">Its last messages, in order.</param>
    /// <param name="changes">How it changed hands since the first of them, in order.</param>
    public static IReadOnlyList<TimelineEntry> Of(
        Conversation c, IReadOnlyList<Message> messages, IEnumerable<ConversationEvent.OwnerChanged> changes)
    {
        var entries = new List<TimelineEntry>();
        var waiting = new Queue<Message>(messages);
        var holder = HolderAt(c, messages);
        foreach (var change in changes)
        {
            while (waiting.TryPeek(out var next) && next.Version < change.Version)
                entries.Add(new TimelineEntry(waiting.Dequeue(), null, holder));
            if (holder is not null)
                Mark($"{holder} had the conversation until here ({How(change)}, {DurationText.Instant(change.At)})", before: holder);
            holder = change.Owner.IsPerson ? change.Owner.ToString() : null;
            if (holder is not null)
                Mark($"{holder} has the conversation from here ({DurationText.Instant(change.At)})", before: null);
        }

        entries.AddRange(waiting.Select(m => new TimelineEntry(m, null, holder)));
        // A lease that has run out, and that nobody has recorded yet.
        if (holder is not null && c is { Owner.IsPerson: false, HumanTakeover.Until: { } until })
            Mark($"{holder} had the conversation until here (the lease ran out, {DurationText.Instant(until)})", before: holder);
        return entries;

        void Mark(string what, string? before) => entries.Add(new TimelineEntry(null, $"--- {what} ---", before));
    }

    /// <summary>The person who last had the conversation when the first of the messages came, where it is not the first of the conversation; or null.</summary>
    private static string? HolderAt(Conversation c, IReadOnlyList<Message> messages) =>
        messages is [{ Number: > 1 } first, ..] && c.HumanTakeover is { } s && s.From <= first.Number && !(s.To < first.Number) ? s.By : null;

    private static string How(ConversationEvent.OwnerChanged change) => change.Cause switch
    {
        OwnershipCause.HandedBack => "handed back",
        OwnershipCause.Released => "put back into its queue",
        OwnershipCause.LeaseExpired => "the lease ran out",
        OwnershipCause.Escalated => "handed to another queue",
        OwnershipCause.Reopened => "closed, and opened again",
        _ => $"taken over by {change.Owner}",
    };
}
