using System.Text.Json.Serialization;

namespace SupportStateMcp.Views;

/// <summary>How much there is to do at a desk, and how fast it goes, of the conversations that changed last.</summary>
public sealed record NumbersView
{
    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset At { get; init; }

    /// <summary>How many conversations were looked at.</summary>
    public required int Conversations { get; init; }

    /// <summary>False where there are more than were looked at.</summary>
    public required bool Complete { get; init; }

    /// <summary>How many are in each state of the workflow, in its order.</summary>
    public required IReadOnlyList<CountView> ByState { get; init; }

    /// <summary>Of the open ones, how many an AI, a person and a queue has.</summary>
    public required IReadOnlyList<CountView> ByOwner { get; init; }

    /// <summary>How many were opened and closed on each day, in UTC, oldest first.</summary>
    public required IReadOnlyList<DayView> Days { get; init; }

    /// <summary>How many wait for a person, in all.</summary>
    public required int Waiting { get; init; }

    /// <summary>How long those wait that were looked at.</summary>
    public required SpansView WaitingTime { get; init; }

    /// <summary>From the customer's first message to the first answer.</summary>
    public required SpansView FirstResponse { get; init; }

    /// <summary>From the opening to the close.</summary>
    public required SpansView Resolution { get; init; }

    /// <summary>How many approvals wait for a decision, in all.</summary>
    public required int PendingApprovals { get; init; }

    /// <summary>How many approvals there are of each status.</summary>
    public required IReadOnlyList<CountView> Approvals { get; init; }

    /// <summary>From the request to a person's decision.</summary>
    public required SpansView Decision { get; init; }

    /// <summary>How many runs of tickets there are of each status.</summary>
    public required IReadOnlyList<CountView> Tickets { get; init; }
}

/// <summary>How many there are of something.</summary>
public sealed record CountView
{
    public required string Name { get; init; }

    public required int Count { get; init; }
}

/// <summary>One day.</summary>
public sealed record DayView
{
    /// <summary>For example <c>2026-11-25</c>.</summary>
    public required string Day { get; init; }

    public required int Opened { get; init; }

    public required int Closed { get; init; }
}

/// <summary>How long something takes, in seconds; the figures are absent where nothing was measured.</summary>
public sealed record SpansView
{
    public required int Count { get; init; }

    public double? Median { get; init; }

    /// <summary>Nine of ten take no longer (the nearest rank).</summary>
    public double? NinthDecile { get; init; }

    public double? Longest { get; init; }

    public static SpansView Of(IEnumerable<TimeSpan> spans)
    {
        var seconds = spans.Select(s => Math.Max(0, Math.Round(s.TotalSeconds, 1))).Order().ToList();
        return seconds.Count == 0 ? new SpansView { Count = 0 } : new SpansView
        {
            Count = seconds.Count,
            Median = Rank(0.5),
            NinthDecile = Rank(0.9),
            Longest = seconds[^1],
        };

        double Rank(double share) => seconds[(int)Math.Ceiling(share * seconds.Count) - 1];
    }
}
