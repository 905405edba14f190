using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

public sealed partial class ConversationDecider
{
    private static Decision Claim(Conversation current, ConversationCommand.Claim c, EventRecorder recorder)
    {
        if (PersonViolation(current, c) is { } violation)
            return Refuse(violation);

        var until = recorder.Now + c.Lease;
        if (!current.Owner.Is(c.Actor))
        {
            if (current.Owner.IsPerson && !IsSupervisor(c))
                return Refuse(Error.NotOwner(current));
            recorder.ChangeOwner(Owner.Of(c.Actor), OwnershipCause.Claimed, until);
            return recorder.Accepted;
        }

        // Who has answered keeps the conversation, and needs no lease.
        if (current.LeaseUntil is null || current.LeaseUntil >= until)
            return new Decision.Unchanged();
        recorder.Add(new ConversationEvent.LeaseExtended { Version = recorder.Next, At = recorder.Now, Actor = c.Actor, LeaseUntil = until });
        return recorder.Accepted;
    }

    private static Decision Release(Conversation current, ConversationCommand.Release c, EventRecorder recorder)
    {
        if ((PersonViolation(current, c) ?? HolderViolation(current, c)) is { } violation)
            return Refuse(violation);
        recorder.ChangeOwner(Owner.InQueue(current.ReturnQueue ?? Owner.DefaultQueue), OwnershipCause.Released, reason: c.Reason);
        return recorder.Accepted;
    }

    private Decision HandBack(Conversation current, ConversationCommand.HandBack c, EventRecorder recorder)
    {
        if (c.Note.Length == 0)
            return Refuse(Error.InvalidArgument("note", "it has at least one character: the AI goes on from it"));
        // From a queue as well: a person may look, and let the AI go on.
        if ((PersonViolation(current, c) ?? (current.Owner.IsPerson ? HolderViolation(current, c) : null)) is { } violation)
            return Refuse(violation);
        if (current.Owner.IsMachine)
            return Refuse(Error.NotOwner(current));

        recorder.AppendMessage(new MessageDraft($"{MessageDraft.ReservedIdPrefix}note-{recorder.Next}", MessageRole.Assistant, c.Note) { Visibility = Visibility.Internal });
        if (workflow.Ask(current.State, WorkflowTrigger.HandBack, ContextOf(current, c, recorder.Now)) is { IsPermitted: true } handBack)
            Move(recorder, handBack.Transition.To, "handed back");
        recorder.ChangeOwner(Owner.Of(current.Agent), OwnershipCause.HandedBack);
        return recorder.Accepted;
    }

    private Decision Escalate(Conversation current, ConversationCommand.Escalate c, EventRecorder recorder)
    {
        if (current.ClosedAt is not null)
            return Refuse(Error.TerminalState(current));
        var waits = current.Owner.Queue == c.Queue;
        if (waits && current.Handoff is not null)
            return new Decision.Unchanged();
        if (!waits && Silence(current, c, automated: false) is { } silence)
            return Refuse(silence);
        // A workflow without an escalation state hands over to a queue alone.
        var to = workflow.EscalationState is { } escalated && current.State != escalated ? escalated : null;
        if (to is not null && MoveViolation(current, c, to, recorder.Now, WorkflowTrigger.Escalate) is { } violation)
            return Refuse(violation);

        // The queue first: what the customer is told while they wait for a person is no answer.
        if (!waits)
            recorder.ChangeOwner(Owner.InQueue(c.Queue), OwnershipCause.Escalated);
        if (to is not null)
            Move(recorder, to, "escalated");
        if (c.CustomerMessage is { Length: > 0 } told)
            recorder.AppendMessage(new MessageDraft($"{MessageDraft.ReservedIdPrefix}handoff-{recorder.Next}", MessageRole.Assistant, told));
        recorder.Add(new ConversationEvent.Escalated
        {
            Version = recorder.Next,
            At = recorder.Now,
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
        return recorder.Accepted;
    }

    private Decision Reopen(Conversation current, ConversationCommand.Reopen c, EventRecorder recorder)
    {
        if (current.ClosedAt is null)
            return new Decision.Unchanged();
        if (ReopenViolation(current, c, recorder.Now) is { } violation)
            return Refuse(violation);
        Move(recorder, workflow.ReopensTo(current.State)!, c.Reason);
        return recorder.Accepted;
    }

    private static Decision Link(Conversation current, ConversationCommand.LinkFollowUp c, EventRecorder recorder)
    {
        if (current.FollowUp == c.FollowUp.Value)
            return new Decision.Unchanged();
        recorder.Add(new ConversationEvent.FollowUpOpened
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = c.Actor,
            Reason = c.Reason,
            FollowUp = c.FollowUp.Value,
        });
        return recorder.Accepted;
    }

    private static Error? PersonViolation(Conversation current, ConversationCommand by) =>
        by.Actor.Kind != ActorKind.Human ? Error.NotAuthorized([Requirement.Kind(ActorKind.Human)])
        : current.ClosedAt is not null ? Error.TerminalState(current)
        : null;

    private static Error? HolderViolation(Conversation current, ConversationCommand by) =>
        current.Owner.Is(by.Actor) || (current.Owner.IsPerson && IsSupervisor(by)) ? null : Error.NotOwner(current);
}
