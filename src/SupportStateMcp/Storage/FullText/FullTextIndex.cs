using SupportStateMcp.Knowledge;
using SupportStateMcp.Storage.Sqlite;

namespace SupportStateMcp.Storage.FullText;

/// <summary>
/// The index of articles on FTS5, in a database of its choice. FTS5 splits text into terms and keeps which sections have which; this
/// process remembers the lists that it has read (<see cref="IndexSnapshot"/>), and ranks by them.
/// </summary>
internal sealed class FullTextIndex(FullTextDatabase database) : IArticleIndex, IDisposable
{
    private readonly Terms _terms = new();
    private readonly Lock _refreshing = new();
    private volatile IndexSnapshot? _snapshot;

    public bool IsShared => database.IsShared;

    public int MostTogether => database.IsShared ? 25 : 500;

    public string? Position => database.Read(IndexState.Read)?.Position;

    public Task<bool> ApplyAsync(string? from, string to, bool anew, IReadOnlyList<IndexChange> changes, CancellationToken cancellationToken) =>
        database.WriteAsync(session => IndexWriter.Apply(session, from, to, anew, changes), cancellationToken);

    /// <summary>What many sections say, many queries ask for: those spread over all of them stand for them.</summary>
    public void Prepare()
    {
        const int Sections = 100;
        foreach (var text in database.Read(session => Spread(session, Sections)))
        {
            var counts = _terms.Count(string.Join(' ', SearchQuery.Of(text).Words));
            database.Read(session => Lists(session, counts));
        }
    }

    public IReadOnlyList<SectionHit> Search(SearchQuery query, int limit, IReadOnlyList<string> tags)
    {
        var counts = _terms.Count(string.Join(' ', query.Words));
        while (true)
        {
            var (snapshot, lists) = database.Read(session => Lists(session, counts));
            if (snapshot is null)
                return [];
            var best = Ranking.Best(snapshot, lists, limit, a => tags.All(t => a.Tags.Contains(t, StringComparer.Ordinal)));
            var hits = database.Read(session => best.Select(b => Hit(session, snapshot, b.Slot, b.Score)).ToList());
            // A section that is gone by now was written anew: its article is found by what it says now.
            if (hits.TrueForAll(h => h is not null))
                return hits!;
        }
    }

    public void Dispose()
    {
        _terms.Dispose();
        (database as IDisposable)?.Dispose();
    }

    /// <summary>The present snapshot, with the lists of the terms that it has.</summary>
    private (IndexSnapshot? Snapshot, List<(PostingList List, int Count)> Lists) Lists(SqliteSession session, IReadOnlyDictionary<string, int> counts)
    {
        if (IndexState.Read(session) is not { } state)
            return (null, []);
        var snapshot = At(session, state);
        return (snapshot, [.. counts.Select(c => (snapshot.List(session, c.Key), c.Value))]);
    }

    /// <summary>The snapshot of the moment that a session reads.</summary>
    private IndexSnapshot At(SqliteSession session, IndexState state)
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

    private List<string> Spread(SqliteSession session, int count)
    {
        var texts = new List<string>();
        if (IndexState.Read(session) is not { } state)
            return texts;
        var snapshot = At(session, state);
        for (var i = 0; i < count && i < snapshot.ArticleOf.Length; i++)
        {
            using var found = session.Query("SELECT text FROM article_sections WHERE row = $row", snapshot.RowOf((int)((long)i * snapshot.ArticleOf.Length / count)));
            if (found.Read())
                texts.Add(found.GetString(0));
        }

        return texts;
    }

    private static SectionHit? Hit(SqliteSession session, IndexSnapshot snapshot, int slot, double score)
    {
        using var found = session.Query(
            """
            SELECT a.article_id, a.title, a.updated_at, s.heading, s.level, s.text
            FROM article_sections s JOIN indexed_articles a ON a.key = s.article WHERE s.row = $row
            """,
            snapshot.RowOf(slot));
        return found.Read()
            ? new SectionHit(
                found.GetString(0), found.GetString(1), SqliteRows.Time(found.GetInt64(2)), score,
                new ArticleSection(found.GetString(3), (int)found.GetInt64(4), found.GetString(5)))
            : null;
    }
}
