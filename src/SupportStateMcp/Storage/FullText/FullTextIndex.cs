using SupportStateMcp.Knowledge;
using SupportStateMcp.Storage.Sqlite;

namespace SupportStateMcp.Storage.FullText;

/// <summary>
/// An index on FTS5, of articles unless said otherwise, in a database of its choice. FTS5 splits text into terms and keeps which sections have which; this
/// process remembers the lists that it has read (<see cref="IndexSnapshot"/>), and ranks by them.
/// </summary>
internal sealed class FullTextIndex(FullTextDatabase database, IndexTables tables) : IArticleIndex, IDisposable
{
    public FullTextIndex(FullTextDatabase database) : this(database, IndexTables.Articles)
    {
    }

    private readonly Terms _terms = new();
    private readonly Lock _refreshing = new();
    private volatile IndexSnapshot? _snapshot;

    public bool IsShared => database.IsShared;

    public int MostTogether => database.IsShared ? 25 : 500;

    public string? Position => Read(IndexState.Read)?.Position;

    public Task<bool> ApplyAsync(string? from, string to, bool anew, IReadOnlyList<IndexChange> changes, CancellationToken cancellationToken) =>
        database.WriteAsync(session => IndexWriter.Apply(new IndexSession(session, tables), from, to, anew, changes), cancellationToken);

    /// <summary>What many sections say, many queries ask for: those spread over all of them stand for them.</summary>
    public void Prepare()
    {
        const int Sections = 100;
        foreach (var text in Read(session => Spread(session, Sections)))
        {
            var counts = _terms.Count(string.Join(' ', SearchQuery.Of(text).Words));
            Read(session => Lists(session, counts));
        }
    }

    public IReadOnlyList<SectionHit> Search(SearchQuery query, int limit, IReadOnlyList<string> tags) =>
        Search(query, limit, a => tags.All(t => a.Tags.Contains(t, StringComparer.Ordinal)));

    /// <summary>The same among those articles that are wanted.</summary>
    public IReadOnlyList<SectionHit> Search(SearchQuery query, int limit, Func<IndexedArticle, bool> isWanted)
    {
        var counts = _terms.Count(string.Join(' ', query.Words));
        while (true)
        {
            var (snapshot, lists) = Read(session => Lists(session, counts));
            if (snapshot is null)
                return [];
            var best = Ranking.Best(snapshot, lists, limit, isWanted);
            var hits = Read(session => best.Select(b => Hit(session, snapshot, b.Slot, b.Score)).ToList());
            // A section that is gone by now was written again: its article is found by what it says now.
            if (hits.TrueForAll(h => h is not null))
                return hits!;
        }
    }

    /// <summary>Makes sure that no word is left of texts that are gone, whichever process took them out.</summary>
    public async Task PurgeAsync(CancellationToken cancellationToken)
    {
        if (Read(IndexState.HasRemains))
            await database.WriteAsync(session => IndexWriter.Purge(new IndexSession(session, tables), database.IsShared), cancellationToken);
    }

    /// <summary>All that are there and wanted.</summary>
    public IReadOnlyList<IndexedArticle> List(Func<IndexedArticle, bool> isWanted)
    {
        var snapshot = Read(session => IndexState.Read(session) is { } state ? At(session, state) : null);
        var wanted = new List<IndexedArticle>();
        if (snapshot is null)
            return wanted;
        // One whose sections are all gone is no longer to be found.
        var isThere = new bool[snapshot.Articles.Length];
        foreach (var article in snapshot.ArticleOf)
        {
            if (article >= 0)
                isThere[article] = true;
        }

        for (var i = 0; i < isThere.Length; i++)
        {
            if (isThere[i] && isWanted(snapshot.Articles[i]))
                wanted.Add(snapshot.Articles[i]);
        }

        return wanted;
    }

    public void Dispose()
    {
        _terms.Dispose();
        (database as IDisposable)?.Dispose();
    }

    private T Read<T>(Func<IndexSession, T> read) => database.Read(session => read(new IndexSession(session, tables)));

    /// <summary>The present snapshot, with the lists of the terms that it has.</summary>
    private (IndexSnapshot? Snapshot, List<(PostingList List, int Count)> Lists) Lists(IndexSession session, IReadOnlyDictionary<string, int> counts)
    {
        if (IndexState.Read(session) is not { } state)
            return (null, []);
        var snapshot = At(session, state);
        return (snapshot, [.. counts.Select(c => (snapshot.List(session, c.Key), c.Value))]);
    }

    /// <summary>The snapshot of the moment that a session reads.</summary>
    private IndexSnapshot At(IndexSession session, IndexState state)
    {
        if (_snapshot is { } current && current.State == state)
            return current;
        lock (_refreshing)
        {
            if (_snapshot is not { } latest || latest.State.Life != state.Life)
                return _snapshot = IndexSnapshot.Read(session, state);
            // Another thread may have gone on since this one began to read; what this one reads is then older, and for it alone.
            return latest.State == state ? latest
                : latest.State.Generation > state.Generation ? IndexSnapshot.Read(session, state)
                : _snapshot = latest.Next(session, state, _terms);
        }
    }

    private List<string> Spread(IndexSession session, int count)
    {
        var texts = new List<string>();
        if (IndexState.Read(session) is not { } state)
            return texts;
        var snapshot = At(session, state);
        for (var i = 0; i < count && i < snapshot.ArticleOf.Length; i++)
        {
            using var found = session.Query("SELECT text FROM {one}_sections WHERE row = $row", snapshot.RowOf((int)((long)i * snapshot.ArticleOf.Length / count)));
            if (found.Read())
                texts.Add(found.GetString(0));
        }

        return texts;
    }

    private static SectionHit? Hit(IndexSession session, IndexSnapshot snapshot, int slot, double score)
    {
        using var found = session.Query(
            """
            SELECT a.article_id, a.title, a.updated_at, s.heading, s.level, s.text
            FROM {one}_sections s JOIN indexed_{many} a ON a.key = s.article WHERE s.row = $row
            """,
            snapshot.RowOf(slot));
        return found.Read()
            ? new SectionHit(
                found.GetString(0), found.GetString(1), SqliteRows.Time(found.GetInt64(2)), score,
                new ArticleSection(found.GetString(3), (int)found.GetInt64(4), found.GetString(5)))
            : null;
    }
}
