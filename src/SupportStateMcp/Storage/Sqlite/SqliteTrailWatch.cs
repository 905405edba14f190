using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Tells of the changes of all conversations: events are inserted one transaction after the other, so that what is new stands behind the last row
/// that was seen. An erasure writes the whole trail again, and is told as a change from the beginning.
/// </summary>
internal sealed class SqliteTrailWatch
{
    /// <summary>What is watched; no conversation is called so.</summary>
    public const string Name = "events";

    private const string Last = "SELECT coalesce(max(rowid), 0) FROM events";

    private const string New = """
        SELECT e.rowid, c.id, e.version FROM events e JOIN conversations c ON c.key = e.conversation
        WHERE e.rowid > $last ORDER BY e.rowid
        """;

    private readonly SqliteReaders _readers;
    private readonly Action<ConversationChange?> _changed;
    private readonly Lock _gate = new();
    private long _last;
    private long _rewritten;

    private SqliteTrailWatch(SqliteReaders readers, Action<ConversationChange?> changed)
    {
        (_readers, _changed) = (readers, changed);
        (_last, _rewritten) = readers.Read(session => (LastRow(session), session.Mark("finished")));
    }

    /// <exception cref="StoreUnavailableException">The database cannot be read.</exception>
    public static IAsyncDisposable Start(SqliteReaders readers, SqliteChanges changes, Action<ConversationChange?> changed) =>
        changes.Add(Name, session => new SqliteStamp(LastRow(session), 0), new SqliteTrailWatch(readers, changed).Look);

    private static long LastRow(SqliteSession session) => session.Number(Last)!.Value;

    private void Look()
    {
        // One at a time, in order.
        lock (_gate)
        {
            foreach (var change in Read())
                _changed(change);
        }
    }

    private List<ConversationChange?> Read()
    {
        try
        {
            return _readers.Read(session =>
            {
                var changes = new List<ConversationChange?>();
                // A file that was rewritten has other numbers; and rows that are gone leave theirs to the next.
                var (last, rewritten) = (LastRow(session), session.Mark("finished"));
                if (last < _last || rewritten != _rewritten)
                {
                    changes.Add(null);
                    (_last, _rewritten) = (last, rewritten);
                }

                using var rows = session.Query(New, _last);
                while (rows.Read())
                {
                    _last = rows.GetInt64(0);
                    var (id, version) = (ConversationId.TryParse(rows.GetString(1))!.Value, rows.GetInt64(2));
                    if (changes is [.., { } previous] && previous.Id == id && previous.Version == version - 1)
                        changes[^1] = previous with { Version = version };
                    else
                        changes.Add(new ConversationChange(id, version - 1, version));
                }

                return changes;
            });
        }
        catch (StoreUnavailableException)
        {
            // The poll, which goes on, finds it again once the database can be read.
            return [];
        }
    }
}
