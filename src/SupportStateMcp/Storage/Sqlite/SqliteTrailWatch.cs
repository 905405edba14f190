using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Tells of the changes of all conversations: events are inserted one transaction after the other, so that what is new stands behind the last row
/// that was seen. An erasure writes the whole trail again, and is told as a change from the beginning. A ticket that is opened again takes the rows
/// of its expired conversation away first; where these were the last, new events have their numbers: so it is also kept which event the last row had.
/// </summary>
internal sealed class SqliteTrailWatch
{
    /// <summary>What is watched; no conversation is called so.</summary>
    public const string Name = "events";

    private const string Last = "SELECT coalesce(max(rowid), 0) FROM events";

    // What an erasure leaves of an event, too. One that is damaged has neither.
    private const string EventOf = """
        SELECT version || ' ' || json_extract(text, '$.at')
        FROM (SELECT version, CAST(event AS TEXT) AS text FROM events WHERE rowid = $row) WHERE json_valid(text)
        """;

    private const string New = """
        SELECT e.rowid, c.id, e.version FROM events e JOIN conversations c ON c.key = e.conversation
        WHERE e.rowid > $last ORDER BY e.rowid
        """;

    private readonly SqliteReaders _readers;
    private readonly Action<ConversationChange?> _changed;
    private readonly Lock _gate = new();
    private long _last;
    private string? _lastEvent;
    private long _rewritten;

    private SqliteTrailWatch(SqliteReaders readers, Action<ConversationChange?> changed)
    {
        (_readers, _changed) = (readers, changed);
        (_last, _lastEvent, _rewritten) = readers.ReadTogether(session =>
        {
            var last = LastRow(session);
            return (last, EventAt(session, last), session.Mark("finished"));
        });
    }

    /// <exception cref="StoreUnavailableException">The database cannot be read.</exception>
    public static IAsyncDisposable Start(SqliteReaders readers, SqliteChanges changes, Action<ConversationChange?> changed) =>
        changes.Add(Name, Stamp, new SqliteTrailWatch(readers, changed).Look);

    private static SqliteStamp Stamp(SqliteSession session)
    {
        var last = LastRow(session);
        return new SqliteStamp(last, EventAt(session, last)?.GetHashCode(StringComparison.Ordinal) ?? 0);
    }

    private static long LastRow(SqliteSession session) => session.Number(Last)!.Value;

    /// <summary>Tells the event of a row from any other that the row had or will have; null where there is none.</summary>
    private static string? EventAt(SqliteSession session, long row)
    {
        using var found = session.Query(EventOf, row);
        return found.Read() && !found.IsDBNull(0) ? found.GetString(0) : null;
    }

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
            var read = _readers.ReadTogether(session =>
            {
                var changes = new List<ConversationChange?>();
                // A file that was rewritten has other numbers; and rows that are gone leave theirs to the next.
                var (seen, last, rewritten) = (_last, LastRow(session), session.Mark("finished"));
                if (last < _last || rewritten != _rewritten)
                {
                    changes.Add(null);
                    seen = last;
                }
                else if (_lastEvent is not null && EventAt(session, _last) is { } lastEvent && lastEvent != _lastEvent)
                {
                    // Up to there something is new. What stands behind it is told all the same: of an erasure nothing else tells.
                    changes.Add(null);
                }

                using (var rows = session.Query(New, seen))
                {
                    while (rows.Read())
                    {
                        seen = rows.GetInt64(0);
                        // Nobody can be told of a conversation without an id, and it must keep nobody from those behind it.
                        if (ConversationId.TryParse(rows.GetString(1)) is not { } id)
                            continue;
                        var version = rows.GetInt64(2);
                        if (changes is [.., { } previous] && previous.Id == id && previous.Version == version - 1)
                            changes[^1] = previous with { Version = version };
                        else
                            changes.Add(new ConversationChange(id, version - 1, version));
                    }
                }

                return (Changes: changes, Seen: seen, Event: EventAt(session, seen), Rewritten: rewritten);
            });
            (_last, _lastEvent, _rewritten) = (read.Seen, read.Event, read.Rewritten);
            return read.Changes;
        }
        catch (StoreUnavailableException)
        {
            // The next change leads here again, and finds what was not read now.
            return [null];
        }
    }
}
