namespace SupportStateMcp.Conversations;

public sealed partial record Conversation
{
    /// <summary>The conversation in other hands.</summary>
    private static Conversation Owned(Conversation before, ConversationEvent.OwnerChanged e) => before with
    {
        Owner = e.Owner,
        Epoch = e.Epoch,
        OwnerSince = e.At,
        AssignedTo = e.Owner.Assignee,
        Agent = e.Owner.IsMachine ? e.Owner.Actor! : before.Agent,
        LeaseUntil = e.LeaseUntil,
        ReturnQueue = e.ReturnQueue,
        WaitingSince = e.WaitingSince ?? before.WaitingSince,
        EarlierReply = before.LastReply,
        HumanTakeover = TakeoverAfter(before, e),
        // What was said at an earlier escalation is not what this one is about; its own packet follows, if there is one.
        Handoff = e.Cause == OwnershipCause.Escalated ? null : before.Handoff,
        Run = e.Owner.IsMachine ? before.Run?.Resumed(e.Version) : before.Run,
        UpdatedAt = e.At,
        Version = e.Version,
    };

    private static HumanTakeover? TakeoverAfter(Conversation before, ConversationEvent.OwnerChanged e) =>
        e.Owner.IsPerson ? new HumanTakeover(e.Owner.ToString(), before.MessageCount + 1, e.At)
        : before.HumanTakeover is { Until: null } running ? running with { To = before.MessageCount, Until = e.At }
        : before.HumanTakeover;

    private static Conversation HandedOff(Conversation before, ConversationEvent.Escalated e) => before with
    {
        TicketStatus = e.TicketStatus,
        Priority = e.Priority ?? before.Priority,
        Handoff = new Handoff
        {
            Queue = e.Queue,
            Reason = e.Reason ?? "",
            Summary = e.Summary,
            OpenQuestion = e.OpenQuestion,
            Promises = e.Promises,
            Tried = e.Tried,
            PendingApprovals = e.PendingApprovals,
            By = e.Actor,
            At = e.At,
        },
        UpdatedAt = e.At,
        Version = e.Version,
    };

    /// <summary>A finished conversation keeps nobody waiting; one that is opened again can close again.</summary>
    private static Conversation Moved(Conversation before, ConversationEvent.Transitioned e) => e.Closes
        ? before with
        {
            ClosedAt = e.At,
            ReopenableUntil = e.ReopenableUntil,
            LeaseUntil = null,
            WaitingSince = null,
            Unanswered = [],
        }
        : before.ClosedAt is null ? before : before with { ClosedAt = null, ReopenableUntil = null, LateFrom = null };

    /// <summary>What a message means for anyone who waits: a customer's starts the clock, an answer stops it.</summary>
    private static Conversation Heard(Conversation before, ConversationEvent.MessageAdded e)
    {
        if (e.Visibility == Visibility.Internal || e.Automated)
            return before;
        if (e.Role == MessageRole.User)
        {
            return before.ClosedAt is not null ? before with { LateFrom = before.LateFrom ?? e.Number } : before with
            {
                WaitingSince = before.WaitingSince ?? e.At,
                Unanswered = before.Unanswered.Count < MaxUnanswered
                    ? [.. before.Unanswered, new Unanswered(e.Number, e.At)]
                    : [.. before.Unanswered.SkipLast(1), before.Unanswered[^1] with { Number = e.Number }],
            };
        }

        // Who waits in a queue waits for a person: what is said meanwhile is no answer. What a tool returned never is.
        if (e.Role != MessageRole.Assistant || before.Owner.Queue is not null)
            return before;

        IReadOnlyList<Unanswered> left = e.InReplyTo is { } answered ? [.. before.Unanswered.Where(u => u.Number > answered)] : before.Unanswered;
        return before with
        {
            LastReply = e.Number,
            LeaseUntil = before.Owner.Is(e.Actor) ? null : before.LeaseUntil,
            Unanswered = left,
            WaitingSince = left.Count > 0 ? left[0].At : null,
        };
    }
}
