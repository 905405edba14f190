namespace SupportStateMcp.Memory;

/// <summary>What the memory needs done now and then, while a server runs.</summary>
public sealed class MemoryUpkeep(ResolutionWork work, MemoryParts parts, ISessionStore sessions)
{
    /// <summary>How often it is looked for what a process left behind that has died.</summary>
    public static readonly TimeSpan FinishInterval = TimeSpan.FromSeconds(5);

    /// <summary>How often expired values go, uses are written down, and an index that all share takes in what was remembered.</summary>
    public static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(30);

    /// <summary>How often it is looked for what is to be forgotten.</summary>
    public static readonly TimeSpan ForgetInterval = TimeSpan.FromMinutes(10);

    /// <summary>Does what was left behind.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) => work.FinishAsync(cancellationToken);

    /// <summary>
    /// Removes what has expired and the words of what was forgotten, and writes down what was recalled. Takes what was remembered into
    /// the index; without this, the next recall would wait for all of it.
    /// </summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await sessions.SweepAsync(cancellationToken);
        await parts.Forgetting.WriteUsesAsync(cancellationToken);
        await parts.Forgetting.PurgeAsync(cancellationToken);
        await parts.Indexing.ShareAsync(cancellationToken);
    }

    /// <summary>Forgets what is old, unused or too much; says how many memories went.</summary>
    public Task<int> ForgetAsync(CancellationToken cancellationToken) => parts.Forgetting.RunAsync(cancellationToken);
}
