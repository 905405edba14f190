using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Storage.FullText;

/// <summary>Writes changes of articles into the tables of an index, within a transaction.</summary>
internal static class IndexWriter
{
    /// <summary>Takes in a page of changes; false where the index stands at another position.</summary>
    public static bool Apply(IndexSession session, string? from, string to, bool anew, IReadOnlyList<IndexChange> changes)
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

    /// <summary>
    /// Rewrites the lists of words: FTS5 marks what is deleted, and leaves its words until lists are merged (https://sqlite.org/fts5.html, section
    /// 4.4.3). In the database of the store it counts as an erasure: the sweep makes sure that not a byte is left of the old lists.
    /// </summary>
    public static bool Purge(IndexSession session, bool isStore)
    {
        session.Execute("INSERT INTO {one}_words ({one}_words) VALUES ('optimize')");
        IndexState.SetRemains(session, false);
        if (isStore)
            session.Database.SetMark("erasures", session.Database.Mark("erasures") + 1);
        return true;
    }

    /// <summary>Takes in one change, with rows behind the last one; returns the last one then.</summary>
    private static long Apply(IndexSession session, long generation, long lastRow, IndexChange change)
    {
        var key = session.Number("SELECT key FROM indexed_{many} WHERE article_id = $id", change.ArticleId);
        if (key is { } known)
        {
            if (LosesText(session, known, change.Published))
                IndexState.SetRemains(session, true);
            RemoveSections(session, known);
        }

        if (change.Published is { } article)
            return AddSections(session, Put(session, generation, article), lastRow, article);
        if (key is not null)
            session.Execute("UPDATE indexed_{many} SET generation = $generation, is_found = 0, title = '', tags = '' WHERE key = $key", generation, key);
        return lastRow;
    }

    private static long Put(IndexSession session, long generation, Article article) => session.Number(
        """
        INSERT INTO indexed_{many} (article_id, generation, is_found, updated_at, title, tags) VALUES ($id, $generation, 1, $updated_at, $title, $tags)
        ON CONFLICT (article_id) DO UPDATE SET generation = excluded.generation, is_found = 1, updated_at = excluded.updated_at, title = excluded.title, tags = excluded.tags
        RETURNING key
        """,
        article.ArticleId, generation, article.UpdatedAt.UtcTicks, article.Title, string.Join('\n', article.Tags))!.Value;

    private static long AddSections(IndexSession session, long key, long row, Article article)
    {
        foreach (var section in MarkdownSections.Searched(article.Content))
        {
            session.Execute(
                "INSERT INTO {one}_sections (row, article, heading, level, text) VALUES ($row, $article, $heading, $level, $text)",
                ++row, key, section.Heading, (long)section.Level, section.Text);
            session.Execute("INSERT INTO {one}_words (rowid, title, body) VALUES ($row, $title, $body)", row, article.Title, section.Text);
        }

        return row;
    }

    /// <summary>True where an article has no longer what is indexed of it. Most changes leave the texts as they are, and need no purge.</summary>
    private static bool LosesText(IndexSession session, long key, Article? article)
    {
        var texts = article is null ? [] : MarkdownSections.Searched(article.Content).Select(s => s.Text).ToHashSet(StringComparer.Ordinal);
        using var found = session.Query(
            "SELECT a.title, s.text FROM {one}_sections s JOIN indexed_{many} a ON a.key = s.article WHERE s.article = $article", key);
        while (found.Read())
        {
            if (found.GetString(0) != article?.Title || !texts.Contains(found.GetString(1)))
                return true;
        }

        return false;
    }

    private static void RemoveSections(IndexSession session, long key)
    {
        session.Execute("DELETE FROM {one}_words WHERE rowid IN (SELECT row FROM {one}_sections WHERE article = $article)", key);
        session.Execute("DELETE FROM {one}_sections WHERE article = $article", key);
    }
}
