namespace SupportStateMcp.Conversations;

/// <summary>How often something may be done.</summary>
/// <param name="Name">Its name in facts, for example <c>calls_per_minute</c>.</param>
/// <param name="Most">How often in a period; 1 to <see cref="MostPerMinute"/> a minute.</param>
/// <param name="Period">The period.</param>
/// <param name="Flows">
/// True where what was done comes back evenly over the period, one by one, so that nobody waits long; false where it comes back as a whole at the
/// end of the period, so that no period has more.
/// </param>
public sealed record RateRule(string Name, int Most, TimeSpan Period, bool Flows)
{
    /// <summary>The highest rate: beyond it the distance of two calls is no whole number of a counter's units.</summary>
    public const int MostPerMinute = 600_000;
}

/// <summary>What a counter says to somebody who wants to do something.</summary>
/// <param name="Granted">How often they may.</param>
/// <param name="RetryAfter">Where they may not at all: when they may again.</param>
public readonly record struct RateGrant(int Granted, TimeSpan RetryAfter);
