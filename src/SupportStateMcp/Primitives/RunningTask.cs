namespace SupportStateMcp.Primitives;

/// <summary>Work that goes on until it is disposed.</summary>
internal sealed class RunningTask : IAsyncDisposable
{
    private readonly CancellationTokenSource _ends = new();
    private readonly Task _run;

    /// <param name="work">Ends when it is cancelled, without throwing.</param>
    public RunningTask(Func<CancellationToken, Task> work) => _run = work(_ends.Token);

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _run;
        _ends.Dispose();
    }
}
