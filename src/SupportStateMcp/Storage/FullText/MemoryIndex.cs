using SupportStateMcp.Knowledge;
using SupportStateMcp.Memory;

namespace SupportStateMcp.Storage.FullText;

/// <summary>The index of memories: the same as that of articles, on tables of its own. Whose a memory is stands in its tags, and is asked with the query.</summary>
internal sealed class MemoryIndex(FullTextDatabase database) : IMemoryIndex, IDisposable
{
    private readonly FullTextIndex _index = new(database, IndexTables.Memories);

    public bool IsShared => _index.IsShared;

    // A memory is one short section; an article has several.
    public int MostTogether => _index.IsShared ? 200 : _index.MostTogether;

    public string? Position => _index.Position;

    public Task<bool> ApplyAsync(string? from, string to, bool anew, IReadOnlyList<MemoryChange> changes, CancellationToken cancellationToken) => _index.ApplyAsync(
        from, to, anew, [.. changes.Select(c => new IndexChange(c.RecordId, c.Entry is { } entry ? Document(entry) : null))], cancellationToken);

    public Task PurgeAsync(CancellationToken cancellationToken) => _index.PurgeAsync(cancellationToken);

    public IReadOnlyList<string> Search(SearchQuery query, int limit, Func<MemoryMarks, bool> isWanted) =>
        [.. _index.Search(query, limit, a => isWanted(Marks(a))).Select(h => h.ArticleId)];

    public IReadOnlyList<MemoryMarks> List(Func<MemoryMarks, bool> isWanted) => [.. _index.List(a => isWanted(Marks(a))).Select(Marks)];

    public void Dispose() => _index.Dispose();

    private static MemoryMarks Marks(IndexedArticle article) => new(article.ArticleId, article.Tags);

    /// <summary>Each text is a section, so that one that was superseded does not count for the one that did it.</summary>
    private static Article Document(MemoryEntry entry) => new()
    {
        ArticleId = entry.Marks.RecordId,
        Title = entry.Title,
        Content = string.Join("\n#\n", entry.Texts),
        Tags = entry.Marks.Marks,
        Status = ArticleStatus.Published,
        UpdatedAt = entry.UpdatedAt,
        UpdatedBy = "",
        Version = 0,
    };
}
