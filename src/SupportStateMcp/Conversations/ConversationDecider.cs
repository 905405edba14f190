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
    public sealed record Unchanged : Decision;

    /// <summary>The command is refused; nothing happens.</summary>
    public sealed record Refused(Rejection Rejection) : Decision;
}

/// <summary>
/// The rulebook of a support case: what each command does to each case. Pure: the same case, command and time give the
/// same decision.
/// </summary>
public sealed class ConversationDecider(WorkflowDefinition workflow)
{
    public Decision Decide(Conversation? before, ConversationCommand command, DateTimeOffset now)
    {
        var current = before is { ErasedAt: null } ? before : null;

        if (current is not null && command.ExpectedVersion is { } expected && expected != current.Version)
            return Refuse(Rejection.VersionConflict(expected, current.Version));

        return (current, command) switch
        {
            (null, ConversationCommand.Initialize c) => Open(before, c, now),
            (null, _) => Refuse(Rejection.NotFound(command.Id, before?.ErasedAt)),
            (_, ConversationCommand.Initialize c) => current.UserId == c.UserId
                ? new Decision.Unchanged()
                : Refuse(Rejection.TicketOfAnotherUser(c.Id)),
            // Tools do return nothing at times; people and models that say nothing have said nothing.
            (_, ConversationCommand.AddMessage { Content: "", Role: not MessageRole.Tool }) =>
                Refuse(Rejection.InvalidArgument("content", "it has at least one character, except from a tool")),
            (_, ConversationCommand.AddMessage c) => workflow.IsTerminal(current.State)
                ? Refuse(Rejection.TerminalState(current.State))
                : Append(current, c, now),
            (_, ConversationCommand.Transition c) => workflow.Allows(current.State, c.NewState)
                ? Move(current, c, now)
                : Refuse(Rejection.InvalidTransition(current.State, c.NewState, workflow.AllowedFrom(current.State))),
            (_, ConversationCommand.UpdateMetadata c) => Update(current, c, now),
            (_, ConversationCommand.Erase c) => new Decision.Accepted(new ConversationEvent.Erased
            {
                Version = current.Version + 1,
                At = now,
                Actor = c.Actor,
                Reason = c.Reason,
                Messages = current.MessageCount,
            }),
            _ => throw new InvalidOperationException($"No rule for {command.GetType().Name} in state {current.State}."),
        };
    }

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
            Description = c.Description,
            Metadata = c.Metadata,
        };

        return workflow.AfterInitial is { } next
            ? new Decision.Accepted(initialized, MoveEvent(initialized.Version + 1, workflow.Initial, next, c.Actor, "case opened", null, now))
            : new Decision.Accepted(initialized);
    }

    private static Decision.Accepted Append(Conversation current, ConversationCommand.AddMessage c, DateTimeOffset now)
    {
        var added = new ConversationEvent.MessageAdded
        {
            Version = current.Version + 1,
            At = now,
            Actor = c.Actor,
            MessageId = c.MessageId,
            Number = current.MessageCount + 1,
            Role = c.Role,
            ContentDigest = Digest.OfText(c.Content),
        };

        return new Decision.Accepted([added], [new Message
        {
            Number = added.Number,
            MessageId = c.MessageId,
            Role = c.Role,
            Content = c.Content,
            Metadata = c.Metadata,
            At = now,
            RecordedBy = c.Actor.ToString(),
            Version = added.Version,
        }]);
    }

    private Decision.Accepted Move(Conversation current, ConversationCommand.Transition c, DateTimeOffset now)
    {
        // What is finished for the desk is solved for the customer, unless they were told something final already.
        TicketStatus? status = workflow.IsTerminal(c.NewState) && current.TicketStatus is (TicketStatus.Open or TicketStatus.Pending)
            ? TicketStatus.Solved
            : null;
        return new Decision.Accepted(MoveEvent(current.Version + 1, current.State, c.NewState, c.Actor, c.Reason, status, now));
    }

    private static ConversationEvent.Transitioned MoveEvent(
        long version, string from, string to, Actor actor, string? reason, TicketStatus? status, DateTimeOffset now) => new()
        {
            Version = version,
            At = now,
            Actor = actor,
            Reason = reason,
            From = from,
            To = to,
            TicketStatus = status,
        };

    private static Decision Update(Conversation current, ConversationCommand.UpdateMetadata c, DateTimeOffset now)
    {
        var after = Conversation.Merge(current.Metadata, c.Metadata);
        if (MetadataRules.Violation(after) is { } rule)
            return Refuse(Rejection.InvalidArgument("metadata", rule));

        return new Decision.Accepted(new ConversationEvent.MetadataUpdated
        {
            Version = current.Version + 1,
            At = now,
            Actor = c.Actor,
            TicketStatus = c.TicketStatus,
            Priority = c.Priority,
            AssignedTo = c.AssignedTo,
            Metadata = c.Metadata,
        });
    }

    private static Decision.Refused Refuse(Rejection rejection) => new(rejection);
}
