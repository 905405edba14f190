namespace SupportStateMcp.Knowledge;

/// <summary>
/// The full-text index of the published articles. It follows the changes of the records: it knows how far it has come, and takes the
/// next page with the place where that ends, all or nothing. A process that dies leaves it at the end of a page.
/// </summary>
/// <exception cref="Conversations.StoreUnavailableException">From each method, where the index cannot be read or written.</exception>
public interface IArticleIndex
{
    /// <summary>True where all processes on a store share one index: what one of them has taken in, the others need not.</summary>
    bool IsShared { get; }

    /// <summary>How many changes one call of <see cref="ApplyAsync"/> takes at most: a shared index keeps others from writing meanwhile.</summary>
    int MostTogether { get; }

    /// <summary>How far the index has come; null at the beginning.</summary>
    string? Position { get; }

    /// <summary>Takes in a page of changes.</summary>
    /// <param name="from">The position that the page was read from.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="anew">True where the page is the first from the beginning, and what was indexed before counts no more.</param>
    /// <param name="changes">The articles that changed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False where the index stands elsewhere by now, since another process was quicker; nothing was taken in.</returns>
    Task<bool> ApplyAsync(string? from, string to, bool anew, IReadOnlyList<IndexChange> changes, CancellationToken cancellationToken);

    /// <summary>Reads what most queries read, so that the first of them do not wait for it.</summary>
    void Prepare();

    /// <summary>The articles with the sections that fit a query best, the best first, each article once.</summary>
    /// <param name="query">What is searched for.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="tags">Only articles that have all of these tags.</param>
    IReadOnlyList<SectionHit> Search(SearchQuery query, int limit, IReadOnlyList<string> tags);
}

/// <summary>What became of an article.</summary>
/// <param name="ArticleId">Its id.</param>
/// <param name="Published">The article as it is to be found; null where it is not to be found.</param>
public sealed record IndexChange(string ArticleId, Article? Published);

/// <summary>An article that was found, with its best section.</summary>
/// <param name="ArticleId">Its id.</param>
/// <param name="Title">Its title.</param>
/// <param name="UpdatedAt">When it was last written.</param>
/// <param name="Score">How well the section fits; comparable within the answer to one query only.</param>
/// <param name="Section">The section.</param>
public sealed record SectionHit(string ArticleId, string Title, DateTimeOffset UpdatedAt, double Score, ArticleSection Section);
