using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// The embedded store: one SQLite database for any number of processes on one machine. Each process writes on one thread,
/// where commits that wait share a transaction and a flush of the disk; readers wait for nobody.
/// <code>
/// {directory}/supportstate.db        everything; its owner alone may read it; schema.sql describes it
/// {directory}/supportstate.db-wal    what was committed last, and is not copied back yet
/// {directory}/supportstate.db-shm    where in it what stands
/// {directory}/locks/cs-TKT-001.lock  while somebody holds the lock of a busy conversation
/// </code>
/// </summary>
public sealed class SqliteConversationStore : IConversationStore, IDisposable
{
    private const long RememberedBytes = 32 << 20;

    private static readonly string s_load = $"""
        SELECT {SqliteRows.Snapshots}, expires_at, r.record
        FROM conversations LEFT JOIN idempotency_records r ON r.conversation = conversations.key AND r.key_digest = $key_digest
        WHERE id = $id AND expires_at > $now
        """;

    private const string Messages = """
        SELECT m.message FROM conversations c CROSS JOIN messages m
        WHERE c.id = $id AND c.expires_at > $now AND m.conversation = c.key AND m.number < $before
        ORDER BY m.number DESC LIMIT $limit
        """;

    private const string Events = """
        SELECT e.schema, e.event FROM conversations c CROSS JOIN events e
        WHERE c.id = $id AND c.expires_at > $now AND e.conversation = c.key AND e.version > $after
        ORDER BY e.version LIMIT $limit
        """;

    private static int Record => SqliteRows.SnapshotColumns + 1;

    private readonly TimeSpan _timeToLive;
    private readonly TimeProvider _time;
    private readonly StoredReader _reader;
    private readonly SqliteReaders _readers;
    private readonly SqliteWriter _writer;
    private readonly SqliteListing _listing;
    private readonly SqliteChanges _changes;
    private readonly SqliteErasures _erasures;
    private readonly SqliteSweep _sweep;
    private readonly SnapshotCache _remembered;
    private readonly SqliteArchive? _archive;
    private readonly SqliteOutbox? _outbox;

    /// <param name="connections">The database that holds the conversations; stays its owner's to dispose.</param>
    /// <param name="schema">What to write, and how to read what is older.</param>
    /// <param name="time">The clock that expires conversations.</param>
    /// <param name="logger">Tells the operator what cannot be read, and what was swept.</param>
    /// <param name="archive">Where closed conversations go that have expired; null for nowhere.</param>
    /// <param name="outbox">Where it is noted that there is something to tell; null where nobody is told.</param>
    public SqliteConversationStore(
        SqliteConnections connections, StoredSchema schema, TimeProvider time, ILogger<SqliteConversationStore> logger, SqliteArchive? archive = null, SqliteOutbox? outbox = null)
    {
        (_timeToLive, _time, _archive, _outbox) = (connections.Options.TimeToLive, time, archive, outbox);
        _remembered = new SnapshotCache(RememberedBytes, time);
        _reader = new StoredReader(schema, connections.Path, logger);
        (_readers, _writer) = (connections.Readers, connections.Writer);
        (_changes, _erasures) = (connections.Changes, connections.Erasures);
        _listing = new SqliteListing(_readers, _reader, time);
        _sweep = new SqliteSweep(_readers, _writer, _erasures, _timeToLive, time, logger, archive);
    }

    public Conversation? Remembered(ConversationId id) => _remembered.Find(id);

    public ValueTask<Loaded> LoadAsync(ConversationId id, string? key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read(session =>
        {
            using var found = session.Query(s_load, key is null ? null : SqliteCommit.Digest(key), id.Value, _time.GetUtcNow().UtcTicks);
            if (!found.Read())
            {
                _remembered.Forget(id);
                return default;
            }

            var conversation = _reader.Snapshot(found);
            var (core, parts) = SqliteRows.SnapshotBytes(found);
            var expiresAt = SqliteRows.Time(found.GetInt64(SqliteRows.SnapshotColumns));
            _remembered.Keep(id, conversation, core, parts, expiresAt);
            return new Loaded(
                conversation,
                found.IsDBNull(Record) ? null : _reader.IdempotencyRecord(id, found.GetFieldValue<byte[]>(Record)),
                expiresAt);
        }));
    }

    public async ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancellationToken)
    {
        // The version check guards what is read here against a change meanwhile.
        var redacted = commit.Erases
            ? (await ReadEventsAsync(commit.Id, 0, int.MaxValue, long.MaxValue, cancellationToken)).Select(e => e.Redacted()).ToList()
            : [];
        var ready = new SqliteCommit(commit, redacted, _reader.Codec, _timeToLive, _time, _archive, _outbox);
        if (!await _writer.WriteAsync(ready.Write, cancellationToken))
            return new CommitResult.Conflict(await LoadAsync(commit.Id, commit.Key, cancellationToken));

        _remembered.Keep(commit.Id, commit.After, ready.CoreBytes, ready.PartBytes, ready.ExpiresAt);
        var contentRemoved = !commit.Erases || await _erasures.CutLogAsync();
        _changes.Notify(commit.Id.Value, new SqliteStamp(commit.After.Version, commit.After.UpdatedAt.ToUnixTimeMilliseconds()));
        _changes.Notify(SqliteTrailWatch.Name);
        return new CommitResult.Committed(ready.ExpiresAt) { ContentRemoved = contentRemoved };
    }

    public ValueTask<IReadOnlyList<Message>> ReadMessagesAsync(
        ConversationId id, long before, int limit, long maxBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read<IReadOnlyList<Message>>(session =>
        {
            var messages = new List<Message>();
            using var found = session.Query(Messages, id.Value, _time.GetUtcNow().UtcTicks, before, limit);
            for (var left = maxBytes; found.Read();)
            {
                var message = found.GetFieldValue<byte[]>(0);
                left -= _reader.Read(id, "history", () => (int?)StoredBytes.LengthOf(message))!.Value;
                if (left < 0 && messages.Count > 0)
                    break;
                messages.Add(_reader.Message(id, message));
            }

            messages.Reverse();
            return messages;
        }));
    }

    public ValueTask<IReadOnlyList<ConversationEvent>> ReadEventsAsync(
        ConversationId id, long after, int limit, long maxBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read<IReadOnlyList<ConversationEvent>>(session =>
        {
            var events = new List<ConversationEvent>();
            using var found = session.Query(Events, id.Value, _time.GetUtcNow().UtcTicks, after, limit);
            for (var left = maxBytes; found.Read();)
            {
                var stored = found.GetFieldValue<byte[]>(1);
                left -= stored.Length;
                if (left < 0 && events.Count > 0)
                    break;
                events.Add(_reader.Event(id, schema => schema.ReadEvent(checked((int)found.GetInt64(0)), stored)));
            }

            return events;
        }));
    }

    public ValueTask<ConversationPage> ListAsync(ConversationFilter filter, ConversationCursor? after, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_listing.List(filter, after, limit));
    }

    public ValueTask<long> CountAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read(session =>
            session.Number("SELECT count(*) FROM conversations WHERE erased = 0 AND expires_at > $now", _time.GetUtcNow().UtcTicks)!.Value));
    }

    public ValueTask<QueuePage> ListQueueAsync(string? queue, QueueCursor? after, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_listing.Queue(queue, after, limit));
    }

    public ValueTask<PendingApprovals> ListPendingApprovalsAsync(
        string? queue, ApprovalCursor? after, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_listing.Approvals(queue, after, limit));
    }

    public ValueTask<ReadySteps> ListReadyStepsAsync(IReadOnlyList<string> roles, int limit, bool verified, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_listing.Work(roles, limit));
    }

    public ValueTask<IReadOnlyList<ConversationId>> FindOverdueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_listing.Due(now, limit));
    }

    public ValueTask<IAsyncDisposable> SubscribeAsync(ConversationId id, Action changed, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_changes.Add(id.Value, session => StampOf(session, id.Value), changed));
    }

    public ValueTask<IAsyncDisposable> SubscribeToAllAsync(Action<ConversationChange?> changed, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(SqliteTrailWatch.Start(_readers, _changes, changed));
    }

    /// <summary>Writes, since a disk that is full or read-only can still be read.</summary>
    public async ValueTask CheckAsync(CancellationToken cancellationToken) => await _writer.WriteAsync(
        session => session.SetMark("checked_at", _time.GetUtcNow().UtcTicks), cancellationToken);

    public ValueTask<int> SweepAsync(CancellationToken cancellationToken) => _sweep.RunAsync(cancellationToken);

    public void Dispose() => _remembered.Dispose();

    /// <summary>One that expired and was opened again has another time.</summary>
    private static SqliteStamp StampOf(SqliteSession session, string id)
    {
        using var found = session.Query("SELECT version, updated_at FROM conversations WHERE id = $id", id);
        return found.Read() ? new SqliteStamp(found.GetInt64(0), found.GetInt64(1)) : default;
    }
}
