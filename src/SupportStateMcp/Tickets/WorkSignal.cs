namespace SupportStateMcp.Tickets;

/// <summary>Tells those who wait for work in this process that a step may have become ready. What other processes did, they find by looking.</summary>
public sealed class WorkSignal
{
    private volatile TaskCompletionSource _next = Source();

    /// <summary>Ends with the next signal.</summary>
    public Task Next => _next.Task;

    public void Tell() => Interlocked.Exchange(ref _next, Source()).TrySetResult();

    private static TaskCompletionSource Source() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
