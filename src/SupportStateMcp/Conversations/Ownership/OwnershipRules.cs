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

        LeaveNote(recorder, c.Note);
        MoveBack(current, c, recorder);
        recorder.ChangeOwner(Owner.Of(current.Agent), OwnershipCause.HandedBack);
        return recorder.Accepted;
    }

    private Decision Assign(Conversation current, ConversationCommand.Assign c, EventRecorder recorder)
    {
        if (current.ClosedAt is not null)
            return Refuse(Error.TerminalState(current));
        var to = c.Target;
        var stays = current.Owner == to;
        if (!stays && AssignmentViolation(current, c, to) is { } violation)
            return Refuse(violation);

        var version = recorder.Next;
        var until = recorder.Now + c.Lease;
        if (c.Note is { Length: > 0 } note)
            LeaveNote(recorder, note);
        if (!stays)
        {
            // As after a hand-back: the AI goes on with the work.
            if (to.IsMachine && !current.Owner.IsMachine)
                MoveBack(current, c, recorder);
            recorder.ChangeOwner(to, OwnershipCause.Assigned, to.IsPerson ? until : null);
        }
        else if (current.LeaseUntil < until && HolderViolation(current, c) is null)
        {
            recorder.Add(new ConversationEvent.LeaseExtended { Version = recorder.Next, At = recorder.Now, Actor = c.Actor, LeaseUntil = until });
        }

        return recorder.Next == version ? new Decision.Unchanged() : recorder.Accepted;
    }

    /// <summary>Why a conversation may not be given to another owner by this command, or null.</summary>
    private static Error? AssignmentViolation(Conversation current, ConversationCommand.Assign c, Owner to)
    {
        var person = c.Actor.Kind == ActorKind.Human;
        var may = current.Owner switch
        {
            { IsPerson: true } owner => owner.Is(c.Actor) || (person && IsSupervisor(c)),
            { Queue: not null } => person,
            var owner => owner.Is(c.Actor) || c.Actor.Kind != ActorKind.Ai,
        };
        if (!may)
            return Error.NotOwner(current);
        return c.Actor.Kind == ActorKind.Ai && to.IsMachine
            ? Error.InvalidArgument("to", "an AI gives a conversation to a person (human:ID) or to a queue (queue:NAME); another AI takes it over with a turn of its own")
            : null;
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

    /// <summary>Keeps what the next owner has to know in the history, where the customer does not see it.</summary>
    private static void LeaveNote(EventRecorder recorder, string note) => recorder.AppendMessage(
        new MessageDraft($"{MessageDraft.ReservedIdPrefix}note-{recorder.Next}", MessageRole.Assistant, note) { Visibility = Visibility.Internal });

    /// <summary>Moves an escalated conversation back to work, where the workflow has a way.</summary>
    private void MoveBack(Conversation current, ConversationCommand by, EventRecorder recorder)
    {
        if (workflow.Ask(current.State, WorkflowTrigger.HandBack, ContextOf(current, by, recorder.Now)) is { IsPermitted: true } handBack)
            Move(recorder, handBack.Transition.To, "handed back");
    }

    private static Error? PersonViolation(Conversation current, ConversationCommand by) =>
        by.Actor.Kind != ActorKind.Human ? Error.NotAuthorized([Requirement.Kind(ActorKind.Human)])
        : current.ClosedAt is not null ? Error.TerminalState(current)
        : null;

    private static Error? HolderViolation(Conversation current, ConversationCommand by) =>
        current.Owner.Is(by.Actor) || (current.Owner.IsPerson && IsSupervisor(by)) ? null : Error.NotOwner(current);
}
