namespace SupportStateMcp.Tests.Support;

/// <summary>Waits for what comes about by itself.</summary>
internal static class Eventually
{
    /// <summary>How long anything may take that comes by itself: far longer than it does, also on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="isSo">Whether it has come about.</param>
    /// <param name="what">What there is instead; told where the patience ends.</param>
    public static Task TrueAsync(Func<bool> isSo, Func<string> what) => TrueAsync(() => Task.FromResult(isSo()), what);

    public static async Task TrueAsync(Func<Task<bool>> isSo, Func<string> what)
    {
        for (var started = TimeProvider.System.GetTimestamp(); !await isSo();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, what());
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
