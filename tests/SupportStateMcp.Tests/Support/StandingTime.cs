namespace SupportStateMcp.Tests.Support;

/// <summary>A clock by which no time ever passes; its timers are real.</summary>
internal sealed class StandingTime : TimeProvider
{
    public override long GetTimestamp() => 1;
}
