namespace SupportStateMcp.Conversations;

public sealed partial class ConversationDecider
{
    private Decision Add(Conversation current, ConversationCommand.AddMessage c, Story story)
    {
        var words = new Words(c.MessageId, c.Role, c.Content) { Visibility = c.Visibility, Automated = c.Automated, Metadata = c.Metadata };
        // Tools do return nothing at times; people and models that say nothing have said nothing.
        if (c is { Content: "", Role: not MessageRole.Tool })
            return Refuse(Rejection.NothingSaid());
        if (words.HasOwnId)
            return Refuse(Rejection.OwnMessageId());
        if (c is { Role: MessageRole.User, Visibility: Visibility.Internal })
            return Refuse(Rejection.InvalidArgument("visibility", "what the customer wrote is public"));
        if (ClosedViolation(current, words, story.Now) is { } closed)
            return Refuse(closed);

        if (words.IsOfCustomer)
        {
            Hear(story, words);
        }
        else if (words.ReachesCustomer)
        {
            if (Silence(current, c, c.Automated) is { } silence)
                return Refuse(silence);
            if (words.Answers)
                TakeOver(story, c);
            story.Say(words with { InReplyTo = words.Answers && story.Current.Unanswered is [.., var last] ? last.Number : null });
        }
        else
        {
            story.Say(words);
        }

        return story.Accepted;
    }

    private Decision Begin(Conversation current, ConversationCommand.BeginTurn c, Story story)
    {
        var words = new Words(c.MessageId, MessageRole.User, c.Content) { Metadata = c.Metadata };
        if (c.Content.Length == 0)
            return Refuse(Rejection.NothingSaid());
        if (words.HasOwnId)
            return Refuse(Rejection.OwnMessageId());
        if (ClosedViolation(current, words, story.Now) is { } closed)
            return Refuse(closed);

        Hear(story, words);
        // Of several AIs, the one that began last has the turn.
        if (story.Current.Owner is { IsMachine: true } owner && c.Actor.Kind == ActorKind.Ai && !owner.Is(c.Actor))
            story.Own(Owner.Of(c.Actor), OwnershipCause.TurnBegun);
        return story.Accepted;
    }

    private Decision Complete(Conversation current, ConversationCommand.CompleteTurn c, Story story)
    {
        if (c.Content.Length == 0)
            return Refuse(Rejection.NothingSaid());
        if (c.Turn.Number < 1 || c.Turn.Number > current.MessageCount || c.Turn.Epoch > current.Epoch)
            return Refuse(Rejection.InvalidArgument("turn_token", "it is the turn_token of a begin_turn on this conversation, unchanged"));
        if (c.Turn.Epoch != current.Epoch)
            return Refuse(Rejection.NotOwner(current));
        if (IsAnsweredByAnother(current, c.Turn.Number, c.Actor))
            return Refuse(Rejection.AlreadyAnswered(c.Turn.Number));
        if (current.ClosedAt is not null)
            return Refuse(Rejection.TerminalState(current));
        if (Silence(current, c, automated: false) is { } silence)
            return Refuse(silence);
        if (c.NewState is { } to && MoveViolation(current, c, to, story.Now) is { } violation)
            return Refuse(violation);

        // Whichever instance completes a turn does it for the one who owns it; a person takes over in their own name.
        if (c.Actor.Kind == ActorKind.Human)
            TakeOver(story, c);
        story.Say(new Words(c.MessageId, MessageRole.Assistant, c.Content) { InReplyTo = c.Turn.Number });
        if (c.NewState is not null)
            Move(story, c.NewState, c.Reason);
        return story.Accepted;
    }

    /// <summary>
    /// True where somebody else has answered since: a second answer to one message, from another mouth, is what turns are
    /// there to prevent. To a person who takes the case over with their answer, whoever had it so far is somebody else.
    /// </summary>
    internal static bool IsAnsweredByAnother(Conversation current, long number, Actor by)
    {
        var others = by.Kind == ActorKind.Human && !current.Owner.Is(by) ? current.LastReply : current.EarlierReply;
        return others > number && current.Unanswered.All(u => u.Number != number);
    }

    /// <summary>Why a closed case does not take a message, or null.</summary>
    private Rejection? ClosedViolation(Conversation current, Words words, DateTimeOffset now)
    {
        if (current.ClosedAt is null)
            return null;
        if (workflow.IsTerminal(current.State))
            return Rejection.TerminalState(current);
        if (words.IsOfCustomer)
            return current.ReopenableUntil > now && workflow.ReopensTo(current.State) is not null ? null : Rejection.ReopenWindowOver(current);
        return words.ReachesCustomer && !words.Automated ? Rejection.TerminalState(current) : null;
    }

    /// <summary>Takes in what the customer wrote; a closed case is open again.</summary>
    private void Hear(Story story, Words words)
    {
        if (story.Current.ClosedAt is not null && workflow.ReopensTo(story.Current.State) is { } open)
            Move(story, open, "the customer wrote again");
        story.Say(words);
    }

    /// <summary>Why a caller may not speak to the customer now, or null.</summary>
    private static Rejection? Silence(Conversation current, ConversationCommand by, bool automated)
    {
        var person = by.Actor.Kind == ActorKind.Human;
        var may = current.Owner switch
        {
            { IsPerson: true } owner => owner.Is(by.Actor) || (person && IsSupervisor(by)),
            { Queue: not null } => person || automated,
            _ => true,
        };
        return may ? null : Rejection.NotOwner(current);
    }

    /// <summary>Whoever answers the customer owns the case from then on.</summary>
    private static void TakeOver(Story story, ConversationCommand by)
    {
        var owner = story.Current.Owner;
        if (owner.Is(by.Actor))
            return;
        if (by.Actor.Kind == ActorKind.Human || (by.Actor.Kind == ActorKind.Ai && owner.IsMachine))
            story.Own(Owner.Of(by.Actor), OwnershipCause.Replied);
    }

    private static bool IsSupervisor(ConversationCommand by) => by.Roles.HasFlag(Roles.Supervisor);
}
