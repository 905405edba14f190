namespace SupportStateMcp.Conversations;

/// <summary>
/// Hears of the changes of conversations around their commits, for what has to follow a change in another place: what is noted before a
/// commit is found by a later process where this one dies after it.
/// </summary>
public interface ICommitObserver
{
    /// <summary>A change is decided on, and about to be committed. It may still meet another, and be decided again.</summary>
    /// <exception cref="StoreException">What is to be noted could not be: the change is not committed, and the caller is told.</exception>
    ValueTask BeforeAsync(Commit commit, CancellationToken cancellationToken);

    /// <summary>The change is committed. What follows does not keep the caller waiting.</summary>
    void After(Commit commit);
}
