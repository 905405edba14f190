using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>Since when somebody waits, counted again from the events: the first message without an answer, or the handoff.</summary>
internal static class WaitingReference
{
    public static DateTimeOffset? Of(IEnumerable<ConversationEvent> trail)
    {
        var unanswered = new List<(long Number, DateTimeOffset At)>();
        DateTimeOffset? handedOff = null;
        DateTimeOffset? lease = null;
        var inQueue = false;
        var closed = false;
        foreach (var @event in trail)
        {
            switch (@event)
            {
                case ConversationEvent.MessageAdded { Automated: false, Visibility: Visibility.Public } e when e.Role == MessageRole.User && !closed:
                    unanswered.Add((e.Number, e.At));
                    break;
                case ConversationEvent.MessageAdded { Automated: false, Visibility: Visibility.Public, Role: MessageRole.Assistant } e when !inQueue:
                    unanswered.RemoveAll(u => u.Number <= e.InReplyTo);
                    handedOff = null;
                    break;
                case ConversationEvent.LeaseExtended e:
                    lease = e.LeaseUntil;
                    break;
                case ConversationEvent.OwnerChanged e:
                    inQueue = e.Owner.Queue is not null;
                    if (inQueue)
                        handedOff ??= e.Cause == OwnershipCause.LeaseExpired ? lease : e.At;
                    lease = e.LeaseUntil ?? lease;
                    break;
                case ConversationEvent.Transitioned e:
                    closed = e.Closes;
                    if (!closed)
                        break;
                    unanswered.Clear();
                    handedOff = null;
                    break;
            }
        }

        return unanswered.Select(u => (DateTimeOffset?)u.At).Append(handedOff).Min();
    }
}
