using System.Text.Json.Serialization;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

public sealed partial record Conversation
{
    /// <summary>How long a conversation waits for a person, in a queue or for the answer of the one who has it, before it may expire.</summary>
    public static readonly TimeSpan QueueRetention = TimeSpan.FromDays(30);

    /// <summary>Who acts where time does: leases and approvals that ran out.</summary>
    public static readonly Actor Clock = ServerActors.Clock;

    /// <summary>The queue in which the conversation waits for a person; null where it does not.</summary>
    [JsonIgnore]
    public string? Queue => ClosedAt is null && ErasedAt is null ? Owner.Queue : null;

    /// <summary>The time used to order the queue.</summary>
    [JsonIgnore]
    public DateTimeOffset QueuedSince => WaitingSince ?? OwnerSince;

    /// <summary>The queue whose people decide on the approvals of the conversation: the one it waits in, or would go back to.</summary>
    [JsonIgnore]
    public string ApprovalQueue => Queue ?? ReturnQueue ?? Owner.DefaultQueue;

    /// <summary>The approvals of the conversation that wait for people.</summary>
    [JsonIgnore]
    public IEnumerable<Approval> PendingApprovals => Approvals.Where(a => a.Status == ApprovalStatus.Pending);

    /// <summary>True where an approval of the conversation waits for people.</summary>
    [JsonIgnore]
    public bool HasPendingApprovals => Approvals.Any(a => a.Status == ApprovalStatus.Pending);

    /// <summary>When the next lease or approval runs out; null where none is running.</summary>
    [JsonIgnore]
    public DateTimeOffset? DueAt => Approvals.Count == 0 && Run is null
        ? LeaseUntil
        : PendingApprovals.Select(a => (DateTimeOffset?)a.Deadline).Append(LeaseUntil).Append(LeasedStep?.LeaseUntil).Min();

    /// <summary>
    /// Until when the conversation must not expire whatever its time to live is, which counts from there: nothing that waits for a
    /// person, or can still be opened again, may expire under them.
    /// </summary>
    [JsonIgnore]
    public DateTimeOffset? KeepUntil => PendingApprovals.Select(a => (DateTimeOffset?)a.Deadline)
        .Append(LeaseUntil)
        .Append(ReopenableUntil)
        .Append(Queue is null ? null : QueuedSince + QueueRetention)
        .Append(ClosedAt is null && Owner.IsPerson && WaitingSince is { } since ? since + QueueRetention : null)
        // A ticket waits for workers as a conversation waits for people.
        .Append(Run is { IsActive: true } ? Run.StartedAt + QueueRetention : null)
        .Max();

    /// <summary>The approval with this id, or null.</summary>
    public Approval? Approval(string approvalId) => Approvals.FirstOrDefault(a => a.ApprovalId == approvalId);

    /// <summary>The approval of exactly this that can still lead to the action, or null.</summary>
    public Approval? OpenApproval(string digest) => Approvals.FirstOrDefault(a => a.IsOpen && a.Digest == digest);

    /// <summary>What has run out by now, as events that are not yet part of the trail.</summary>
    public IReadOnlyList<ConversationEvent> ExpirationEvents(DateTimeOffset now)
    {
        if (ErasedAt is not null || DueAt is not { } at || at > now)
            return [];

        var due = new List<ConversationEvent>();
        if (LeaseUntil <= now)
        {
            due.Add(new ConversationEvent.OwnerChanged
            {
                Version = Version + 1,
                At = now,
                Actor = Clock,
                Owner = Owner.InQueue(ReturnQueue ?? Owner.DefaultQueue),
                Epoch = Epoch + 1,
                Cause = OwnershipCause.LeaseExpired,
                WaitingSince = WaitingSince ?? LeaseUntil,
            });
        }

        foreach (var approval in PendingApprovals.Where(a => a.Deadline <= now))
        {
            due.Add(new ConversationEvent.ApprovalExpired
            {
                Version = Version + 1 + due.Count,
                At = now,
                Actor = Clock,
                ApprovalId = approval.ApprovalId,
                ExpiredAt = approval.Deadline,
            });
        }

        if (LeasedStep is { LeaseUntil: { } until } step && until <= now)
        {
            due.Add(new ConversationEvent.StepLeaseExpired
            {
                Version = Version + 1 + due.Count,
                At = now,
                Actor = Clock,
                Step = step.Name,
                Attempt = step.Attempt,
                ExpiredAt = until,
            });
        }

        return due;
    }

    /// <summary>The conversation as it stands at a time, with what has run out by then, at the version that is stored.</summary>
    public Conversation AsOf(DateTimeOffset now) => ExpirationEvents(now) is { Count: > 0 } due
        ? Fold(this, due)! with { Version = Version, UpdatedAt = UpdatedAt }
        : this;
}
