namespace SupportStateMcp.Conversations;

/// <summary>Several observers as one, each in its turn.</summary>
public sealed class CommitObservers(IReadOnlyList<ICommitObserver> observers) : ICommitObserver
{
    /// <inheritdoc/>
    public async ValueTask BeforeAsync(Commit commit, CancellationToken cancellationToken)
    {
        foreach (var observer in observers)
            await observer.BeforeAsync(commit, cancellationToken);
    }

    /// <inheritdoc/>
    public void After(Commit commit)
    {
        foreach (var observer in observers)
            observer.After(commit);
    }
}
