using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// One change of a conversation, made ready on its caller's thread, and how it is written: all of it or, where the
/// conversation stands elsewhere or the key is used, nothing.
/// </summary>
internal sealed class SqliteCommit
{
    // Another conversation of the same ticket, opened after the first had expired, has the same versions. At one of them it stands since another time.
    private const string Update = """
        UPDATE conversations
        SET version = $version, schema = $schema, updated_at = $updated_at, expires_at = $expires_at, erased = $erased,
            state = $state, user_digest = $user_digest, assigned_to = $assigned_to, owner = $owner,
            queue = $queue, queue_from = $queue_from, urgency = $urgency, queued_since = $queued_since, due_at = $due_at,
            snapshot = $snapshot
        WHERE id = $id AND version = $expected AND updated_at = $stood AND expires_at > $now
          AND NOT EXISTS (SELECT 1 FROM idempotency_records r WHERE r.conversation = conversations.key AND r.key_digest = $key_digest)
        RETURNING key
        """;

    private const string Insert = """
        INSERT INTO conversations
          (version, schema, updated_at, expires_at, erased, state, user_digest, assigned_to, owner,
           queue, queue_from, urgency, queued_since, due_at, snapshot, id)
        VALUES ($version, $schema, $updated_at, $expires_at, $erased, $state, $user_digest, $assigned_to, $owner,
           $queue, $queue_from, $urgency, $queued_since, $due_at, $snapshot, $id)
        RETURNING key
        """;

    private readonly Commit _commit;
    private readonly TimeProvider _time;
    private readonly long _schema;
    private readonly ConversationIndexEntry _entry;
    private readonly ConversationIndexEntry? _before;
    private readonly object?[] _columns;
    private readonly byte[][] _events;
    private readonly byte[][] _messages;
    private readonly StoredSnapshot _snapshot;
    private readonly byte[]? _keyDigest;
    private readonly byte[]? _record;
    private readonly SqliteArchive? _archive;
    private readonly SqliteOutbox? _outbox;

    /// <param name="commit">The change.</param>
    /// <param name="redacted">The trail up to an erasure, as it is to stay; empty for any other change.</param>
    /// <param name="codec">How snapshots are kept.</param>
    /// <param name="timeToLive">How long it is kept.</param>
    /// <param name="time">The clock that expires what is there.</param>
    /// <param name="archive">Where closed conversations go that have expired; null for nowhere.</param>
    /// <param name="outbox">Where it is noted that there is something to tell; null where nobody is told.</param>
    public SqliteCommit(
        Commit commit, IReadOnlyList<ConversationEvent> redacted, SnapshotCodec codec, TimeSpan timeToLive, TimeProvider time, SqliteArchive? archive = null, SqliteOutbox? outbox = null)
    {
        (_commit, _time, _schema, _archive, _outbox) = (commit, time, codec.SchemaVersion, archive, outbox);
        _entry = ConversationIndexEntry.Of(commit.After);
        _before = commit.Before is { } before ? ConversationIndexEntry.Of(before) : null;
        ExpiresAt = commit.LivesFrom + timeToLive;
        _snapshot = codec.Write(commit.Before, commit.After);
        _columns = Columns();
        _events = [.. redacted.Concat(commit.Events).Select(e => Utf8Json.Write(e, ConversationJson.Default.ConversationEvent))];
        _messages = [.. commit.Messages.Select(m => StoredBytes.Pack(Utf8Json.Write(m, ConversationJson.Default.Message)))];
        if (commit.Key is null)
            return;
        _keyDigest = Digest(commit.Key);
        if (!commit.Erases)
            _record = Utf8Json.Write(commit.IdempotencyRecord, ConversationJson.Default.IdempotencyRecord);
    }

    /// <summary>When the conversation will be gone unless it changes again.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>How large the core of the snapshot is, in bytes.</summary>
    public int CoreBytes => _snapshot.CoreBytes;

    /// <summary>How large its parts are; null where they are as they were.</summary>
    public int? PartBytes => _snapshot.PartBytes;

    /// <summary>What stands in an index for text that says something about a customer or a caller: 16 bytes of its SHA-256.</summary>
    public static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text))[..16];

    /// <summary>The order of priorities in a queue: 0 comes first.</summary>
    public static long UrgencyOf(Priority priority) => Priority.Urgent - priority;

    /// <summary>Writes it within the transaction of the session; false where there is a conflict, and nothing was written.</summary>
    public bool Write(SqliteSession session)
    {
        if ((_commit.ExpectedVersion == 0 ? Open(session) : Change(session)) is not { } key)
            return false;

        if (_commit.Erases)
        {
            SqliteErasures.DeleteContent(session, key);
            session.SetMark("erasures", session.Mark("erasures") + 1);
        }

        var version = _commit.After.Version - _events.Length;
        foreach (var @event in _events)
            session.Execute("INSERT INTO events VALUES ($conversation, $version, $schema, $event)", key, ++version, _schema, @event);
        for (var i = 0; i < _messages.Length; i++)
            session.Execute("INSERT INTO messages VALUES ($conversation, $number, $message)", key, _commit.Messages[i].Number, _messages[i]);
        foreach (var (name, content) in _snapshot.Parts)
            WritePart(session, key, name, content);
        if (_record is not null)
            session.Execute("INSERT INTO idempotency_records VALUES ($conversation, $key_digest, $record)", key, _keyDigest, _record);
        if (!_entry.SameApprovals(_before))
            WriteApprovals(session, key);
        if (_entry.Work != _before?.Work)
            WriteWork(session, key);
        if (_commit.IsTold)
            _outbox?.Note(session, key, _commit.ExpectedVersion);
        return true;
    }

    private long? Change(SqliteSession session) => session.Number(
        Update, [.. _columns, _commit.ExpectedVersion, _commit.Before!.UpdatedAt.ToUnixTimeMilliseconds(), _time.GetUtcNow().UtcTicks, _keyDigest]);

    /// <summary>What the columns say, in the order of both statements.</summary>
    private object?[] Columns()
    {
        var after = _commit.After;
        // Its place in a queue, or the one it will have once its owner has let the lease run out.
        var place = after.LeaseUntil is { } lease ? QueuePlace.Of(after.AsOf(lease)) : _entry.Place;
        return
        [
            after.Version, _schema, _entry.UpdatedAt.ToUnixTimeMilliseconds(), ExpiresAt.UtcTicks, after.ErasedAt is null ? 0L : 1L,
            _entry.State, Digest(_entry.UserId), _entry.AssignedTo, _entry.Owner,
            place?.Queue, place is null ? null : after.LeaseUntil?.UtcTicks ?? 0, place is null ? null : UrgencyOf(place.Priority), place?.Since.UtcTicks,
            after.ErasedAt is null ? _entry.DueAt?.UtcTicks : null, _snapshot.Core, _commit.Id.Value,
        ];
    }

    /// <summary>A new conversation starts without the leftovers of one that has expired.</summary>
    private long? Open(SqliteSession session)
    {
        if (session.Number("SELECT expires_at FROM conversations WHERE id = $id", _commit.Id.Value) is { } expires)
        {
            if (expires > _time.GetUtcNow().UtcTicks)
                return null;
            var expired = session.Number("SELECT key FROM conversations WHERE id = $id", _commit.Id.Value)!.Value;
            _archive?.Keep(session, expired);
            SqliteErasures.Delete(session, expired);
        }

        return session.Number(Insert, _columns);
    }

    private static void WritePart(SqliteSession session, long key, string name, byte[]? content)
    {
        if (content is null)
            session.Execute("DELETE FROM parts WHERE conversation = $conversation AND name = $name", key, name);
        else
            session.Execute("INSERT INTO parts VALUES ($conversation, $name, $part) ON CONFLICT DO UPDATE SET part = excluded.part", key, name, content);
    }

    private void WriteWork(SqliteSession session, long key)
    {
        session.Execute("DELETE FROM ready_steps WHERE conversation = $conversation", key);
        if (_entry.Work is { } work)
            session.Execute("INSERT INTO ready_steps VALUES ($conversation, $role, $ready_at)", key, work.Role, work.ReadyAt.UtcTicks);
    }

    private void WriteApprovals(SqliteSession session, long key)
    {
        session.Execute("DELETE FROM pending_approvals WHERE conversation = $conversation", key);
        foreach (var (id, deadline) in _entry.Approvals)
            session.Execute("INSERT INTO pending_approvals VALUES ($deadline, $approval_id, $conversation, $queue)", deadline.UtcTicks, id, key, _entry.ApprovalQueue);
    }
}
