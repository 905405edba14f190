using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using SupportStateMcp.Storage.Sqlite;

namespace SupportStateMcp.Storage.FullText;

/// <summary>
/// Turns text into the terms that the index holds: by the tokenizer of FTS5 itself, on an empty table in memory, so that a query and a
/// section are never read differently.
/// </summary>
internal sealed class Terms : IDisposable
{
    private readonly ConcurrentBag<SqliteSession> _idle = [];

    /// <summary>How often each term comes in a text.</summary>
    public SortedDictionary<string, int> Count(string text)
    {
        // In one order everywhere, so that sums of fractions are the same everywhere.
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        Read([("", text)], (term, _, _) => counts[term] = counts.GetValueOrDefault(term) + 1);
        return counts;
    }

    /// <summary>Tells each term of each section: the term, which section it is in, and whether in its title.</summary>
    public void Read(IReadOnlyList<(string Title, string Text)> sections, Action<string, int, bool> tell)
    {
        if (!_idle.TryTake(out var session))
            session = Open();
        session.Execute("BEGIN");
        try
        {
            for (var i = 0; i < sections.Count; i++)
                session.Execute("INSERT INTO words (rowid, title, body) VALUES ($row, $title, $body)", (long)i, sections[i].Title, sections[i].Text);
            using var found = session.Query("SELECT term, doc, col = 'title' FROM terms");
            while (found.Read())
                tell(raw.sqlite3_column_text(found.Handle, 0).utf8_to_string(), (int)raw.sqlite3_column_int64(found.Handle, 1), raw.sqlite3_column_int(found.Handle, 2) == 1);
        }
        finally
        {
            session.Execute("ROLLBACK");
        }

        _idle.Add(session);
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var session))
            session.Dispose();
    }

    private static SqliteSession Open()
    {
        var connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
        connection.Open();
        var session = new SqliteSession(connection);
        session.Execute("CREATE VIRTUAL TABLE words USING fts5(title, body, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2')");
        session.Execute("CREATE VIRTUAL TABLE terms USING fts5vocab(words, 'instance')");
        return session;
    }
}
