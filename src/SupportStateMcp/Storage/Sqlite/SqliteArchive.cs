using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// The archive in the embedded database. A conversation moves there in the transaction that removes it, so that it is always in one of the two
/// places.
/// </summary>
public sealed class SqliteArchive : IConversationArchive
{
    private const string IsThere = "SELECT 1 FROM sqlite_master WHERE name = 'archived_conversations'";

    private static readonly string s_create = EmbeddedText.Read(typeof(SqliteArchive), "archive.sql");

    private readonly SqliteConnections _connections;
    private readonly StoredReader _reader;
    private readonly ArchiveCodec _codec;
    private readonly TimeProvider _time;

    /// <param name="connections">The database; stays its owner's to dispose.</param>
    /// <param name="schema">How to read what older versions wrote.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Tells the operator what cannot be read.</param>
    public SqliteArchive(SqliteConnections connections, StoredSchema schema, TimeProvider time, ILogger<SqliteArchive> logger)
    {
        (_connections, _time) = (connections, time);
        _reader = new StoredReader(schema, connections.Path, logger);
        _codec = new ArchiveCodec(_reader);
    }

    public ValueTask<ArchivedConversation?> FindAsync(ConversationId id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Together: the sweep, or another conversation of the ticket, may take it away, and another one may get its key.
        return ValueTask.FromResult(_connections.Readers.ReadTogether(session => FindExpired(session, id) ?? FindKept(session, id)));
    }

    public async ValueTask<bool> EraseAsync(ConversationId id, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow().UtcTicks;
        var removed = await _connections.Writer.WriteAsync(
            session =>
            {
                // First what has expired and was not moved yet: it is the newest.
                if (session.Number("SELECT key FROM conversations WHERE id = $id AND erased = 0 AND expires_at <= $now", id.Value, now) is { } expired)
                    SqliteErasures.Delete(session, expired);
                else if (session.Number(IsThere) is null
                    || session.Execute("DELETE FROM archived_conversations WHERE key = (SELECT max(key) FROM archived_conversations WHERE id = $id)", id.Value) == 0)
                    return false;
                session.SetMark("erasures", session.Mark("erasures") + 1);
                return true;
            },
            cancellationToken);
        if (removed)
            await _connections.Erasures.CutLogAsync();
        return removed;
    }

    /// <summary>Keeps a conversation that is about to be removed, where it belongs in the archive; within the transaction that removes it.</summary>
    /// <returns>False where something of it cannot be read, which the reader has logged: nothing was kept.</returns>
    internal bool Keep(SqliteSession session, long key)
    {
        try
        {
            if (Read(session, key) is not { } found)
                return true;
            if (session.Number(IsThere) is null)
                session.Run(s_create);
            session.Execute(
                "INSERT INTO archived_conversations (id, archived_at, document) VALUES ($id, $archived_at, $document)",
                found.Conversation.ConversationId, _time.GetUtcNow().UtcTicks, _codec.Write(found));
            return true;
        }
        catch (StoreDamagedException)
        {
            return false;
        }
    }

    private ArchivedConversation? FindExpired(SqliteSession session, ConversationId id) =>
        session.Number("SELECT key FROM conversations WHERE id = $id AND erased = 0 AND expires_at <= $now", id.Value, _time.GetUtcNow().UtcTicks) is { } key
            ? Read(session, key)
            : null;

    private ArchivedConversation? FindKept(SqliteSession session, ConversationId id)
    {
        if (session.Number(IsThere) is null)
            return null;
        using var found = session.Query("SELECT document FROM archived_conversations WHERE id = $id ORDER BY key DESC LIMIT 1", id.Value);
        return found.Read() ? _codec.Read(id, found.GetFieldValue<byte[]>(0)) : null;
    }

    /// <summary>A conversation that belongs in the archive, as it stands in the tables; null where there is none.</summary>
    /// <exception cref="StoreDamagedException">Something of it is missing, or cannot be read.</exception>
    private ArchivedConversation? Read(SqliteSession session, long key)
    {
        Conversation conversation;
        using (var row = session.Query($"SELECT {SqliteRows.Snapshots} FROM conversations WHERE key = $key", key))
        {
            if (!row.Read())
                return null;
            conversation = _reader.Snapshot(row);
        }

        if (!ArchivedConversation.IsKept(conversation))
            return null;
        var id = ConversationId.TryParse(conversation.ConversationId)!.Value;
        var (events, messages) = (new List<ConversationEvent>(), new List<Message>());
        using (var rows = session.Query("SELECT schema, event FROM events WHERE conversation = $conversation ORDER BY version", key))
        {
            while (rows.Read())
            {
                var (schema, stored) = (rows.GetInt64(0), rows.GetFieldValue<byte[]>(1));
                events.Add(_reader.Event(id, s => s.ReadEvent(checked((int)schema), stored)));
            }
        }

        using (var rows = session.Query("SELECT message FROM messages WHERE conversation = $conversation ORDER BY number", key))
        {
            while (rows.Read())
                messages.Add(_reader.Message(id, rows.GetFieldValue<byte[]>(0)));
        }

        return _reader.Whole(id, conversation, events, messages);
    }
}
