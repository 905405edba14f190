using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

public sealed partial class ConversationDecider
{
    /// <summary>Why a what-if copy does not take a command, or null. What is not known to stay inside it is refused.</summary>
    private Error? ForkViolation(Conversation current, ConversationCommand command)
    {
        if (current.ForkOf is not { } origin)
            return null;
        var stays = command switch
        {
            ConversationCommand.UpdateMetadata or ConversationCommand.CreateTask or ConversationCommand.PlanTask or ConversationCommand.AdvanceTask
                or ConversationCommand.SetCheckpoint or ConversationCommand.Rollback or ConversationCommand.Erase or ConversationCommand.ExpireOverdue
                or ConversationCommand.OpenFork => true,
            // It would wait in a queue for people.
            ConversationCommand.Transition c => c.NewState != workflow.EscalationState,
            ConversationCommand.AddMessage c => c is { Visibility: Visibility.Internal, Role: not MessageRole.User },
            _ => false,
        };
        return stays ? null : Error.WhatIfCopy(current.ConversationId, origin.ConversationId);
    }

    private static Decision Announce(Conversation current, ConversationCommand.AnnounceFork c, EventRecorder recorder)
    {
        if (c.NoTarget is { } missing)
            return Refuse(missing);
        // Somebody else was quicker: the name is that of another copy, which this caller must not share.
        if (current.Forks.Contains(c.Fork.Value))
            return Refuse(Error.TicketOfAnotherUser(c.Fork));
        if (current.Forks.Count >= Conversation.MaxForks)
            return Refuse(Error.TooManyForks(Conversation.MaxForks));
        recorder.Add(new ConversationEvent.ForkAnnounced { Version = recorder.Next, At = recorder.Now, Actor = c.Actor, Reason = c.Reason, Fork = c.Fork.Value, Of = c.Of });
        return recorder.Accepted;
    }

    /// <summary>The copy that is there already, or something else of that id.</summary>
    private static Decision Found(Conversation current, ConversationCommand.OpenFork c) =>
        current.ForkOf == OriginOf(c.Then) ? new Decision.Unchanged() : Refuse(Error.TicketOfAnotherUser(c.Id));

    private static Decision Open(Conversation? erased, ConversationCommand.OpenFork c, DateTimeOffset now)
    {
        if (erased is { ErasedAt: { } at } && at >= c.AnnouncedAt)
            return Refuse(Error.NotFound(c.Id, at));
        if (c.AnnouncedAt > now)
            now = c.AnnouncedAt;
        var then = c.Then;
        return EventRecorder.Open(erased, new ConversationEvent.ForkOpened
        {
            Version = (erased?.Version ?? 0) + 1,
            At = now,
            Actor = c.Actor,
            ConversationId = c.Id.Value,
            TicketId = c.Id.TicketId,
            Origin = OriginOf(then),
            UserId = then.UserId,
            State = then.State,
            TicketStatus = then.TicketStatus,
            Priority = then.Priority,
            Owner = Owner.Of(c.Actor.Kind is ActorKind.Ai or ActorKind.Human ? c.Actor : then.Agent),
            Agent = c.Actor.Kind == ActorKind.Ai ? c.Actor : then.Agent,
            Epoch = (erased?.Epoch ?? 0) + 1,
            Description = then.Description,
            Metadata = then.Metadata,
            Tasks = then.Tasks,
        }, c, now).Accepted;
    }

    private static ForkOrigin OriginOf(Conversation then) => new(then.ConversationId, then.Life, then.Version);
}
