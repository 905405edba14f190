namespace SupportStateMcp.Primitives;

/// <summary>A moment in this process, by the time of day and by the clock that nobody sets.</summary>
/// <param name="At">The time of day.</param>
/// <param name="Timestamp">That of the other clock (<see cref="TimeProvider.GetTimestamp"/>).</param>
internal sealed record Instant(DateTimeOffset At, long Timestamp)
{
    public static Instant Now(TimeProvider time) => new(time.GetUtcNow(), time.GetTimestamp());

    /// <summary>
    /// How long ago it was, by whichever clock says longer. A time of day that was set back would keep the server from trying again until it has
    /// caught up; the other clock may stand still while the machine sleeps.
    /// </summary>
    public TimeSpan Age(TimeProvider time)
    {
        var (byDay, byTimestamp) = (time.GetUtcNow() - At, time.GetElapsedTime(Timestamp));
        return byDay > byTimestamp ? byDay : byTimestamp;
    }
}
