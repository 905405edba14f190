using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

public sealed partial class ConversationDecider
{
    private Decision Add(Conversation current, ConversationCommand.AddMessage c, EventRecorder recorder)
    {
        var draft = new MessageDraft(c.MessageId, c.Role, c.Content) { Visibility = c.Visibility, Automated = c.Automated, ToolCallId = c.ToolCallId, Metadata = c.Metadata };
        // Tools do return nothing at times; people and models that say nothing have said nothing.
        if (c is { Content: "", Role: not MessageRole.Tool })
            return Refuse(Error.NothingSaid());
        if (draft.HasReservedId)
            return Refuse(Error.ReservedMessageId());
        if (c is { ToolCallId: not null, Role: not (MessageRole.Assistant or MessageRole.Tool) })
            return Refuse(Error.InvalidArgument("tool_call_id", "it goes with the role assistant, for the call, or tool, for its result"));
        if (c is { Role: MessageRole.User, Visibility: Visibility.Internal })
            return Refuse(Error.InvalidArgument("visibility", "what the customer wrote is public"));
        if (ClosedViolation(current, draft) is { } closed)
            return Refuse(closed);

        if (draft.IsOfCustomer)
        {
            Hear(recorder, draft, c);
        }
        else if (draft.ReachesCustomer)
        {
            if (Silence(current, c, c.Automated) is { } silence)
                return Refuse(silence);
            if (draft.Answers)
                TakeOver(recorder, c);
            recorder.AppendMessage(draft with { InReplyTo = draft.Answers && recorder.Current.Unanswered is [.., var last] ? last.Number : null });
        }
        else
        {
            recorder.AppendMessage(draft);
        }

        return recorder.Accepted;
    }

    private Decision Begin(Conversation current, ConversationCommand.BeginTurn c, EventRecorder recorder)
    {
        var draft = new MessageDraft(c.MessageId, MessageRole.User, c.Content) { Metadata = c.Metadata };
        if (c.Content.Length == 0)
            return Refuse(Error.NothingSaid());
        if (draft.HasReservedId)
            return Refuse(Error.ReservedMessageId());

        Hear(recorder, draft, c);
        // Of several AIs, the one that began last has the turn.
        if (recorder.Current is { ClosedAt: null, Owner: { IsMachine: true } owner } && c.Actor.Kind == ActorKind.Ai && !owner.Is(c.Actor))
            recorder.ChangeOwner(Owner.Of(c.Actor), OwnershipCause.TurnBegun);
        return recorder.Accepted;
    }

    private Decision Complete(Conversation current, ConversationCommand.CompleteTurn c, EventRecorder recorder)
    {
        if (c.Content.Length == 0)
            return Refuse(Error.NothingSaid());
        if (c.Turn.Life != current.Life)
            return Refuse(Error.TurnOfAnotherLife(c.Id));
        if (c.Turn.Number < 1 || c.Turn.Number > current.MessageCount || c.Turn.Epoch > current.Epoch)
            return Refuse(Error.InvalidArgument("turn_token", Turn.TokenRule));
        if (c.Turn.Epoch != current.Epoch)
            return Refuse(Error.TurnIsOver(current));
        if (IsAnsweredByAnother(current, c.Turn.Number, c.Actor))
            return Refuse(Error.AlreadyAnswered(c.Turn.Number));
        if (current.ClosedAt is not null)
            return Refuse(Error.TerminalState(current));
        if (Silence(current, c, automated: false) is { } silence)
            return Refuse(silence);
        if (c.NewState is { } to && MoveViolation(current, c, to, recorder.Now) is { } violation)
            return Refuse(violation);

        // Whichever instance completes a turn does it for the one who owns it; a person takes over in their own name.
        if (c.Actor.Kind == ActorKind.Human)
            TakeOver(recorder, c);
        recorder.AppendMessage(new MessageDraft(c.MessageId, MessageRole.Assistant, c.Content) { InReplyTo = c.Turn.Number });
        if (c.NewState is not null)
            Move(recorder, c.NewState, c.Reason);
        return recorder.Accepted;
    }

    /// <summary>
    /// True where somebody else has answered since: turns prevent two owners from answering the same message. To a person who
    /// takes the conversation over with their answer, the one who had it so far is somebody else.
    /// </summary>
    internal static bool IsAnsweredByAnother(Conversation current, long number, Actor by)
    {
        var others = by.Kind == ActorKind.Human && !current.Owner.Is(by) ? current.LastReply : current.EarlierReply;
        return others > number && current.Unanswered.All(u => u.Number != number);
    }

    /// <summary>Why a closed conversation does not take a message, or null. What the customer wrote is kept whatever the state, or it would be lost.</summary>
    private Error? ClosedViolation(Conversation current, MessageDraft draft)
    {
        if (current.ClosedAt is null || draft.Role == MessageRole.User)
            return null;
        return workflow.IsTerminal(current.State) || (draft.ReachesCustomer && !draft.Automated) ? Error.TerminalState(current) : null;
    }

    /// <summary>Takes in what the customer wrote. A closed conversation is open again, where it can be; else it stays closed, and the message waits in it for a follow-up.</summary>
    private void Hear(EventRecorder recorder, MessageDraft draft, ConversationCommand by)
    {
        var current = recorder.Current;
        if (current.ClosedAt is not null && ReopenViolation(current, by, recorder.Now) is null)
            Move(recorder, workflow.ReopensTo(current.State)!, "the customer wrote again");
        recorder.AppendMessage(draft);
    }

    /// <summary>Why a caller may not speak to the customer now, or null.</summary>
    private static Error? Silence(Conversation current, ConversationCommand by, bool automated)
    {
        var person = by.Actor.Kind == ActorKind.Human;
        var may = current.Owner switch
        {
            { IsPerson: true } owner => owner.Is(by.Actor) || (person && IsSupervisor(by)),
            { Queue: not null } => person || automated,
            _ => true,
        };
        return may ? null : Error.NotOwner(current);
    }

    /// <summary>The one who answers the customer owns the conversation from then on.</summary>
    private static void TakeOver(EventRecorder recorder, ConversationCommand by)
    {
        var owner = recorder.Current.Owner;
        if (owner.Is(by.Actor))
            return;
        if (by.Actor.Kind == ActorKind.Human || (by.Actor.Kind == ActorKind.Ai && owner.IsMachine))
            recorder.ChangeOwner(Owner.Of(by.Actor), OwnershipCause.Replied);
    }

    private static bool IsSupervisor(ConversationCommand by) => by.Roles.HasFlag(Roles.Supervisor);
}
