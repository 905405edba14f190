using Microsoft.Extensions.Hosting;

namespace SupportStateMcp.Hosting;

/// <summary>
/// Gives memory back to the system when the server has nothing to do. The runtime collects after as many bytes as the processor's cache holds,
/// often 30 MB and more, so that a server which waits would keep the garbage of its start for all its life. A host starts one for each window,
/// and most of them wait.
/// </summary>
internal sealed class IdleMemory(TimeProvider time) : BackgroundService
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Bytes: an interval in which less was allocated had no calls to speak of. What runs by itself allocates some 100 kB.</summary>
    private const long Quiet = 1_000_000;

    /// <summary>Bytes allocated since the last collection from which one is worth its time, some 10 ms of processor time.</summary>
    private const long Worthwhile = 4_000_000;

    /// <summary>Bytes: collecting a larger heap as a whole would hold up a call that comes in at that time for longer than a person notices.</summary>
    private const long Largest = 64_000_000;

    private long _looked;
    private long _collected;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken) => await RunAsync(stoppingToken);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (IsDue(GC.GetTotalAllocatedBytes(), GC.GetTotalMemory(forceFullCollection: false)))
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>Whether to collect now.</summary>
    /// <param name="allocated">Bytes allocated since the process began.</param>
    /// <param name="heap">Bytes in the heap, garbage included.</param>
    internal bool IsDue(long allocated, long heap)
    {
        var isQuiet = allocated - _looked < Quiet;
        _looked = allocated;
        if (!isQuiet || heap > Largest || allocated - _collected < Worthwhile)
            return false;
        _collected = allocated;
        return true;
    }
}
