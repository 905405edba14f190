using Microsoft.Data.Sqlite;

namespace SupportStateMcp.Storage.FullText;

/// <summary>An article as the index knows it.</summary>
/// <param name="Key">Its key in the index.</param>
/// <param name="ArticleId">Its id.</param>
/// <param name="Tags">Its tags.</param>
internal sealed record IndexedArticle(long Key, string ArticleId, string[] Tags)
{
    private const string Columns = "key, article_id, tags";

    /// <summary>All that are to be found.</summary>
    public static IEnumerable<IndexedArticle> ReadAll(IndexSession session)
    {
        using var found = session.Query($"SELECT {Columns} FROM indexed_{{many}} WHERE is_found = 1");
        while (found.Read())
            yield return Of(found);
    }

    /// <summary>Those that changed after a generation, also those that are no longer to be found.</summary>
    public static List<IndexedArticle> ReadChanged(IndexSession session, long generation)
    {
        var changed = new List<IndexedArticle>();
        using var found = session.Query($"SELECT {Columns} FROM indexed_{{many}} WHERE generation > $generation", generation);
        while (found.Read())
            changed.Add(Of(found));
        return changed;
    }

    private static IndexedArticle Of(SqliteDataReader row) =>
        new(row.GetInt64(0), row.GetString(1), row.GetString(2) is { Length: > 0 } tags ? tags.Split('\n') : []);
}
