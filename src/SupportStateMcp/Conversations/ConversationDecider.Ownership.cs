namespace SupportStateMcp.Conversations;

public sealed partial class ConversationDecider
{
    private static Decision Claim(Conversation current, ConversationCommand.Claim c, Story story)
    {
        if (PersonViolation(current, c) is { } violation)
            return Refuse(violation);

        var until = story.Now + c.Lease;
        if (!current.Owner.Is(c.Actor))
        {
            if (current.Owner.IsPerson && !IsSupervisor(c))
                return Refuse(Rejection.NotOwner(current));
            story.Own(Owner.Of(c.Actor), OwnershipCause.Claimed, until);
            return story.Accepted;
        }

        // Who has answered keeps the case, and needs no lease.
        if (current.LeaseUntil is null || current.LeaseUntil >= until)
            return new Decision.Unchanged();
        story.Add(new ConversationEvent.LeaseExtended { Version = story.Next, At = story.Now, Actor = c.Actor, LeaseUntil = until });
        return story.Accepted;
    }

    private static Decision Release(Conversation current, ConversationCommand.Release c, Story story)
    {
        if ((PersonViolation(current, c) ?? HolderViolation(current, c)) is { } violation)
            return Refuse(violation);
        story.Own(Owner.InQueue(current.ReturnQueue ?? Owner.DefaultQueue), OwnershipCause.Released, reason: c.Reason);
        return story.Accepted;
    }

    private Decision HandBack(Conversation current, ConversationCommand.HandBack c, Story story)
    {
        if (c.Note.Length == 0)
            return Refuse(Rejection.InvalidArgument("note", "it has at least one character: the AI goes on from it"));
        // From a queue as well: a person may look, and let the AI go on.
        if ((PersonViolation(current, c) ?? (current.Owner.IsPerson ? HolderViolation(current, c) : null)) is { } violation)
            return Refuse(violation);
        if (current.Owner.IsMachine)
            return Refuse(Rejection.NotOwner(current));

        story.Say(new Words($"{Words.OwnId}note-{story.Next}", MessageRole.Assistant, c.Note) { Visibility = Visibility.Internal });
        if (current.State == workflow.EscalationState && workflow.HandBackTo is { } state)
            Move(story, state, "handed back");
        story.Own(Owner.Of(current.Agent), OwnershipCause.HandedBack);
        return story.Accepted;
    }

    private Decision Escalate(Conversation current, ConversationCommand.Escalate c, Story story)
    {
        if (current.ClosedAt is not null)
            return Refuse(Rejection.TerminalState(current));
        var waits = current.Owner.Queue == c.Queue;
        if (waits && current.Handoff is not null)
            return new Decision.Unchanged();
        if (!waits && Silence(current, c, automated: false) is { } silence)
            return Refuse(silence);
        var moves = workflow.EscalationState is { } escalated && current.State != escalated;
        if (moves && MoveViolation(current, c, workflow.EscalationState!, story.Now) is { } violation)
            return Refuse(violation);

        // The queue first: what the customer is told while they wait for a person is no answer.
        if (!waits)
            story.Own(Owner.InQueue(c.Queue), OwnershipCause.Escalated);
        if (moves)
            Move(story, workflow.EscalationState!, "escalated");
        if (c.CustomerMessage is { Length: > 0 } told)
            story.Say(new Words($"{Words.OwnId}handoff-{story.Next}", MessageRole.Assistant, told));
        story.Add(new ConversationEvent.Escalated
        {
            Version = story.Next,
            At = story.Now,
            Actor = c.Actor,
            Reason = c.Reason,
            Queue = c.Queue,
            Summary = c.Summary,
            OpenQuestion = c.OpenQuestion,
            Promises = c.Promises,
            Tried = c.Tried,
            PendingApprovals = [.. current.PendingApprovals.Select(a => a.ApprovalId)],
            TicketStatus = TicketStatus.Pending,
            Priority = c.Priority,
        });
        return story.Accepted;
    }

    private Decision Reopen(Conversation current, ConversationCommand.Reopen c, Story story)
    {
        if (current.ClosedAt is null)
            return new Decision.Unchanged();
        if (workflow.ReopensTo(current.State) is not { } open || !(current.ReopenableUntil > story.Now))
            return Refuse(Rejection.ReopenWindowOver(current));
        Move(story, open, c.Reason);
        return story.Accepted;
    }

    private static Decision Link(Conversation current, ConversationCommand.LinkFollowUp c, Story story)
    {
        if (current.FollowUp == c.FollowUp.Value)
            return new Decision.Unchanged();
        story.Add(new ConversationEvent.FollowUpOpened
        {
            Version = story.Next,
            At = story.Now,
            Actor = c.Actor,
            Reason = c.Reason,
            FollowUp = c.FollowUp.Value,
        });
        return story.Accepted;
    }

    private static Rejection? PersonViolation(Conversation current, ConversationCommand by) =>
        by.Actor.Kind != ActorKind.Human ? Rejection.NotAuthorized([Need.Kind(ActorKind.Human)])
        : current.ClosedAt is not null ? Rejection.TerminalState(current)
        : null;

    private static Rejection? HolderViolation(Conversation current, ConversationCommand by) =>
        current.Owner.Is(by.Actor) || (current.Owner.IsPerson && IsSupervisor(by)) ? null : Rejection.NotOwner(current);
}
