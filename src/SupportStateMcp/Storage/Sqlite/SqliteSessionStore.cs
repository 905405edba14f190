using System.Text;
using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Memory;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>Values of sessions in the embedded database; each write removes what has expired.</summary>
/// <param name="connections">The database; stays its owner's to dispose.</param>
/// <param name="time">The clock that expires values.</param>
public sealed class SqliteSessionStore(SqliteConnections connections, TimeProvider time) : ISessionStore
{
    private const string IsThere = "SELECT 1 FROM sqlite_master WHERE name = 'session_values'";

    private static readonly string s_create = EmbeddedText.Read(typeof(SqliteSessionStore), "sessions.sql");

    public async ValueTask<SessionSet> SetAsync(
        ConversationId id, string life, SessionValue value, int most, int mostBytes, string? over, CancellationToken cancellationToken)
    {
        var content = Utf8Json.Write(value, MemoryJson.Default.SessionValue);
        return await connections.Writer.WriteAsync(
            session =>
            {
                if (session.Number(IsThere) is null)
                    session.Run(s_create);
                Expire(session, time.GetUtcNow());
                // A later conversation of the ticket has the greater life. What it shares stays.
                if (LaterThan(session, id, life, over ?? "") is { } later)
                    return new SessionSet(SessionWrite.Over, later);
                // What another conversation of the ticket shared is not this one's.
                session.Execute("DELETE FROM session_values WHERE conversation = $conversation AND life <> $life", id.Value, life);
                if (session.Number("SELECT count(*) FROM session_values WHERE conversation = $conversation AND key <> $key", id.Value, value.Key) >= most)
                    return new SessionSet(SessionWrite.Full);
                var others = session.Number(
                    "SELECT coalesce(sum(length(CAST(key AS BLOB)) + length(value)), 0) FROM session_values WHERE conversation = $conversation AND key <> $key", id.Value, value.Key);
                if (others + Encoding.UTF8.GetByteCount(value.Key) + content.Length > mostBytes)
                    return new SessionSet(SessionWrite.Full);
                session.Execute(
                    """
                    INSERT INTO session_values (conversation, key, life, expires_at, value) VALUES ($conversation, $key, $life, $expires_at, $value)
                    ON CONFLICT (conversation, key) DO UPDATE SET life = excluded.life, expires_at = excluded.expires_at, value = excluded.value
                    """,
                    id.Value, value.Key, life, value.ExpiresAt.UtcTicks, content);
                return new SessionSet(SessionWrite.Done);
            },
            cancellationToken);
    }

    public async ValueTask RemoveAsync(ConversationId id, string life, string key, CancellationToken cancellationToken) =>
        await DeleteAsync("DELETE FROM session_values WHERE conversation = $conversation AND life = $life AND key = $key", cancellationToken, id.Value, life, key);

    public ValueTask<IReadOnlyList<SessionValue>> ReadAsync(ConversationId id, string life, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReadOnlyList<SessionValue>>(connections.Readers.Read(session =>
        {
            var values = new List<SessionValue>();
            if (session.Number(IsThere) is null)
                return values;
            using var found = session.Query(
                "SELECT value FROM session_values WHERE conversation = $conversation AND life = $life AND expires_at > $now ORDER BY key",
                id.Value, life, time.GetUtcNow().UtcTicks);
            while (found.Read())
                values.Add(JsonSerializer.Deserialize(found.GetFieldValue<byte[]>(0), MemoryJson.Default.SessionValue)!);
            return values;
        }));
    }

    public async ValueTask ClearAsync(ConversationId id, string life, CancellationToken cancellationToken) =>
        await DeleteAsync("DELETE FROM session_values WHERE conversation = $conversation AND life = $life", cancellationToken, id.Value, life);

    public async ValueTask SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (connections.Readers.Read(session => session.Number(IsThere) is not null
            && session.Number("SELECT 1 FROM session_values WHERE expires_at <= $now LIMIT 1", now.UtcTicks) is not null))
        {
            await connections.Writer.WriteAsync(session => Expire(session, now), cancellationToken);
        }
    }

    /// <summary>A later conversation of the ticket, but the one that is left out, that shares something; null where none does.</summary>
    private static string? LaterThan(SqliteSession session, ConversationId id, string life, string over)
    {
        using var found = session.Query(
            "SELECT life FROM session_values WHERE conversation = $conversation AND life > $life AND life <> $over LIMIT 1", id.Value, life, over);
        return found.Read() ? found.GetString(0) : null;
    }

    private async Task DeleteAsync(string statement, CancellationToken cancellationToken, params object?[] values)
    {
        if (connections.Readers.Read(session => session.Number(IsThere)) is not null)
            await connections.Writer.WriteAsync(session => session.Execute(statement, values), cancellationToken);
    }

    private static int Expire(SqliteSession session, DateTimeOffset now) => session.Execute("DELETE FROM session_values WHERE expires_at <= $now", now.UtcTicks);
}
