using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

/// <summary>What the one who hands a conversation to people tells them: the packet that goes with an escalation.</summary>
public sealed record Handoff
{
    public required string Queue { get; init; }

    /// <summary>Why a person is needed.</summary>
    public required string Reason { get; init; }

    /// <summary>What happened so far.</summary>
    public required string Summary { get; init; }

    /// <summary>What the customer still wants to know; null where their unanswered messages say it.</summary>
    public string? OpenQuestion { get; init; }

    /// <summary>What the customer was promised.</summary>
    public IReadOnlyList<string> Promises { get; init; } = [];

    /// <summary>What was tried, and did not help.</summary>
    public IReadOnlyList<string> Tried { get; init; } = [];

    /// <summary>The approvals that were pending then, by id.</summary>
    public IReadOnlyList<string> PendingApprovals { get; init; } = [];

    public required Actor By { get; init; }

    public required DateTimeOffset At { get; init; }
}
