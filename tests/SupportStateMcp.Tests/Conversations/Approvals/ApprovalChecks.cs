using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>What must hold of every approval in a trail, told from its events alone.</summary>
internal static class ApprovalChecks
{
    public static void HoldFor(IReadOnlyList<ConversationEvent> trail)
    {
        foreach (var story in trail.OfType<ConversationEvent.ApprovalEvent>().GroupBy(e => e.ApprovalId))
            HoldFor((ConversationEvent.ApprovalRequested)story.First(), [.. story.Skip(1)]);
    }

    private static void HoldFor(ConversationEvent.ApprovalRequested asked, IReadOnlyList<ConversationEvent.ApprovalEvent> after)
    {
        var bound = asked.Digest;
        var status = ApprovalStatus.Pending;
        var yes = new List<(Actor By, string Digest)>();
        foreach (var @event in after)
        {
            switch (@event)
            {
                case ConversationEvent.ApprovalDecided e:
                    Assert.Equal(ApprovalStatus.Pending, status);
                    Assert.True(e.At < asked.Deadline);
                    Assert.NotEqual(asked.Actor, e.Actor);
                    Assert.Equal(e.Via == DecisionChannel.Policy ? ActorKind.System : ActorKind.Human, e.Actor.Kind);
                    if (e.Approved)
                        yes.Add((e.Actor, e.Digest));
                    bound = e.Digest;
                    status = !e.Approved ? ApprovalStatus.Refused
                        : e.Via == DecisionChannel.Policy || yes.Where(y => y.Digest == bound).Distinct().Count() >= asked.Quorum ? ApprovalStatus.Granted
                        : ApprovalStatus.Pending;
                    Assert.Equal(status, e.Status);
                    break;
                case ConversationEvent.ApprovalUsed e:
                    Assert.Equal((ApprovalStatus.Granted, bound), (status, e.Digest));
                    status = ApprovalStatus.Used;
                    break;
                case ConversationEvent.ApprovalExpired e:
                    Assert.Equal((ApprovalStatus.Pending, asked.Deadline), (status, e.ExpiredAt));
                    Assert.True(e.At >= asked.Deadline);
                    status = ApprovalStatus.Expired;
                    break;
                default:
                    Assert.Fail($"{@event.GetType().Name} came twice.");
                    break;
            }
        }
    }
}
