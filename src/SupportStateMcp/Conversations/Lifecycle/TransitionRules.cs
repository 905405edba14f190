using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

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
    /// <param name="current">The conversation.</param>
    /// <param name="by">The command.</param>
    /// <param name="to">The state.</param>
    /// <param name="now">The time.</param>
    /// <param name="trigger">What is to lead there; null: whatever transition does.</param>
    private Error? MoveViolation(
        Conversation current, ConversationCommand by, string to, DateTimeOffset now, WorkflowTrigger? trigger = null)
    {
        var context = ContextOf(current, by, now);
        var answer = trigger is { } named ? workflow.Ask(current.State, named, context) : workflow.Ask(current.State, to, context);
        return answer is null ? NoTransition(current, to, context) : GuardViolation(current, answer);
    }

    /// <summary>The error that fits the guards which refuse a transition; null where it is permitted.</summary>
    private static Error? GuardViolation(Conversation current, WorkflowAnswer answer)
    {
        // Who talks over a person is refused; so is who moves the conversation under their hands.
        if (answer.IsRefusedBy(WorkflowGuardKind.NotLockedByHuman))
            return Error.NotOwner(current);
        return answer.Unmet.FirstOrDefault(g => g.Kind == WorkflowGuardKind.ReopenWindow) is { } window
            ? Error.ReopenWindowOver(current, window.Description)
            : null;
    }

    /// <summary>The error of a transition that the workflow does not have; what would be allowed does not depend on who asks.</summary>
    private Error NoTransition(Conversation current, string to, WorkflowContext context)
    {
        IReadOnlyList<string> permitted = [.. workflow.Permitted(current.State, context with { IsLockedByHuman = false }).Select(t => t.To)];
        return Error.InvalidTransition(
            current.State, to, permitted,
            [.. workflow.AllowedFrom(current.State).Except(permitted).Select(s => $"{s} ({workflow.Label(current.State, s)})")]);
    }

    /// <summary>Why a closed conversation may not be opened again now, or null. Where the workflow has no way back, it may not.</summary>
    private Error? ReopenViolation(Conversation current, ConversationCommand by, DateTimeOffset now) =>
        workflow.Ask(current.State, WorkflowTrigger.Reopen, ContextOf(current, by, now)) is { } answer
            ? GuardViolation(current, answer)
            : Error.ReopenWindowOver(current);

    private static WorkflowContext ContextOf(Conversation current, ConversationCommand by, DateTimeOffset now) =>
        new(now, current.ClosedAt is not null, current.ReopenableUntil, IsLockedByHuman(current, by));

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
