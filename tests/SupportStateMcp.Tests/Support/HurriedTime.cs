namespace SupportStateMcp.Tests.Support;

/// <summary>The clock of the machine, whose timers fire at once and again and again: what happens every so often happens without a pause.</summary>
internal sealed class HurriedTime : TimeProvider
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Hurried(dueTime), Hurried(period));

    private static TimeSpan Hurried(TimeSpan time) => time == Timeout.InfiniteTimeSpan || time < s_pause ? time : s_pause;
}
