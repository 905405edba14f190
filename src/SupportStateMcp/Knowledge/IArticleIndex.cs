using SupportStateMcp.Records;

namespace SupportStateMcp.Knowledge;

/// <summary>The full-text index of the published articles.</summary>
/// <exception cref="Conversations.StoreUnavailableException">From each method, where the index cannot be read or written.</exception>
public interface IArticleIndex : IRecordIndex<IndexChange>
{
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
