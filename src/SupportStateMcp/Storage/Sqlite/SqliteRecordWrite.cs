using SupportStateMcp.Records;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>One record to write, made ready on its caller's thread, and how it is written within a transaction.</summary>
internal sealed class SqliteRecordWrite(RecordWrite write)
{
    private const string Find = """
        SELECT version, content IS NOT NULL, content IS $content AND lookup_digest IS $lookup_digest FROM records
        WHERE kind = $kind AND id = $id
        """;

    private const string Put = """
        INSERT INTO records (kind, id, version, sequence, lookup_digest, updated_at, updated_by, content)
        VALUES ($kind, $id, $version, $sequence, $lookup_digest, $updated_at, $updated_by, $content)
        ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, sequence = excluded.sequence, lookup_digest = excluded.lookup_digest,
          updated_at = excluded.updated_at, updated_by = excluded.updated_by, content = excluded.content
        """;

    private const string Remove = """
        UPDATE records SET version = version + 1, sequence = $sequence, lookup_digest = NULL, updated_at = NULL, updated_by = NULL, content = NULL
        WHERE kind = $kind AND id = $id
        """;

    private readonly byte[] _content = write.Content.ToArray();
    private readonly byte[]? _lookupDigest = write.LookupKey is null ? null : SqliteCommit.Digest(write.LookupKey);

    public RecordWriteResult Write(SqliteSession session)
    {
        var (version, isThere, isSame) = (0L, false, false);
        using (var found = session.Query(Find, _content, _lookupDigest, write.Kind, write.Id))
        {
            if (found.Read())
                (version, isThere, isSame) = (found.GetInt64(0), found.GetBoolean(1), found.GetBoolean(2));
        }

        if (isSame)
            return new RecordWriteResult.Written(version, Changed: false);
        var stands = isThere ? version : 0;
        if (write.ExpectedVersion is { } expected && expected != stands)
            return new RecordWriteResult.Conflict(stands);
        version++;
        session.Execute(Put, write.Kind, write.Id, version, NextSequence(session), _lookupDigest, write.Now.UtcTicks, write.By, _content);
        if (write.Erases)
            NoteErasure(session);
        return new RecordWriteResult.Written(version, Changed: true);
    }

    /// <summary>Removes a record, and says whether there was one. It counts as an erasure: the sweep makes sure that not a byte is left.</summary>
    /// <param name="session">The session.</param>
    /// <param name="kind">The kind of the record.</param>
    /// <param name="id">The record.</param>
    /// <param name="expected">The version that it has to stand at; null for any.</param>
    public static bool Delete(SqliteSession session, string kind, string id, long? expected)
    {
        if (session.Number("SELECT version FROM records WHERE kind = $kind AND id = $id AND content IS NOT NULL", kind, id) is not { } version
            || (expected is not null && expected != version))
            return false;
        session.Execute(Remove, NextSequence(session), kind, id);
        NoteErasure(session);
        return true;
    }

    private static void NoteErasure(SqliteSession session) => session.SetMark("erasures", session.Mark("erasures") + 1);

    private static long NextSequence(SqliteSession session) =>
        session.Number("UPDATE marks SET value = value + 1 WHERE name = 'record_changes' RETURNING value")!.Value;
}
