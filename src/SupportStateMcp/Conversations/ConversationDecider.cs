using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

/// <summary>What the rules say to a command: the events it makes, or why it is refused.</summary>
public abstract record Decision
{
    private Decision() { }

    /// <summary>These events happen, with these messages, all in one commit.</summary>
    public sealed record Accepted(IReadOnlyList<ConversationEvent> Events, IReadOnlyList<Message> Messages) : Decision
    {
        public Accepted(params ConversationEvent[] events) : this(events, []) { }
    }

    /// <summary>The case already is as the command wants it; nothing happens.</summary>
    /// <param name="ApprovalId">The approval that is there already, where the command asked for one.</param>
    public sealed record Unchanged(string? ApprovalId = null) : Decision;

    /// <summary>The command is refused; nothing happens.</summary>
    public sealed record Refused(Rejection Rejection) : Decision;
}

/// <summary>
/// The rulebook of a support case: what each command does to each case. Pure: the same case, command and time give the
/// same decision.
/// </summary>
public sealed partial class ConversationDecider(WorkflowDefinition workflow, ApprovalPolicy policy)
{
    public Decision Decide(Conversation? before, ConversationCommand command, DateTimeOffset now)
    {
        if (before is not { ErasedAt: null })
            return command is ConversationCommand.Initialize c ? Open(before, c, now) : Refuse(Missing(command, before?.ErasedAt));
        if (command.ExpectedVersion is { } expected && expected != before.Version)
            return Refuse(Rejection.VersionConflict(expected, before.Version));

        // What has run out by now did so before this command.
        var due = before.Due(now);
        var current = Conversation.Fold(before, due)!;
        return Decide(current, command, new Story(current, command, now)) switch
        {
            Decision.Accepted accepted when due.Count > 0 => new Decision.Accepted([.. due, .. accepted.Events], accepted.Messages),
            Decision.Unchanged when due.Count > 0 && command is ConversationCommand.Settle => new Decision.Accepted(due, []),
            var decision => decision,
        };
    }

    private Decision Decide(Conversation current, ConversationCommand command, Story story) => command switch
    {
        ConversationCommand.Initialize c => current.UserId == c.UserId
            ? new Decision.Unchanged()
            : Refuse(Rejection.TicketOfAnotherUser(c.Id)),
        ConversationCommand.AddMessage c => Add(current, c, story),
        ConversationCommand.BeginTurn c => Begin(current, c, story),
        ConversationCommand.CompleteTurn c => Complete(current, c, story),
        ConversationCommand.Transition c => Transition(current, c, story),
        ConversationCommand.UpdateMetadata c => Update(current, c, story),
        ConversationCommand.Claim c => Claim(current, c, story),
        ConversationCommand.Release c => Release(current, c, story),
        ConversationCommand.HandBack c => HandBack(current, c, story),
        ConversationCommand.Escalate c => Escalate(current, c, story),
        ConversationCommand.Reopen c => Reopen(current, c, story),
        ConversationCommand.LinkFollowUp c => Link(current, c, story),
        ConversationCommand.RequestApproval c => Request(current, c, story),
        ConversationCommand.DecideApproval c => Decide(current, c, story),
        ConversationCommand.UseApproval c => Use(current, c, story),
        ConversationCommand.Settle => new Decision.Unchanged(),
        ConversationCommand.Erase c => Erase(current, c, story),
        _ => throw new InvalidOperationException($"No rule for {command.GetType().Name} in state {current.State}."),
    };

    private Decision.Accepted Open(Conversation? erased, ConversationCommand.Initialize c, DateTimeOffset now)
    {
        var initialized = new ConversationEvent.Initialized
        {
            // A ticket opened anew after an erasure goes on in the same trail.
            Version = (erased?.Version ?? 0) + 1,
            At = now,
            Actor = c.Actor,
            ConversationId = c.Id.Value,
            TicketId = c.Id.TicketId,
            UserId = c.UserId,
            State = workflow.Initial,
            TicketStatus = TicketStatus.Open,
            Priority = c.Priority,
            AssignedTo = c.AssignedTo,
            Owner = Owner.Of(c.Actor.Kind == ActorKind.Ai ? c.Actor : new Actor(ActorKind.Ai, Actor.ToId(c.AssignedTo))),
            Epoch = (erased?.Epoch ?? 0) + 1,
            FollowsUp = c.FollowsUp?.Value,
            Description = c.Description,
            Metadata = c.Metadata,
        };
        if (workflow.AfterInitial is not { } next)
            return new Decision.Accepted(initialized);

        var story = new Story(Conversation.Evolve(erased, initialized), c, now);
        Move(story, next, "case opened");
        return new Decision.Accepted([initialized, .. story.Accepted.Events], []);
    }

    private static Decision Update(Conversation current, ConversationCommand.UpdateMetadata c, Story story)
    {
        // Facts are welcome; what the person's case is to the customer, and whose, is theirs to say.
        if (IsUnderAPersonsHands(current, c) && (c.TicketStatus, c.Priority, c.AssignedTo) is not (null, null, null))
            return Refuse(Rejection.NotOwner(current));
        var after = Conversation.Merge(current.Metadata, c.Metadata);
        if (MetadataRules.Violation(after) is { } rule)
            return Refuse(Rejection.InvalidArgument("metadata", rule));

        story.Add(new ConversationEvent.MetadataUpdated
        {
            Version = story.Next,
            At = story.Now,
            Actor = c.Actor,
            TicketStatus = c.TicketStatus,
            Priority = c.Priority,
            AssignedTo = c.AssignedTo,
            Metadata = c.Metadata,
        });
        return story.Accepted;
    }

    private static Decision Erase(Conversation current, ConversationCommand.Erase c, Story story)
    {
        if (IsUnderAPersonsHands(current, c))
            return Refuse(Rejection.NotOwner(current));
        story.Add(new ConversationEvent.Erased
        {
            Version = story.Next,
            At = story.Now,
            Actor = c.Actor,
            Reason = c.Reason,
            Messages = current.MessageCount,
        });
        return story.Accepted;
    }

    /// <summary>True where a person has the case, and it is an AI that wants something of it.</summary>
    private static bool IsUnderAPersonsHands(Conversation current, ConversationCommand by) =>
        current is { Owner.IsPerson: true, ClosedAt: null } && by.Actor.Kind == ActorKind.Ai;

    private static Rejection Missing(ConversationCommand command, DateTimeOffset? erasedAt) => command switch
    {
        ConversationCommand.DecideApproval c => Rejection.NoSuchApproval(c.ApprovalId),
        ConversationCommand.UseApproval c => Rejection.NoSuchApproval(c.ApprovalId),
        _ => Rejection.NotFound(command.Id, erasedAt),
    };

    private static Decision.Refused Refuse(Rejection rejection) => new(rejection);
}
