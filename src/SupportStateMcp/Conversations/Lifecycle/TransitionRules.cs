using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

public sealed partial class ConversationDecider
{
    private Decision Transition(Conversation current, ConversationCommand.Transition c, EventRecorder recorder)
    {
        if (MoveViolation(current, c, c.NewState, recorder.Now) is { } violation)
            return Refuse(violation);
        Move(recorder, c.NewState, c.Reason);
        return recorder.Accepted;
    }

    /// <summary>Why a conversation may not be moved to a state by this command, or null.</summary>
    private Error? MoveViolation(Conversation current, ConversationCommand by, string to, DateTimeOffset now)
    {
        if (!workflow.Allows(current.State, to))
            return Error.InvalidTransition(current.State, to, workflow.AllowedFrom(current.State));
        // Who talks over a person is refused; so is who moves the conversation under their hands.
        if (IsLockedByHuman(current, by))
            return Error.NotOwner(current);
        return workflow.Reopens(current.State, to) && current.ReopenableUntil <= now ? Error.ReopenWindowOver(current) : null;
    }

    /// <summary>Moves the conversation along an allowed edge, with all that the move means.</summary>
    private void Move(EventRecorder recorder, string to, string? reason)
    {
        var before = recorder.Current;
        var closes = workflow.IsClosed(to);
        var reopens = before.ClosedAt is not null && !closes;
        recorder.Add(new ConversationEvent.Transitioned
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = recorder.Actor,
            Reason = reason,
            From = before.State,
            To = to,
            TicketStatus = StatusAfter(before.TicketStatus, closes, opens: reopens || before.State == workflow.EscalationState),
            Closes = closes,
            ReopenableUntil = workflow.ReopensTo(to) is not null ? recorder.Now + workflow.ReopenWindow : null,
        });

        // A handoff that only a state announces would never happen: the conversation goes to where people look.
        if (to == workflow.EscalationState && (reopens || before.Owner.IsMachine))
            recorder.ChangeOwner(Owner.InQueue(Owner.DefaultQueue), OwnershipCause.Escalated);
        else if (reopens && !before.Owner.IsMachine)
            recorder.ChangeOwner(Owner.Of(before.Agent), OwnershipCause.Reopened);
    }

    /// <summary>What is finished for the desk is solved for the customer, unless they were told something final already.</summary>
    private static TicketStatus? StatusAfter(TicketStatus before, bool closes, bool opens) => (before, closes, opens) switch
    {
        (TicketStatus.Open or TicketStatus.Pending, true, _) => TicketStatus.Solved,
        (not TicketStatus.Open, false, true) => TicketStatus.Open,
        _ => null,
    };
}
