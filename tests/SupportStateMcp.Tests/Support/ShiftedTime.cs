namespace SupportStateMcp.Tests.Support;

/// <summary>A clock that can be put ahead of another one; its timers are those of the other.</summary>
internal sealed class ShiftedTime(TimeProvider inner) : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => inner.TimestampFrequency;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow().AddTicks(Interlocked.Read(ref _ticks));

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);
}
