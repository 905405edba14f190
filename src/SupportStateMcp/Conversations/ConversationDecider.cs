using System.Text.Json;
using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

/// <summary>What the rules say to a command: the events it makes, or why it is refused.</summary>
public abstract record Decision
{
    private Decision() { }

    /// <summary>These events happen, with these messages, all in one commit.</summary>
    /// <param name="Events">In order.</param>
    /// <param name="Messages">The messages that the events add, with their content.</param>
    /// <param name="After">The conversation with the events applied.</param>
    public sealed record Accepted(IReadOnlyList<ConversationEvent> Events, IReadOnlyList<Message> Messages, Conversation After) : Decision;

    /// <summary>The conversation already is as the command wants it; nothing happens.</summary>
    /// <param name="ApprovalId">The approval that is there already, where the command asked for one.</param>
    public sealed record Unchanged(string? ApprovalId = null) : Decision;

    /// <summary>The command is refused; nothing happens.</summary>
    public sealed record Refused(Error Error) : Decision;
}

/// <summary>
/// The rulebook of a support conversation: what each command does to each conversation. Pure: the same conversation, command and time give the
/// same decision.
/// </summary>
public sealed partial class ConversationDecider(
    WorkflowDefinition workflow, ApprovalPolicy policy, Pipelines pipelines, TicketOptions tickets, FactsSchema? schema = null, LimitOptions? limits = null)
{
    /// <summary>With the built-in pipeline, where a person decides on every solution.</summary>
    public ConversationDecider(WorkflowDefinition workflow, ApprovalPolicy policy) : this(workflow, policy, Pipelines.Default, new TicketOptions())
    {
    }

    public Decision Decide(Conversation? before, ConversationCommand command, DateTimeOffset now)
    {
        if (before is not { ErasedAt: null })
        {
            return command switch
            {
                ConversationCommand.Initialize c => FactsViolation("metadata", c.Metadata ?? Conversation.EmptyMetadata) is { } violation ? Refuse(violation) : Open(before, c, now).Accepted,
                ConversationCommand.OpenTicket c => OpenTicket(before, c, now),
                ConversationCommand.OpenFork c => Open(before, c, now),
                _ => Refuse(Missing(command, before?.ErasedAt)),
            };
        }

        if ((command.ExpectedVersion ?? (command as ConversationCommand.Rollback)?.CountedFrom) is { } expected && expected != before.Version)
            return Refuse(Error.VersionConflict(expected, before.Version));

        if (ForkViolation(before, command) is { } outside)
            return Refuse(outside);

        // What has run out by now did so before this command.
        var recorder = new EventRecorder(before, command, now);
        foreach (var expired in before.ExpirationEvents(now))
            recorder.Add(expired);
        Advance(recorder, command);
        ResumeTasks(recorder);
        var decision = Decide(recorder.Current, command, recorder);
        if (decision is Decision.Accepted)
        {
            Advance(recorder, command);
            ResumeTasks(recorder);
            return recorder.Accepted;
        }

        // Who looks for work records what they found to have run out, also where it leaves them none.
        return decision is Decision.Unchanged && (command is ConversationCommand.ExpireOverdue or ConversationCommand.LeaseStep) && !recorder.IsEmpty ? recorder.Accepted : decision;
    }

    private Decision Decide(Conversation current, ConversationCommand command, EventRecorder recorder) => command switch
    {
        ConversationCommand.Initialize c => current.UserId == c.UserId
            ? new Decision.Unchanged()
            : Refuse(Error.TicketOfAnotherUser(c.Id)),
        ConversationCommand.AddMessage or ConversationCommand.BeginTurn when IsFull(current, command) => Refuse(Error.ConversationFull(command.Id, limits!.MessagesPerConversation!.Value)),
        ConversationCommand.AddMessage c => Add(current, c, recorder),
        ConversationCommand.BeginTurn c => Begin(current, c, recorder),
        ConversationCommand.CompleteTurn c => Complete(current, c, recorder),
        ConversationCommand.Transition c => Transition(current, c, recorder),
        ConversationCommand.UpdateMetadata c => Update(current, c, recorder),
        ConversationCommand.Claim c => Claim(current, c, recorder),
        ConversationCommand.Release c => Release(current, c, recorder),
        ConversationCommand.HandBack c => HandBack(current, c, recorder),
        ConversationCommand.Assign c => Assign(current, c, recorder),
        ConversationCommand.Escalate c => Escalate(current, c, recorder),
        ConversationCommand.Reopen c => Reopen(current, c, recorder),
        ConversationCommand.LinkFollowUp c => Link(current, c, recorder),
        ConversationCommand.RequestApproval c => Request(current, c, recorder),
        ConversationCommand.DecideApproval c => Decide(current, c, recorder),
        ConversationCommand.UseApproval c => Use(current, c, recorder),
        ConversationCommand.OpenTicket c => TakeIn(current, c, recorder),
        ConversationCommand.LeaseStep c => Lease(current, c, recorder),
        ConversationCommand.CompleteStep c => Complete(current, c, recorder),
        ConversationCommand.RecordQueries c => Record(current, c, recorder),
        ConversationCommand.SaveSummary c => Save(current, c, recorder),
        ConversationCommand.CreateTask c => CreateTask(current, c, recorder),
        ConversationCommand.PlanTask c => PlanTask(current, c, recorder),
        ConversationCommand.AdvanceTask c => AdvanceTask(current, c, recorder),
        ConversationCommand.AnnounceFork c => Announce(current, c, recorder),
        ConversationCommand.OpenFork c => Found(current, c),
        ConversationCommand.SetCheckpoint c => Set(current, c, recorder),
        ConversationCommand.Rollback c => Rollback(current, c, recorder),
        ConversationCommand.ExpireOverdue => new Decision.Unchanged(),
        ConversationCommand.Erase c => Erase(current, c, recorder),
        _ => throw new InvalidOperationException($"No rule for {command.GetType().Name} in state {current.State}."),
    };

    private EventRecorder Open(Conversation? erased, ConversationCommand.Initialize c, DateTimeOffset now)
    {
        if (c.NotBefore is { } earliest && earliest > now)
            now = earliest;
        var initialized = new ConversationEvent.Initialized
        {
            // A ticket opened again after an erasure goes on in the same trail.
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
        var recorder = EventRecorder.Open(erased, initialized, c, now);
        if (workflow.OpensTo is { } next)
            Move(recorder, next, "conversation opened");
        return recorder;
    }

    private Decision Update(Conversation current, ConversationCommand.UpdateMetadata c, EventRecorder recorder)
    {
        // Facts are welcome; what the person's conversation is to the customer, and whose, is theirs to say.
        if (IsLockedByHuman(current, c) && (c.TicketStatus, c.Priority, c.AssignedTo) is not (null, null, null))
            return Refuse(Error.NotOwner(current));
        var after = Conversation.Merge(current.Metadata, c.Metadata);
        if (FactsViolation("metadata", after) is { } violation)
            return Refuse(violation);

        recorder.Add(new ConversationEvent.MetadataUpdated
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = c.Actor,
            TicketStatus = c.TicketStatus,
            Priority = c.Priority,
            AssignedTo = c.AssignedTo,
            Metadata = c.Metadata,
        });
        return recorder.Accepted;
    }

    /// <summary>The rule that custom facts break: one of all desks, or of the schema of this one; null where they break none.</summary>
    private Error? FactsViolation(string argument, IReadOnlyDictionary<string, JsonElement> facts) =>
        MetadataRules.Violation(facts) is { } rule ? Error.InvalidArgument(argument, rule)
        : schema?.Violations(facts) is { Count: > 0 } broken ? Error.InvalidArgument(argument, $"it fits the schema of this desk: {string.Join("; ", broken)}")
        : null;

    private static Decision Erase(Conversation current, ConversationCommand.Erase c, EventRecorder recorder)
    {
        if (!c.WithOrigin && IsLockedByHuman(current, c))
            return Refuse(Error.NotOwner(current));
        if (current.Forks.Except(c.ErasedForks).ToList() is { Count: > 0 } left)
            return Refuse(Error.ForksLeft(left));
        recorder.Add(new ConversationEvent.Erased
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = c.Actor,
            Reason = c.Reason,
            Messages = current.MessageCount,
        });
        return recorder.Accepted;
    }

    /// <summary>True where the conversation takes no more messages of programs. The answer to a message that was taken in is none of those.</summary>
    private bool IsFull(Conversation current, ConversationCommand by) =>
        limits?.MessagesPerConversation is { } most && current.MessageCount >= most && by.Actor.Kind != ActorKind.Human && !ServerActors.Contains(by.Actor);

    /// <summary>True where a person has the conversation, and it is an AI that wants something of it.</summary>
    private static bool IsLockedByHuman(Conversation current, ConversationCommand by) =>
        current is { Owner.IsPerson: true, ClosedAt: null } && by.Actor.Kind == ActorKind.Ai;

    private static Error Missing(ConversationCommand command, DateTimeOffset? erasedAt) => command switch
    {
        ConversationCommand.DecideApproval c => Error.NoSuchApproval(c.ApprovalId),
        ConversationCommand.UseApproval c => Error.NoSuchApproval(c.ApprovalId),
        ConversationCommand.CompleteStep c => Error.LeaseLost(c.Token),
        ConversationCommand.RecordQueries c => Error.LeaseLost(c.Token),
        ConversationCommand.PlanTask c => Error.NoSuchTask(c.TaskId),
        ConversationCommand.AdvanceTask c => Error.NoSuchTask(c.TaskId),
        _ => Error.NotFound(command.Id, erasedAt),
    };

    private static Decision.Refused Refuse(Error error) => new(error);
}
