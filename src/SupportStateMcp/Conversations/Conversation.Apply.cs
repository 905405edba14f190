using System.Text.Json;

namespace SupportStateMcp.Conversations;

public sealed partial record Conversation
{
    /// <summary>What stands in the trail of an erased conversation where the customer's id stood.</summary>
    public const string ErasedMark = "(erased)";

    /// <summary>
    /// The conversation after one more event. Pure: folding a conversation's events from null gives its snapshot.
    /// </summary>
    /// <exception cref="InvalidOperationException">The event cannot follow: the trail has a gap or starts in the middle.</exception>
    public static Conversation Apply(Conversation? before, ConversationEvent @event)
    {
        if (@event.Version != (before?.Version ?? 0) + 1)
            throw new InvalidOperationException(
                $"Event {@event.Version} cannot follow version {before?.Version ?? 0}: the trail has a gap.");

        return @event switch
        {
            ConversationEvent.Initialized e => new Conversation
            {
                ConversationId = e.ConversationId,
                TicketId = e.TicketId,
                UserId = e.UserId,
                State = e.State,
                StateSince = e.At,
                TicketStatus = e.TicketStatus,
                Priority = e.Priority,
                AssignedTo = e.AssignedTo,
                Owner = e.Owner,
                Epoch = e.Epoch,
                OwnerSince = e.At,
                Agent = e.Owner.Actor!,
                FollowsUp = e.FollowsUp,
                Description = e.Description,
                Metadata = Merge(EmptyMetadata, e.Metadata),
                CreatedAt = e.At,
                UpdatedAt = e.At,
                Version = e.Version,
            },
            ConversationEvent.ForkOpened e => Forked(e),
            _ when before is null => throw new InvalidOperationException(
                $"A trail cannot start with {@event.GetType().Name}."),
            ConversationEvent.MessageAdded e => Heard(before, e) with
            {
                MessageCount = e.Number,
                LastMessageAt = e.At,
                UpdatedAt = e.At,
                Version = e.Version,
            },
            ConversationEvent.Transitioned e => Moved(before, e) with
            {
                PreviousState = e.From,
                State = e.To,
                StateSince = e.At,
                TicketStatus = e.TicketStatus ?? before.TicketStatus,
                UpdatedAt = e.At,
                Version = e.Version,
            },
            ConversationEvent.MetadataUpdated e => before with
            {
                TicketStatus = e.TicketStatus ?? before.TicketStatus,
                Priority = e.Priority ?? before.Priority,
                AssignedTo = e.AssignedTo ?? before.AssignedTo,
                Metadata = Merge(before.Metadata, e.Metadata),
                UpdatedAt = e.At,
                Version = e.Version,
            },
            ConversationEvent.Erased e => new Conversation
            {
                ConversationId = before.ConversationId,
                TicketId = before.TicketId,
                UserId = ErasedMark,
                State = before.State,
                StateSince = before.StateSince,
                TicketStatus = before.TicketStatus,
                Priority = before.Priority,
                AssignedTo = before.AssignedTo,
                Owner = before.Owner,
                Epoch = before.Epoch,
                OwnerSince = before.OwnerSince,
                Agent = before.Agent,
                CreatedAt = before.CreatedAt,
                UpdatedAt = e.At,
                ErasedAt = e.At,
                Version = e.Version,
            },
            ConversationEvent.OwnerChanged e => Owned(before, e),
            ConversationEvent.LeaseExtended e => before with { LeaseUntil = e.LeaseUntil, UpdatedAt = e.At, Version = e.Version },
            ConversationEvent.Escalated e => HandedOff(before, e),
            ConversationEvent.FollowUpOpened e => before with { FollowUp = e.FollowUp, UpdatedAt = e.At, Version = e.Version },
            ConversationEvent.ApprovalEvent e => before with
            {
                Approvals = After(before.Approvals, e),
                UpdatedAt = e.At,
                Version = e.Version,
            },
            ConversationEvent.RunEvent e => After(before, e),
            ConversationEvent.SummarySaved e => before with
            {
                Summary = new ConversationSummary(e.Through, e.Summary, e.Actor, e.At),
                UpdatedAt = e.At,
                Version = e.Version,
            },
            ConversationEvent.TaskEvent e => After(before, e),
            ConversationEvent.CheckpointSet e => After(before, e),
            ConversationEvent.ForkAnnounced e => before with { Forks = [.. before.Forks, e.Fork], UpdatedAt = e.At, Version = e.Version },
            ConversationEvent.RolledBack e => After(before, e),
            _ => throw new InvalidOperationException($"No rule says what {@event.GetType().Name} changes."),
        };
    }

    /// <summary>The conversation after all of these events.</summary>
    public static Conversation? Fold(Conversation? before, IEnumerable<ConversationEvent> events) =>
        events.Aggregate(before, Apply);

    /// <summary>The facts after a change: a JSON null removes its key.</summary>
    internal static IReadOnlyDictionary<string, JsonElement> Merge(
        IReadOnlyDictionary<string, JsonElement> facts, IReadOnlyDictionary<string, JsonElement>? changes)
    {
        if (changes is null || changes.Count == 0)
            return facts;

        var merged = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (key, value) in facts)
            merged[key] = value;
        foreach (var (key, value) in changes)
        {
            if (value.ValueKind == JsonValueKind.Null)
                merged.Remove(key);
            else
                merged[key] = value;
        }

        return merged;
    }
}
