namespace SupportStateMcp.Records;

/// <summary>
/// An index of the records of one kind. It follows their changes: it knows how far it has come, and takes the next page with the
/// place where that ends, all or nothing. A process that dies leaves it at the end of a page.
/// </summary>
/// <typeparam name="TChange">What became of a record, as the index takes it.</typeparam>
/// <exception cref="Conversations.StoreUnavailableException">From each method, where the index cannot be read or written.</exception>
public interface IRecordIndex<TChange>
{
    /// <summary>True where all processes on a store share one index: what one of them has taken in, the others need not.</summary>
    bool IsShared { get; }

    /// <summary>How many changes one call of <see cref="ApplyAsync"/> takes at most: a shared index keeps others from writing for that time.</summary>
    int MostTogether { get; }

    /// <summary>How far the index has come; null at the beginning.</summary>
    string? Position { get; }

    /// <summary>Takes in a page of changes.</summary>
    /// <param name="from">The position that the page was read from.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="anew">True where the page is the first from the beginning, and what was indexed before counts no more.</param>
    /// <param name="changes">The records that changed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False where the index stands elsewhere by now, since another process was quicker; nothing was taken in.</returns>
    Task<bool> ApplyAsync(string? from, string to, bool anew, IReadOnlyList<TChange> changes, CancellationToken cancellationToken);
}
