using SupportStateMcp.Knowledge;
using SupportStateMcp.Storage.Sqlite;

namespace SupportStateMcp.Storage.FullText;

/// <summary>Writes changes of articles into the tables of an index, within a transaction.</summary>
internal static class IndexWriter
{
    /// <summary>Takes in a page of changes; false where the index stands at another position.</summary>
    public static bool Apply(SqliteSession session, string? from, string to, bool anew, IReadOnlyList<IndexChange> changes)
    {
        var state = IndexState.Read(session) ?? IndexState.Create(session);
        if (state.Position != from)
            return false;
        if (anew)
            state = IndexState.Create(session);
        state = state with { Generation = state.Generation + 1, Position = to };
        var row = state.LastRow;
        foreach (var change in changes)
            row = Apply(session, state.Generation, row, change);
        IndexState.Write(session, state with { LastRow = row });
        return true;
    }

    /// <summary>Takes in one change, with rows behind the last one; returns the last one then.</summary>
    private static long Apply(SqliteSession session, long generation, long lastRow, IndexChange change)
    {
        var key = session.Number("SELECT key FROM indexed_articles WHERE article_id = $id", change.ArticleId);
        if (key is { } known)
            RemoveSections(session, known);
        if (change.Published is { } article)
            return AddSections(session, Put(session, generation, article), lastRow, article);
        if (key is not null)
            session.Execute("UPDATE indexed_articles SET generation = $generation, is_found = 0, title = '', tags = '' WHERE key = $key", generation, key);
        return lastRow;
    }

    private static long Put(SqliteSession session, long generation, Article article) => session.Number(
        """
        INSERT INTO indexed_articles (article_id, generation, is_found, updated_at, title, tags) VALUES ($id, $generation, 1, $updated_at, $title, $tags)
        ON CONFLICT (article_id) DO UPDATE SET generation = excluded.generation, is_found = 1, updated_at = excluded.updated_at, title = excluded.title, tags = excluded.tags
        RETURNING key
        """,
        article.ArticleId, generation, article.UpdatedAt.UtcTicks, article.Title, string.Join('\n', article.Tags))!.Value;

    private static long AddSections(SqliteSession session, long key, long row, Article article)
    {
        foreach (var section in MarkdownSections.Searched(article.Content))
        {
            session.Execute(
                "INSERT INTO article_sections (row, article, heading, level, text) VALUES ($row, $article, $heading, $level, $text)",
                ++row, key, section.Heading, (long)section.Level, section.Text);
            session.Execute("INSERT INTO article_words (rowid, title, body) VALUES ($row, $title, $body)", row, article.Title, section.Text);
        }

        return row;
    }

    private static void RemoveSections(SqliteSession session, long key)
    {
        session.Execute("DELETE FROM article_words WHERE rowid IN (SELECT row FROM article_sections WHERE article = $article)", key);
        session.Execute("DELETE FROM article_sections WHERE article = $article", key);
    }
}
