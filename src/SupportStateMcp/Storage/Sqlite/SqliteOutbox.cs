using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>What other systems have yet to be told of, in the embedded database: a commit notes it in its own transaction.</summary>
/// <param name="connections">The database; stays its owner's to dispose.</param>
/// <param name="sinks">The sinks that commits are noted for.</param>
/// <param name="time">The clock.</param>
public sealed class SqliteOutbox(SqliteConnections connections, OutboxSinks sinks, TimeProvider time) : IConversationOutbox
{
    // Found by its key: the list of tables would be read through with each commit.
    private const string IsThere = "SELECT 1 FROM marks WHERE name = 'outbox'";

    private const string OfConversation = "sink = $sink AND conversation = (SELECT key FROM conversations WHERE id = $id)";

    // One that has expired is gone, whenever it is swept.
    private const string Pending =
        "FROM outbox o JOIN conversations c ON c.key = o.conversation WHERE o.sink = $sink AND c.expires_at > $now AND o.due_at";

    /// <summary>What is due, and what a clock that was ahead has noted: each a range of the index, which one condition for both would not be.</summary>
    private static readonly string[] s_due = [$"{Pending} <= $now", $"{Pending} > $now + {OutboxSinks.Horizon.Ticks}"];

    private static readonly string s_isDue = $"(due_at <= $now OR due_at > $now + {OutboxSinks.Horizon.Ticks})";

    // What is due already, or put off, stays so.
    private static readonly string s_note =
        $"""
        INSERT INTO outbox VALUES ($sink, $conversation, $told, $due, 0)
        ON CONFLICT DO UPDATE SET due_at = CASE WHEN due_at <= excluded.due_at + {OutboxSinks.LongestWait.Ticks} THEN due_at ELSE excluded.due_at END
        """;

    private static readonly string s_create = EmbeddedText.Read(typeof(SqliteOutbox), "outbox.sql");

    public async ValueTask<IReadOnlyList<OutboxCursor>> TakeDueAsync(string sink, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        // Most of the time nothing is due, and nothing is written.
        if (connections.Readers.Read(session => session.Number(IsThere) is null
            || s_due.All(due => session.Number($"SELECT 1 {due} LIMIT 1", sink, now.UtcTicks) is null)))
            return [];
        return await connections.Writer.WriteAsync(
            session =>
            {
                var (taken, keys) = (new List<OutboxCursor>(), new List<long>());
                foreach (var range in s_due)
                {
                    using var due = session.Query(
                        $"SELECT o.conversation, c.id, o.told, o.failed {range} ORDER BY o.due_at LIMIT $limit",
                        sink, now.UtcTicks, limit - taken.Count);
                    while (due.Read())
                    {
                        keys.Add(due.GetInt64(0));
                        taken.Add(new OutboxCursor(sink, ConversationId.TryParse(due.GetString(1))!.Value, due.GetInt64(2), (int)due.GetInt64(3) + 1));
                    }
                }

                foreach (var key in keys)
                    session.Execute("UPDATE outbox SET due_at = $due WHERE sink = $sink AND conversation = $conversation", (now + OutboxSinks.Grace).UtcTicks, sink, key);
                return taken;
            },
            cancellationToken);
    }

    public ValueTask<OutboxCursor?> FindAsync(string sink, ConversationId id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(connections.Readers.Read(session => session.Number(IsThere) is null ? null : Find(session, sink, id)));
    }

    public async ValueTask<OutboxCursor?> AdvanceAsync(OutboxCursor cursor, long told, CancellationToken cancellationToken) =>
        await connections.Writer.WriteAsync(
            session =>
            {
                var moved = session.Execute(
                    $"""
                    UPDATE outbox
                    SET told = $told, failed = 0,
                        due_at = CASE WHEN (SELECT version FROM conversations WHERE id = $id) > $told THEN $due END
                    WHERE {OfConversation} AND told = $stood
                    """,
                    told, cursor.Id.Value, (time.GetUtcNow() + OutboxSinks.Grace).UtcTicks, cursor.Sink, cursor.Told);
                return moved == 0 ? null : Find(session, cursor.Sink, cursor.Id);
            },
            cancellationToken);

    public async ValueTask PostponeAsync(OutboxCursor cursor, DateTimeOffset at, CancellationToken cancellationToken) =>
        await connections.Writer.WriteAsync(
            session => session.Execute(
                // Where nobody else has counted this attempt.
                $"UPDATE outbox SET failed = $failed, due_at = $due WHERE {OfConversation} AND told = $told AND failed = $failed - 1",
                cursor.Attempt, at.UtcTicks, cursor.Sink, cursor.Id.Value, cursor.Told),
            cancellationToken);

    public ValueTask<OutboxBacklog> BacklogAsync(string sink, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(connections.Readers.Read(session =>
        {
            if (session.Number(IsThere) is null)
                return new OutboxBacklog(0, null);
            using var found = session.Query(
                """
                SELECT count(*), min(o.due_at) FROM outbox o JOIN conversations c ON c.key = o.conversation
                WHERE o.sink = $sink AND o.due_at IS NOT NULL AND c.expires_at > $now
                """,
                sink, time.GetUtcNow().UtcTicks);
            found.Read();
            return new OutboxBacklog(found.GetInt64(0), found.IsDBNull(1) ? null : SqliteRows.Time(found.GetInt64(1)));
        }));
    }

    /// <summary>Notes, within the transaction of a commit, that there is something to tell.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="key">The conversation.</param>
    /// <param name="before">Its version before the commit.</param>
    internal void Note(SqliteSession session, long key, long before)
    {
        if (session.Number(IsThere) is null)
            session.Run(s_create);
        foreach (var sink in sinks.Names)
            session.Execute(s_note, sink, key, before, (time.GetUtcNow() + OutboxSinks.Grace).UtcTicks);
    }

    private OutboxCursor? Find(SqliteSession session, string sink, ConversationId id)
    {
        using var found = session.Query(
            $"SELECT told, failed FROM outbox WHERE {OfConversation} AND due_at IS NOT NULL AND (failed = 0 OR {s_isDue})",
            sink, id.Value, time.GetUtcNow().UtcTicks);
        return found.Read() ? new OutboxCursor(sink, id, found.GetInt64(0), (int)found.GetInt64(1) + 1) : null;
    }
}
