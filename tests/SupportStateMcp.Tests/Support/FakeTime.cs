namespace SupportStateMcp.Tests.Support;

/// <summary>A clock that stands still until it is told otherwise. Timers are real: only the time of day is not.</summary>
public sealed class FakeTime(DateTimeOffset? start = null) : TimeProvider
{
    private long _passed;
    private DateTimeOffset _now = start ?? new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    /// <summary>Timers of this length run out after <see cref="Eventually.Patience"/>: what a test holds up is not given up on a busy machine.</summary>
    public TimeSpan? Stretched { get; set; }

    public override DateTimeOffset GetUtcNow() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime == Stretched ? Eventually.Patience : dueTime, period);

    public void Advance(TimeSpan by) => _now += by;

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _passed);

    /// <summary>So much time passes, and nobody tells the time of day.</summary>
    public void Pass(TimeSpan by) => Interlocked.Add(ref _passed, (long)(by.TotalSeconds * TimestampFrequency));
}
