using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>What must hold of every trail, told from the events alone, in the plainest way, apart from the code that made them.</summary>
internal static class TrailChecks
{
    /// <summary>Folding what was written, as it was written, gives the snapshot that is stored.</summary>
    public static void TellsTheWholeStory(IReadOnlyList<ConversationEvent> trail, Conversation stored)
    {
        var type = ConversationJson.Readable.ConversationEvent;
        var read = trail.Select(e => JsonSerializer.Deserialize(JsonSerializer.Serialize(e, type), type)!);
        Assert.Equal(OneConversation.Json(stored), OneConversation.Json(Conversation.Fold(null, read)));
        Assert.Equal(Enumerable.Range(1, trail.Count).Select(n => (long)n), trail.Select(e => e.Version));
    }

    /// <summary>The epoch rises by one with every change of hands, and only then.</summary>
    public static void CountsEveryChangeOfHands(IReadOnlyList<ConversationEvent> trail, Conversation stored)
    {
        var (owner, epoch) = ("", 0L);
        foreach (var @event in trail)
        {
            var (next, at) = @event switch
            {
                ConversationEvent.Initialized e => (e.Owner, e.Epoch),
                ConversationEvent.OwnerChanged e => (e.Owner, e.Epoch),
                _ => (null, epoch),
            };
            if (next is null)
                continue;
            Assert.Equal(epoch + 1, at);
            Assert.NotEqual(owner, next.ToString());
            (owner, epoch) = (next.ToString(), at);
        }

        Assert.Equal((owner, epoch), (stored.Owner.ToString(), stored.Epoch));
    }

    /// <summary>One voice: nobody but the person who has the conversation speaks, and one message is answered in one epoch.</summary>
    public static void HasOneVoice(IReadOnlyList<ConversationEvent> trail)
    {
        var owner = "";
        var epoch = 0L;
        var answered = new Dictionary<long, (string Owner, long Epoch)>();
        foreach (var @event in trail)
        {
            switch (@event)
            {
                case ConversationEvent.Initialized e:
                    (owner, epoch) = (e.Owner.ToString(), e.Epoch);
                    break;
                case ConversationEvent.OwnerChanged e:
                    (owner, epoch) = (e.Owner.ToString(), e.Epoch);
                    break;
                case ConversationEvent.MessageAdded { Visibility: Visibility.Public, Role: not MessageRole.User } e:
                    if (owner.StartsWith("human:", StringComparison.Ordinal))
                        Assert.Equal(ActorKind.Human, e.Actor.Kind);
                    if (e.InReplyTo is not { } number)
                        break;
                    Assert.False(owner.StartsWith("queue:", StringComparison.Ordinal));
                    // A turn is completed in its own epoch, or begins the next one where a person takes over with it.
                    if (e.MessageId.StartsWith("~reply-", StringComparison.Ordinal))
                        Assert.Contains(e.MessageId, (string[])[$"~reply-{number}-{epoch}", e.Actor.Kind == ActorKind.Human ? $"~reply-{number}-{epoch - 1}" : ""]);
                    answered.TryAdd(number, (owner, epoch));
                    Assert.Equal(answered[number], (owner, epoch));
                    break;
            }
        }
    }

    /// <summary>A lease that has run out ends before anything else happens.</summary>
    public static void KeepsLeases(IReadOnlyList<ConversationEvent> trail)
    {
        DateTimeOffset? until = null;
        foreach (var @event in trail)
        {
            var lapses = @event is ConversationEvent.OwnerChanged { Cause: OwnershipCause.LeaseExpired };
            Assert.Equal(until <= @event.At, lapses);
            until = @event switch
            {
                ConversationEvent.OwnerChanged e => e.LeaseUntil,
                ConversationEvent.LeaseExtended e => e.LeaseUntil,
                ConversationEvent.Transitioned { Closes: true } => null,
                // The lease holds until an answer of the one who has it.
                ConversationEvent.MessageAdded { Visibility: Visibility.Public, Automated: false, Role: MessageRole.Assistant, Actor.Kind: ActorKind.Human } => null,
                _ => until,
            };
        }
    }

    /// <summary>The history is what the trail says, and holds what was taken in from the customer, once.</summary>
    public static void LosesNoMessage(IReadOnlyList<ConversationEvent> trail, IReadOnlyList<Message> history, IReadOnlySet<string> takenIn)
    {
        Assert.Equal(Enumerable.Range(1, history.Count).Select(n => (long)n), history.Select(m => m.Number));
        Assert.Equal(
            trail.OfType<ConversationEvent.MessageAdded>().Select(e => (e.MessageId, e.Number, e.ContentDigest, e.Version)),
            history.Select(m => (m.MessageId, m.Number, Digest.OfText(m.Content), m.Version)));
        Assert.Equal(
            takenIn.Order(StringComparer.Ordinal),
            history.Where(m => m.Role == MessageRole.User).Select(m => m.MessageId).Order(StringComparer.Ordinal));
    }
}
