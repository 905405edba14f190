namespace SupportStateMcp.Conversations;

public sealed partial class ConversationDecider
{
    private Decision Transition(Conversation current, ConversationCommand.Transition c, Story story)
    {
        if (MoveViolation(current, c, c.NewState, story.Now) is { } violation)
            return Refuse(violation);
        Move(story, c.NewState, c.Reason);
        return story.Accepted;
    }

    /// <summary>Why a case may not be moved to a state by this command, or null.</summary>
    private Rejection? MoveViolation(Conversation current, ConversationCommand by, string to, DateTimeOffset now)
    {
        if (!workflow.Allows(current.State, to))
            return Rejection.InvalidTransition(current.State, to, workflow.AllowedFrom(current.State));
        // Who talks over a person is refused; so is who moves the case under their hands.
        if (IsUnderAPersonsHands(current, by))
            return Rejection.NotOwner(current);
        return workflow.Reopens(current.State, to) && current.ReopenableUntil <= now ? Rejection.ReopenWindowOver(current) : null;
    }

    /// <summary>Moves the case along an allowed edge, with all that the move means.</summary>
    private void Move(Story story, string to, string? reason)
    {
        var before = story.Current;
        var closes = workflow.IsClosed(to);
        var reopens = before.ClosedAt is not null && !closes;
        story.Add(new ConversationEvent.Transitioned
        {
            Version = story.Next,
            At = story.Now,
            Actor = story.Actor,
            Reason = reason,
            From = before.State,
            To = to,
            TicketStatus = StatusAfter(before.TicketStatus, closes, opens: reopens || before.State == workflow.EscalationState),
            Closes = closes,
            ReopenableUntil = workflow.ReopensTo(to) is not null ? story.Now + workflow.ReopenWindow : null,
        });

        // A handoff that only a state announces would never happen: the case goes to where people look.
        if (to == workflow.EscalationState && (reopens || before.Owner.IsMachine))
            story.Own(Owner.InQueue(Owner.DefaultQueue), OwnershipCause.Escalated);
        else if (reopens && !before.Owner.IsMachine)
            story.Own(Owner.Of(before.Agent), OwnershipCause.Reopened);
    }

    /// <summary>What is finished for the desk is solved for the customer, unless they were told something final already.</summary>
    private static TicketStatus? StatusAfter(TicketStatus before, bool closes, bool opens) => (before, closes, opens) switch
    {
        (TicketStatus.Open or TicketStatus.Pending, true, _) => TicketStatus.Solved,
        (not TicketStatus.Open, false, true) => TicketStatus.Open,
        _ => null,
    };
}
